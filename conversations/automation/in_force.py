"""The rules that are in force, compiled: kept by each process until something of them is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from conversations.automation.rule.body import KIND, Rule
from conversations.automation.rules.compiling import Compiled, Rulebook, compile_rule
from conversations.definitions.calendar.body import CALENDAR, Calendar
from conversations.definitions.models import Definition
from conversations.definitions.queries import Edition, get_edition, get_in_force
from tenants.context import current_tenant

logger = structlog.get_logger(__name__)
KINDS: Final = (KIND, CALENDAR.name)
MOST: Final = 1000  # companies whose rules a process keeps


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules of a company and its calendars, as of an edition."""

    edition: Edition
    book: Rulebook
    calendars: Mapping[str, Calendar]


_kept: Final[dict[str, InForce]] = {}


def read_in_force() -> InForce:
    """Answer the rules in force; the edition is asked first, so that it is never newer than what was read."""
    schema, edition = current_tenant().schema, get_edition(kinds=KINDS)
    kept = _kept.get(schema)
    if kept is None or kept.edition != edition:
        kept = _read(edition)
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[schema] = kept
    return kept


def read_calendars() -> Mapping[str, Calendar]:
    """Answer the calendars in force, by key."""
    return read_in_force().calendars


def compile_version(*, row: Definition, calendars: Mapping[str, Calendar]) -> Compiled:
    """Answer one version of a rule, compiled."""
    body = msgspec.convert(row.body, Rule)
    return compile_rule(id_=row.id, key=row.key, version=row.version, body=body, calendars=calendars)


def _read(edition: Edition) -> InForce:
    rows = get_in_force(kinds=KINDS) if edition[0] else []
    calendars = {row.key: msgspec.convert(row.body, Calendar) for row in rows if row.kind == CALENDAR.name}
    found = [rule for row in rows if row.kind == KIND and (rule := _compile(row, calendars)) is not None]
    return InForce(edition, Rulebook(rules=[rule for rule in found if rule.body.on]), calendars)


def _compile(row: Definition, calendars: Mapping[str, Calendar]) -> Compiled | None:
    """Answer a rule, or None for one that a later version of the code has written: it stops no other."""
    try:
        return compile_version(row=row, calendars=calendars)
    except (msgspec.ValidationError, KeyError):
        logger.exception("automation.rule_not_understood", key=row.key, version=row.version)
        return None
