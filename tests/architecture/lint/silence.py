"""Rules about comments that silence a tool."""

import io
import re
import tokenize
from collections.abc import Iterator

from tests.architecture.lint.source import Found, Source

SILENCER = re.compile(r"#\s*(ruff:\s*noqa|noqa|type:\s*ignore|mypy:|fmt:\s*(off|skip)|isort:\s*skip)")
RULE = r"[A-Z]+\d+"
REASONED = re.compile(
    rf"#\s*((ruff:\s*)?noqa:\s*{RULE}(,\s*{RULE})*|mypy:\s*\S+|fmt:\s*(off|skip))\s+[-#]\s*\w.{{7,}}"
    r"|#\s*type:\s*ignore\[[\w, -]+\]\s+#\s*\w.{7,}"  # mypy takes no other form
)


def silence_without_reason(source: Source) -> Iterator[Found]:
    """Who silences a tool owes the next reader the reason, on the same line: `# noqa: S608 - only quoted names`."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT and SILENCER.match(token.string) and not REASONED.match(token.string):
            yield token.start[0], f"`{token.string}`: name the rule and give the reason on this line"


RULES = (silence_without_reason,)
