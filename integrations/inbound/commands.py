"""Making, changing and removing installs, and their secrets. What is done is audited, never a secret."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from conversations.audit.commands import record
from conversations.channels.incoming.commands import close_door
from conversations.definitions.inbox.queries import find_inbox
from conversations.threads.actors import Actor, as_who
from integrations.inbound.models import Install
from integrations.inbound.queries import PURPOSE, get_install
from integrations.inbound.rules import installs as rules
from integrations.secrets import Sealed, new_secret, replace_secret, seal_secrets
from integrations.webhooks.commands import check_manages
from tenants.audit.noting import Target
from tenants.confirming.commands import refuse_unconfirmed
from tenants.context import current_tenant
from tenants.database.locks import lock_key
from tenants.database.models import new_id
from tenants.refusals import Invalid


def make_install(*, name: str, scopes: Sequence[str], inbox: str, by: Actor, now: datetime) -> tuple[Install, str]:
    """Make an install; answer it and its secret, this once.

    Raises NotAllowed, Unconfirmed, Invalid or TooManyInstalls.
    """
    check_manages(by=by)
    refuse_unconfirmed(tenant=current_tenant())
    secret, id_ = new_secret(), new_id()
    row = Install(
        id=id_,
        name=name,
        scopes=rules.check_scopes(scopes=scopes, may=by.may),
        inbox=_check_inbox(inbox),
        sealed=seal_secrets(what=Sealed(secret=secret), purpose=PURPOSE, row=id_),
        hint=secret[-4:],
        created_at=now,
        created_by=by.id,
    )
    with transaction.atomic():
        _lock_list()
        if Install.objects.count() >= rules.MOST_INSTALLS:
            raise rules.TooManyInstalls
        row.save(force_insert=True)
        _note("install.made", row, by, now, after=_terms(row))
    return row, secret


def change_install(*, install: UUID, changes: Mapping[str, Any], by: Actor, now: datetime) -> Install:
    """Change what `changes` names: name, scopes or inbox. Raises NotAllowed, NotFound or Invalid."""
    check_manages(by=by)
    with transaction.atomic():
        row = get_install(install=install, lock=True)
        before, kept = _terms(row), set(row.scopes)
        row.name = changes.get("name", row.name)
        if "scopes" in changes:  # what it has already may stay, whoever asks
            may = changes["scopes"]
            row.scopes = rules.check_scopes(scopes=may, may=lambda scope: scope in kept or by.may(scope))
        if "inbox" in changes:
            row.inbox = _check_inbox(changes["inbox"])
        row.save(update_fields=["name", "scopes", "inbox"])
        if _terms(row) != before:
            _note("install.changed", row, by, now, before=before, after=_terms(row))
    return row


def rotate_install(*, install: UUID, overlap_s: int, by: Actor, now: datetime) -> tuple[Install, str]:
    """Give it a new secret, answered this once; calls may be signed by the one before for `overlap_s` longer.

    Who holds the secret does what the install may, so nobody gets it who may not. Raises NotAllowed or NotFound.
    """
    check_manages(by=by)
    with transaction.atomic():
        row = get_install(install=install, lock=True)
        rules.check_scopes(scopes=row.scopes, may=by.may)
        secret = replace_secret(row=row, purpose=PURPOSE, overlap_s=overlap_s, now=now)
        row.save(update_fields=["sealed", "hint", "rotated_at", "old_until"])
        until = None if row.old_until is None else row.old_until.isoformat()
        _note("install.rotated", row, by, now, after={"old_secret_until": until})
    return row, secret


def remove_install(*, install: UUID, by: Actor, now: datetime) -> None:
    """Take nothing from it any more; what it has brought stays. Raises NotAllowed or NotFound."""
    check_manages(by=by)
    with transaction.atomic():
        row = get_install(install=install, lock=True)
        close_door(source=source_of(install=row.id))
        before = _terms(row)
        _note("install.removed", row, by, now, before=before)
        Install.objects.filter(id=row.id).delete()


def source_of(*, install: UUID) -> str:
    """Answer under which name what comes from it is told apart."""
    return f"install:{install}"


def _check_inbox(key: str) -> str:
    found = find_inbox(key=key)
    if found is None or found.is_retired:
        raise Invalid(errors=[{"field": "inbox", "code": "not_found", "detail": "There is no such inbox."}])
    return key


def _note(
    action: str,
    row: Install,
    by: Actor,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    target = Target(kind="install", id=str(row.id), label=row.name)
    record(who=as_who(actor=by), action=action, target=target, now=now, before=before, after=after)


def _terms(row: Install) -> dict[str, Any]:
    return {"name": row.name, "scopes": list(row.scopes), "inbox": row.inbox}


def _lock_list() -> None:
    """Let nobody else make one until COMMIT: they are counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(f"installs:{current_tenant().schema}")])
