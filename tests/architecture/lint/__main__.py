"""`python -m tests.architecture.lint [PATH ...]`: print what the rules find, exit 1 if anything."""

import sys

from tests.architecture.lint.run import find_all

if __name__ == "__main__":
    findings = find_all(paths=sys.argv[1:])
    for finding in findings:
        print(finding)  # noqa: T201 - what a linter says goes to the terminal
    sys.exit(1 if findings else 0)
