"""Which files are judged by which rules."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from tests.architecture.lint import relations, shape, silence, tenancy
from tests.architecture.lint.source import Rule, Source

ROOT: Final = Path(__file__).resolve().parents[3]
OURS: Final = ("manage.py", "config", "tenants", "conversations", "billing", "integrations", "tests")
RULES: Final[tuple[Rule, ...]] = (*tenancy.RULES, *relations.RULES, *shape.RULES, *silence.RULES)


def find_all(*, paths: Sequence[str] = ()) -> list[str]:
    """Answer every finding in `paths` (all our code if none is given) as `path:line: rule: text`."""
    found: list[str] = []
    for path in _files([ROOT / given for given in paths or OURS]):
        source = Source(path=PurePosixPath(path.relative_to(ROOT).as_posix()), text=path.read_text())
        found += judge(source=source)
    return found


def judge(*, source: Source, rules: Sequence[Rule] = RULES) -> list[str]:
    """Answer what the rules find in one file."""
    return [
        f"{source.path}:{line}: {name_of(rule)}: {text}" for rule in rules for line, text in sorted(set(rule(source)))
    ]


def name_of(rule: Rule) -> str:
    """Answer the name of a rule as it is printed."""
    return rule.__name__.replace("_", "-")


def _files(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(place.rglob("*.py"))
        elif place.exists():
            yield place
