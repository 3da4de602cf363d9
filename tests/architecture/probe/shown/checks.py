"""The check: whatever one company gave is worth on the other's host what a made-up one is, and nothing is spoilt."""

from typing import Any

from tests.architecture.probe.checks import Leak
from tests.architecture.probe.mirror.company import Company
from tests.architecture.probe.rest.checks import Asking, unchanged
from tests.architecture.probe.shown import KINDS
from tests.architecture.probe.shown.kind import Credential, Kind


def check_shown(ours: Company, theirs: Company, *, of: str) -> None:
    """Show one of ours on their host, then at home; raise Leak unless it opens the one and nothing of the other."""
    kind = _find(of)
    with kind.make(ours, theirs) as one:
        _show_elsewhere(kind, one, ours, theirs)
        _show_at_home(kind, one, ours)


def check_elsewhere(ours: Company, theirs: Company, *, of: str) -> None:
    """Show one of ours on their host; raise Leak if that tells or does anything."""
    kind = _find(of)
    with kind.make(ours, theirs) as one:
        _show_elsewhere(kind, one, ours, theirs)


def _find(name: str) -> Kind:
    (kind,) = [kind for kind in KINDS if kind.name == name]
    return kind


def _show_elsewhere(kind: Kind, one: Credential, ours: Company, theirs: Company) -> None:
    """The made-up one first: what a real one may leave behind must not be laid to its account."""

    def ask(text: str) -> Any:
        return kind.show(theirs, one.saying(text))

    with unchanged(theirs, grows=kind.grows, writes=kind.writes):
        values = kind.made_up(one.text), one.text
        Asking(theirs, ours).compare(ask, values, f"our {kind.name} on their host")


def _show_at_home(kind: Kind, one: Credential, ours: Company) -> None:
    """At home a made-up one opens nothing, or the check would prove nothing; ours does, although it was shown there."""
    if kind.works(kind.show(ours, one.saying(kind.made_up(one.text)))):
        raise Leak(f"a made-up {kind.name} opens what is ours")
    answer = kind.show(ours, one)
    if not kind.works(answer):
        raise Leak(f"our {kind.name} does not open what is ours: {answer.status_code} {answer.content[:500]!r}")
    if kind.once and kind.works(kind.show(ours, one)):
        raise Leak(f"our {kind.name} opens twice")
