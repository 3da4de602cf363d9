"""Taking definitions along: one JSON document without a tenant in it, out of one tenant and into another."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from django.db import IntegrityError, transaction
from msgspec import Meta

from conversations.definitions.commands import (
    DefinitionChanged,
    as_error,
    find_missing,
    find_strangers,
    lock_definitions,
    refuse_too_much,
)
from conversations.definitions.differences import Change, get_changes
from conversations.definitions.kinds import (
    check_body,
    check_key,
    find_kind,
    get_kind,
    get_kinds,
    get_members_named,
    get_references,
)
from conversations.definitions.models import Definition
from conversations.definitions.queries import Place, get_in_force, get_newest
from conversations.definitions.recording import record_versions
from tenants.audit.noting import Who
from tenants.bodies import Body
from tenants.refusals import FieldError, Invalid, Refusal

FORMAT: Final = "yunke.definitions.v1"
MOST: Final = 1000


class TooMuchToExport(Refusal):
    """More definitions than one document holds: name those that you want."""

    code = "too_much_to_export"
    status = 409


Text = Annotated[str, Meta(max_length=200)]


class Carried(Body, frozen=True):
    """One definition."""

    kind: Text
    key: Text
    body: dict[str, Any]


class Archive(Body, frozen=True):
    """Definitions as they travel."""

    format: Literal["yunke.definitions.v1"]
    definitions: Annotated[tuple[Carried, ...], Meta(max_length=MOST)]


@dataclass(frozen=True, slots=True)
class Planned:
    """What an import does to one key; `version` is in force afterwards."""

    kind: str
    key: str
    action: Literal["create", "new_version", "unchanged"]
    version: int
    body: dict[str, Any]
    changes: list[Change]


def export(*, places: Collection[Place] | None = None) -> Archive:
    """Answer what is in force: all of it, or these and whatever they refer to; raise Invalid for one that is not."""
    rows = {(row.kind, row.key): row for row in get_in_force(kinds=[kind.name for kind in get_kinds()])}
    wanted = set(rows) if places is None else _close(rows, places)
    if len(wanted) > MOST:
        raise TooMuchToExport
    items = [Carried(kind=rows[place].kind, key=rows[place].key, body=rows[place].body) for place in sorted(wanted)]
    return Archive(format=FORMAT, definitions=tuple(items))


def import_definitions(
    *, document: Archive, now: datetime, by: Who | None = None, dry_run: bool = False
) -> list[Planned]:
    """Publish all of a document, or nothing; a key that is there already gets a new version.

    Drafts stay as they are. Raises Invalid with every mistake by its place in the document.
    """
    with transaction.atomic():
        lock_definitions()
        newest, plan = _plan(document.definitions)
        _refuse_too_much(plan)
        if not dry_run:
            _carry_out(newest, plan, now, by)
        return plan


def _close(rows: dict[Place, Definition], places: Collection[Place]) -> set[Place]:
    """Answer these places and every place that they lead to."""
    errors: list[FieldError] = [
        {"field": "definition", "code": "not_published", "detail": f"There is no {kind} {key!r} in force."}
        for kind, key in places
        if (kind, key) not in rows
    ]
    if errors:
        raise Invalid(errors=errors)
    found: set[Place] = set()
    waiting = list(places)
    while waiting:
        place = waiting.pop()
        kind = find_kind(name=place[0])
        if place in found or place not in rows or kind is None:
            continue
        found.add(place)
        waiting += [(named.kind, named.key) for named in get_references(kind=kind, body=rows[place].body)]
    return found


def _plan(items: Sequence[Carried]) -> tuple[dict[Place, Definition], list[Planned]]:
    bodies, errors = _check(items)
    errors = errors or _find_lost(bodies)
    if errors:
        raise Invalid(errors=errors)
    newest = get_newest(places=bodies.keys())
    return newest, [_plan_one(place, body, newest.get(place)) for place, body in bodies.items()]


def _check(items: Sequence[Carried]) -> tuple[dict[Place, dict[str, Any]], list[FieldError]]:
    """Answer the plain bodies by place, in the order of the document, and what is wrong with any."""
    bodies: dict[Place, dict[str, Any]] = {}
    errors: list[FieldError] = []
    for index, item in enumerate(items):
        try:
            body = _check_item(item)
            if (item.kind, item.key) in bodies:
                raise _wrong("key", "duplicate", "It is in the document twice.")
            bodies[item.kind, item.key] = body
        except Invalid as refusal:
            errors += _under(f"definitions.{index}", refusal)
    return bodies, errors


def _check_item(item: Carried) -> dict[str, Any]:
    kind = find_kind(name=item.kind)
    if kind is None:
        raise _wrong("kind", "unknown_kind", "This kind is not known here.")
    check_key(kind=kind, key=item.key)
    try:
        return check_body(kind=kind, body=item.body)
    except Invalid as refusal:
        raise Invalid(errors=_under("body", refusal)) from refusal


def _find_lost(bodies: dict[Place, dict[str, Any]]) -> list[FieldError]:
    """Answer every reference that leads neither into the document nor to what is in force here."""
    named = [
        (reference, f"definitions.{index}.body.")
        for index, (place, body) in enumerate(bodies.items())
        for reference in get_references(kind=get_kind(name=place[0]), body=body)
    ]
    missing = find_missing(references=[reference for reference, _ in named], besides=bodies.keys())
    lost = [as_error(reference=reference, prefix=prefix) for reference, prefix in named if reference in missing]
    return lost + _find_strangers(bodies)


def _find_strangers(bodies: dict[Place, dict[str, Any]]) -> list[FieldError]:
    """Answer every place in the document that names somebody who is no member here."""
    named = [
        (f"definitions.{index}.{field if field == 'key' else f'body.{field}'}", id_)
        for index, ((kind, key), body) in enumerate(bodies.items())
        for field, id_ in get_members_named(kind=get_kind(name=kind), key=key, body=body)
    ]
    return find_strangers(named=named)


def _wrong(field: str, code: str, detail: str) -> Invalid:
    return Invalid(errors=[{"field": field, "code": code, "detail": detail}])


def _under(field: str, refusal: Invalid) -> list[FieldError]:
    """Answer a refusal's errors as those of what lies under a field."""
    if not refusal.errors:
        return [{"field": field, "code": refusal.code, "detail": refusal.detail}]
    return [{**error, "field": f"{field}.{error['field']}".rstrip(".")} for error in refusal.errors]


def _plan_one(place: Place, body: dict[str, Any], newest: Definition | None) -> Planned:
    if newest is None:
        return Planned(*place, "create", 1, body, [])
    changes = get_changes(before=newest.body, after=body)
    if not changes and not newest.is_retired:
        return Planned(*place, "unchanged", newest.version, body, [])
    return Planned(*place, "new_version", newest.version + 1, body, changes)


def _refuse_too_much(plan: Sequence[Planned]) -> None:
    """Raise DefinitionTooLarge or TooManyDefinitions, for all that the plan adds together."""
    for one in plan:
        more = [other for other in plan if (other.kind, other.action) == (one.kind, "create")]
        refuse_too_much(
            kind=one.kind, key=one.key, body=one.body, newest=one.version - 1, besides=max(len(more) - 1, 0)
        )


def _carry_out(newest: dict[Place, Definition], plan: Sequence[Planned], now: datetime, by: Who | None) -> None:
    rows = [
        Definition(
            kind=one.kind,
            key=one.key,
            version=one.version,
            body=one.body,
            published_at=now,
            published_by=None if by is None else by.id,
        )
        for one in plan
        if one.action != "unchanged"
    ]
    try:
        with transaction.atomic():
            Definition.objects.bulk_create(rows)
    except IntegrityError as error:  # the version of the code before takes no lock
        raise DefinitionChanged from error
    record_versions(rows=[(newest.get((row.kind, row.key)), row) for row in rows], by=by, now=now)
