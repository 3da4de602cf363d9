"""Registering, changing, pausing and removing endpoints, and their secrets. What is done is audited, never a secret."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection, transaction

from conversations.audit.commands import record
from conversations.definitions.inbox.queries import get_inboxes
from conversations.engine.events import get_kinds
from conversations.threads.actors import Actor, as_who
from conversations.threads.reach import within
from integrations.secrets import Sealed, new_secret, replace_secret, seal_secrets
from integrations.webhooks.choosing import find_fields
from integrations.webhooks.models import Endpoint
from integrations.webhooks.queries import PURPOSE, count_endpoints, get_endpoint, open_sealed
from integrations.webhooks.rules import endpoints as rules
from integrations.webhooks.rules.filtering import Filters, check_filters
from tenants.audit.noting import Target
from tenants.confirming.commands import refuse_unconfirmed
from tenants.context import current_tenant
from tenants.database.locks import lock_key
from tenants.database.models import new_id
from tenants.outgoing.moments import call_by
from tenants.refusals import NotAllowed

PERMISSION = "webhooks.manage"


def check_manages(*, by: Actor) -> None:
    """Refuse who may not manage webhooks, or does not see all conversations himself. Raises NotAllowed."""
    if not (by.may(PERMISSION) and by.may("conversations.view")) or within(actor=by) is not None:
        raise NotAllowed


def register(
    *,
    url: str,
    description: str,
    kinds: Sequence[str],
    scopes: Sequence[str],
    headers: Mapping[str, str],
    by: Actor,
    now: datetime,
    filters: Filters | None = None,
) -> tuple[Endpoint, str]:
    """Register an endpoint; answer it and its secret, this once. Nothing is sent before it has proved itself.

    Raises NotAllowed, Unconfirmed, Invalid or TooManyEndpoints.
    """
    check_manages(by=by)
    refuse_unconfirmed(tenant=current_tenant())
    secret, id_ = new_secret(), new_id()
    row = Endpoint(
        id=id_,
        url=check_url(url=url),
        description=description,
        kinds=rules.check_kinds(kinds=kinds, known=get_kinds()),
        scopes=rules.check_scopes(scopes=scopes, may=by.may, is_key=by.kind == "key"),
        filters=_check_filters(filters or Filters()),
        sealed=_sealed(id_, Sealed(secret=secret, headers=rules.check_headers(headers=headers))),
        hint=secret[-4:],
        created_at=now,
        created_by=by.id,
    )
    with transaction.atomic():
        _lock_list()
        if count_endpoints() >= rules.MOST_ENDPOINTS:
            raise rules.TooManyEndpoints
        row.save(force_insert=True)
        note(action="webhook.registered", row=row, by=by, now=now, after=_terms(row, headers))
    return row, secret


def change(*, endpoint: UUID, changes: Mapping[str, Any], by: Actor, now: datetime) -> Endpoint:
    """Change what `changes` names: url, description, kinds, scopes, filters or headers (all of them anew).

    Another address has to prove itself before anything is sent there, and may be given by nobody who may not see what
    is told there. Another server does not get the headers, unless they are named, too. Raises NotAllowed, NotFound or
    Invalid.
    """
    check_manages(by=by)
    with transaction.atomic():
        row = get_endpoint(endpoint=endpoint, lock=True)
        opened = open_sealed(endpoint=row)
        before, was = _terms(row, opened.headers), row.url
        _apply(row, changes, by)
        headers = _choose_headers(opened, changes, is_same_server=rules.is_same_server(one=was, other=row.url))
        if headers != opened.headers:
            row.sealed = _sealed(row.id, msgspec.structs.replace(opened, headers=headers))
        row.save()
        after = _terms(row, headers)
        if after != before:
            note(action="webhook.changed", row=row, by=by, now=now, before=before, after=after)
    return row


def _apply(row: Endpoint, changes: Mapping[str, Any], by: Actor) -> None:
    moves = "url" in changes and changes["url"] != row.url
    if moves:
        row.url, row.proved_at = check_url(url=changes["url"]), None
        row.failures, row.failing_since, row.rests_until = 0, None, None
    if "description" in changes:
        row.description = changes["description"]
    if "kinds" in changes:
        row.kinds = rules.check_kinds(kinds=changes["kinds"], known=get_kinds())
    if "scopes" in changes:
        row.scopes = _check_new_scopes(row, changes["scopes"], by)
    if "filters" in changes:
        row.filters = _check_filters(changes["filters"], kept=row.filters.get("inboxes", []))
    if moves:
        rules.check_scopes(scopes=row.scopes, may=by.may, is_key=by.kind == "key")


def _choose_headers(opened: Sealed, changes: Mapping[str, Any], *, is_same_server: bool) -> dict[str, str]:
    """Answer what requests carry from now on: headers may be the old server's secrets."""
    if "headers" in changes:
        return rules.check_headers(headers=changes["headers"])
    return dict(opened.headers) if is_same_server else {}


def _check_new_scopes(row: Endpoint, scopes: Sequence[str], by: Actor) -> list[str]:
    """Answer them; what it has already may stay, whoever asks."""
    kept = set(row.scopes)
    return rules.check_scopes(scopes=scopes, may=lambda scope: scope in kept or by.may(scope), is_key=by.kind == "key")


def remove(*, endpoint: UUID, by: Actor, now: datetime) -> None:
    """Remove it at once, and what waits for it; its deliveries are swept later. Raises NotAllowed or NotFound."""
    check_manages(by=by)
    with transaction.atomic():
        row = get_endpoint(endpoint=endpoint, lock=True)
        row.removed_at, row.sealed = now, ""
        row.save(update_fields=["removed_at", "sealed"])
        note(action="webhook.removed", row=row, by=by, now=now, before=_terms(row, {}))


def pause(*, endpoint: UUID, by: Actor, now: datetime) -> Endpoint:
    """Let what happens wait for it; a paused one stays as it is. Raises NotAllowed or NotFound."""
    check_manages(by=by)
    with transaction.atomic():
        row = get_endpoint(endpoint=endpoint, lock=True)
        if row.paused_at is None:
            row.paused_at = now
            row.save(update_fields=["paused_at"])
            note(action="webhook.paused", row=row, by=by, now=now)
    return row


def resume(*, endpoint: UUID, by: Actor, now: datetime) -> Endpoint:
    """Send it what has waited, whether it was paused or switched off. Raises NotAllowed or NotFound."""
    check_manages(by=by)
    with transaction.atomic():
        row = get_endpoint(endpoint=endpoint, lock=True)
        if row.paused_at is not None or row.off_at is not None:
            row.paused_at = row.off_at = row.told_at = row.failing_since = row.rests_until = None
            row.off_why, row.failures = "", 0
            row.save()
            note(action="webhook.resumed", row=row, by=by, now=now)
            call_by(due=now, wake=True)
    return row


def rotate(*, endpoint: UUID, overlap_s: int, by: Actor, now: datetime) -> tuple[Endpoint, str]:
    """Give it a new secret, answered this once; requests are signed by the one before, too, for `overlap_s`.

    Raises NotAllowed or NotFound.
    """
    check_manages(by=by)
    with transaction.atomic():
        row = get_endpoint(endpoint=endpoint, lock=True)
        secret = replace_secret(row=row, purpose=PURPOSE, overlap_s=overlap_s, now=now)
        row.save()
        until = None if row.old_until is None else row.old_until.isoformat()
        note(action="webhook.rotated", row=row, by=by, now=now, after={"old_secret_until": until})
    return row, secret


def check_url(*, url: str) -> str:
    """Answer the address; raise Invalid. Where this machine may be called, which only tests want, http will do."""
    return rules.check_address(url=url, plain=settings.YUNKE_OUTBOUND_LOOPBACK)


def note(
    *,
    action: str,
    row: Endpoint,
    by: Actor,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Record what was done to an endpoint."""
    target = Target(kind="webhook", id=str(row.id), label=row.url)
    record(who=as_who(actor=by), action=action, target=target, now=now, before=before, after=after)


def _terms(row: Endpoint, headers: Mapping[str, str]) -> dict[str, Any]:
    """Answer what the audit says of it; headers may be secrets, so that their names must do."""
    return {
        "url": row.url,
        "description": row.description,
        "kinds": list(row.kinds),
        "scopes": list(row.scopes),
        "filters": dict(row.filters),
        "headers": sorted(headers),
    }


def _check_filters(filters: Filters, *, kept: Sequence[str] = ()) -> dict[str, Any]:
    """Answer them; inboxes that are no more in force may stay."""
    keys = {*(inbox.key for inbox in get_inboxes()), *kept}
    checked: dict[str, Any] = msgspec.to_builtins(check_filters(filters=filters, inboxes=keys, fields=find_fields()))
    return checked


def _sealed(id_: UUID, what: Sealed) -> str:
    return seal_secrets(what=what, purpose=PURPOSE, row=id_)


def _lock_list() -> None:
    """Let nobody else register one until COMMIT: they are counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(f"webhooks:{current_tenant().schema}")])
