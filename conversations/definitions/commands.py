"""Writing definitions: drafts, versions, retirement. All writing of one tenant happens one after the other."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import IntegrityError, connection, transaction

from conversations.definitions.differences import get_changes
from conversations.definitions.kinds import (
    Kind,
    Reference,
    check_body,
    check_key,
    get_kind,
    get_kinds,
    get_members_named,
    get_references,
)
from conversations.definitions.models import Definition, DefinitionDraft
from conversations.definitions.queries import Place, count_others, find_newest, get_in_force
from conversations.definitions.recording import record_versions
from tenants.audit.noting import Who
from tenants.context import current_tenant
from tenants.database.locks import lock_key
from tenants.members.queries import get_colleagues
from tenants.refusals import FieldError, Invalid, NotFound, Refusal
from tenants.text import is_storable

MOST_KEYS: Final = 1000  # of one kind; as many as travel in one document
MOST_BYTES: Final = 262_144


class DefinitionChanged(Refusal):
    """Somebody else published a newer version meanwhile; look at it and try again."""

    code = "conflict"
    status = 409


class DraftChanged(Refusal):
    """Somebody else changed the draft meanwhile; look at it and try again."""

    code = "conflict"
    status = 409


class TooManyDefinitions(Refusal):
    """There are as many definitions of this kind as a company may have."""

    code = "too_many_definitions"
    status = 409


class DefinitionTooLarge(Refusal):
    """This definition is too large."""

    code = "definition_too_large"
    status = 422


class StillReferredTo(Refusal):
    """Other definitions in force refer to this one; change them first."""

    code = "referred_to"
    status = 409


def lock_definitions() -> None:
    """Hold all other writing of this tenant's definitions back until the transaction ends.

    A reference is checked against what is in force, so what is in force must not change meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(f"definitions:{current_tenant().schema}")])


def publish(*, kind: str, key: str, body: Mapping[str, Any], now: datetime, by: Who | None = None) -> Definition:
    """Put a new version of a document in force; the same body as before changes nothing.

    Raises Invalid for a body that does not fit or that names what is not in force.
    """
    with transaction.atomic():
        lock_definitions()
        return _publish(get_kind(name=kind), key, body, now, by)


def save_draft(
    *,
    kind: str,
    key: str,
    body: Mapping[str, Any],
    revision: int,
    now: datetime,
    base: int | None = None,
    by: Who | None = None,
) -> DefinitionDraft:
    """Write the draft over the one with this revision; 0 if there is none.

    `base` says that the writer has seen this newest version: the draft now starts from it. Raises DraftChanged,
    DefinitionChanged, or Invalid for a key or body that does not fit.
    """
    declared = get_kind(name=kind)
    check_key(kind=declared, key=key)
    plain = check_body(kind=declared, body=body)
    with transaction.atomic():
        lock_definitions()
        row = _get_draft_row(kind, key)
        begun = row.body is not None
        if revision != (row.revision if begun else 0):
            raise DraftChanged
        newest = _get_version(kind, key)
        if base is not None and base != newest:
            raise DefinitionChanged
        refuse_too_much(kind=kind, key=key, body=plain, newest=newest)
        row.base = row.base if begun and base is None else newest
        return _write_draft(row, plain, now, by)


def publish_draft(*, kind: str, key: str, revision: int, now: datetime, by: Who | None = None) -> Definition:
    """Put the draft with this revision in force; there is no draft then.

    Raises NotFound, DraftChanged, DefinitionChanged if it was begun from an older version, Invalid.
    """
    with transaction.atomic():
        lock_definitions()
        row = _get_draft_row(kind, key)
        if row.body is None or row.revision != revision:
            raise DraftChanged if row.revision >= revision else NotFound
        if row.base != _get_version(kind, key):
            raise DefinitionChanged
        version = _publish(get_kind(name=kind), key, row.body, now, by)
        _write_draft(row, None, now, by)
        return version


def discard_draft(*, kind: str, key: str, now: datetime, revision: int | None = None, by: Who | None = None) -> None:
    """Throw the draft away, only the one with this revision if it is given; raise NotFound or DraftChanged."""
    with transaction.atomic():
        lock_definitions()
        row = _get_draft_row(kind, key)
        if row.body is None:
            raise NotFound
        if revision not in {None, row.revision}:
            raise DraftChanged
        _write_draft(row, None, now, by)


def retire(*, kind: str, key: str, now: datetime, by: Who | None = None) -> Definition:
    """Take a document out of force, which is a version of its own; retired already, it stays so.

    Raises NotFound if nothing was ever published, StillReferredTo with every definition in force that names it.
    """
    with transaction.atomic():
        lock_definitions()
        newest = find_newest(kind=kind, key=key)
        if newest is None:
            raise NotFound
        if newest.is_retired:
            return newest
        errors = _get_referrers((kind, key))
        if errors:
            raise StillReferredTo(errors=errors)
        return _append(newest=newest, kind=kind, key=key, body=newest.body, now=now, by=by, is_retired=True)


def find_missing(*, references: Collection[Reference], besides: Collection[Place] = ()) -> set[Reference]:
    """Answer the references that lead nowhere: to nothing in force, and to nothing in `besides`."""
    if not references:
        return set()
    there = {(row.kind, row.key) for row in get_in_force(kinds={reference.kind for reference in references})}
    return {named for named in references if (named.kind, named.key) not in there | set(besides)}


def as_error(*, reference: Reference, prefix: str = "") -> FieldError:
    """Say which reference leads nowhere."""
    detail = f"There is no {reference.kind} {reference.key!r} in force."
    return {"field": f"{prefix}{reference.path}", "code": "not_published", "detail": detail}


def find_strangers(*, named: Collection[tuple[str, str]]) -> list[FieldError]:
    """Answer which of the fields that name members name somebody who is none."""
    if not named:
        return []
    members = {str(member.person_id) for member in get_colleagues()}
    detail = "No such member."
    return [{"field": field, "code": "not_found", "detail": detail} for field, id_ in named if id_ not in members]


def _publish(kind: Kind, key: str, body: Mapping[str, Any], now: datetime, by: Who | None) -> Definition:
    check_key(kind=kind, key=key)
    plain = check_body(kind=kind, body=body)
    missing = find_missing(references=get_references(kind=kind, body=plain))
    if missing:
        raise Invalid(errors=[as_error(reference=reference) for reference in sorted(missing)])
    strangers = find_strangers(named=get_members_named(kind=kind, key=key, body=plain))
    if strangers:
        raise Invalid(errors=strangers)
    newest = find_newest(kind=kind.name, key=key)
    refuse_too_much(kind=kind.name, key=key, body=plain, newest=0 if newest is None else newest.version)
    if newest is not None and not newest.is_retired and not get_changes(before=newest.body, after=plain):
        return newest
    return _append(newest=newest, kind=kind.name, key=key, body=plain, now=now, by=by)


def _append(
    *,
    newest: Definition | None,
    kind: str,
    key: str,
    body: Any,
    now: datetime,
    by: Who | None,
    is_retired: bool = False,
) -> Definition:
    version = 1 if newest is None else newest.version + 1
    try:
        with transaction.atomic():
            made = Definition.objects.create(
                kind=kind,
                key=key,
                version=version,
                body=body,
                published_at=now,
                published_by=None if by is None else by.id,
                is_retired=is_retired,
            )
    except IntegrityError as error:  # the version of the code before takes no lock
        raise DefinitionChanged from error
    record_versions(rows=[(newest, made)], by=by, now=now)
    return made


def refuse_too_much(*, kind: str, key: str, body: Mapping[str, Any], newest: int, besides: int = 0) -> None:
    """Raise DefinitionTooLarge, or TooManyDefinitions for a new key that, with `besides` others, is too many."""
    if len(msgspec.json.encode(body)) > MOST_BYTES:
        raise DefinitionTooLarge
    if newest == 0 and count_others(kind=kind, key=key) + besides >= MOST_KEYS:
        raise TooManyDefinitions


def _get_draft_row(kind: str, key: str) -> DefinitionDraft:
    row = None
    if is_storable(text=kind + key):
        row = DefinitionDraft.objects.filter(kind=kind, key=key).first()
    return row or DefinitionDraft(kind=kind, key=key, body=None, revision=0, base=0)


def _write_draft(row: DefinitionDraft, body: dict[str, Any] | None, now: datetime, by: Who | None) -> DefinitionDraft:
    row.body, row.revision, row.edited_at = body, row.revision + 1, now
    row.edited_by = None if by is None else by.id
    row.save()
    return row


def _get_version(kind: str, key: str) -> int:
    newest = find_newest(kind=kind, key=key)
    return 0 if newest is None else newest.version


def _get_referrers(place: Place) -> list[FieldError]:
    kinds = {kind.name: kind for kind in get_kinds() if kind.may_name(place[0])}
    return [
        {"field": f"{row.kind}/{row.key}", "code": "referred_to", "detail": f"It is named in {reference.path}."}
        for row in get_in_force(kinds=kinds)
        for reference in get_references(kind=kinds[row.kind], body=row.body)
        if (reference.kind, reference.key) == place
    ]
