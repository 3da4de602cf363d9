"""Rules about how code is cut: names of modules, sizes, the clock at the edge."""

import ast
from collections.abc import Iterator

from tests.architecture.lint.source import Found, Source

DRAWERS = {"util", "utils", "helper", "helpers", "common", "base", "misc", "manager", "managers", "service", "services"}
GIVEN_NAMES = {
    "config/settings/base.py",  # the name that every Django developer looks for
    "tenants/database/base.py",  # the name that Django loads a database backend by
}
LONGEST_FUNCTION = 60
LONGEST_FILE = 400
CLOCKS = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "django.utils.timezone.now",
    "django.utils.timezone.localtime",
    "django.utils.timezone.localdate",
    "time.time",
    "time.time_ns",
    "time.monotonic",
}


def drawer_name(source: Source) -> Iterator[Found]:
    """A module named after nothing has no end: everything fits into it. Name it after what it knows."""
    if str(source.path) in GIVEN_NAMES:
        return
    for name in {*source.path.parts[:-1], source.path.stem} & DRAWERS:
        yield 1, f"`{name}` names nothing: name the module after what it knows"


def long_function(source: Source) -> Iterator[Found]:
    """A function that does not fit on a screen is several; aim at 10 lines, fail at 60."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines, at most {LONGEST_FUNCTION} are allowed"


def long_file(source: Source) -> Iterator[Found]:
    """A file past 400 lines becomes a package of the same name, split by noun; aim at 100."""
    lines = len(source.text.splitlines())
    if lines > LONGEST_FILE:
        yield LONGEST_FILE, f"{lines} lines, at most {LONGEST_FILE} are allowed"


def clock_in_rules(source: Source) -> Iterator[Found]:
    """Rules are pure: the clock is read at the edge and passed in, so that every moment can be tested."""
    is_rules = source.path.name == "rules.py" or "rules" in source.path.parts[:-1]
    if source.is_test or not is_rules:
        return
    for line, name in source.used():
        if name in CLOCKS:
            yield line, f"{name} in rules: take the time as an argument"


RULES = (drawer_name, long_function, long_file, clock_in_rules)
