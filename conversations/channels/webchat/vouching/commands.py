"""Making and retiring an inbox's secrets, and letting in whom its site vouches for."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from conversations.audit.commands import record
from conversations.channels.webchat.vouching.models import IdentitySecret
from conversations.channels.webchat.vouching.queries import PURPOSE, get_live, get_secrets
from conversations.channels.webchat.vouching.token import read_identity
from conversations.contacts import commands as contacts
from conversations.contacts.identities import commands as identities
from conversations.contacts.merging import commands as merging
from conversations.contacts.profile import Profile
from conversations.contacts.queries import Known, find_visitor
from conversations.definitions.inbox.queries import Inbox
from conversations.engine import log
from conversations.engine.events import Draft
from conversations.threads.actors import Actor, as_who
from conversations.threads.commands import hand_over
from tenants.audit.noting import Target
from tenants.context import current_tenant
from tenants.database.locks import lock_key
from tenants.database.models import new_id
from tenants.refusals import NotAllowed, NotFound, Refusal
from tenants.secrets import seal

LIVE_AT_ONCE: Final = 2
STAYS: Final = timedelta(hours=24)  # a vouched visitor, before the site has to vouch again


class TooManySecrets(Refusal):
    """Two secrets are live already; retire one of them first."""

    code = "too_many_secrets"
    status = 409


def make_secret(*, inbox: Inbox, by: Actor, now: datetime) -> tuple[IdentitySecret, str]:
    """Make a secret; answer it, and its text this once. Raises NotAllowed or TooManySecrets."""
    _check(by)
    text, id_ = secrets.token_urlsafe(48), new_id()
    with transaction.atomic():
        _lock(inbox.key)
        if len(get_secrets(inbox=inbox.key)) >= LIVE_AT_ONCE:
            raise TooManySecrets
        row = IdentitySecret.objects.create(
            id=id_,
            inbox=inbox.key,
            sealed=seal(purpose=PURPOSE, tenant=current_tenant().id, row=id_, text=text),
            hint=text[-4:],
            created_at=now,
            created_by=by.id,
        )
        _record("identity_secret.made", inbox, row, by, now)
    return row, text


def retire_secret(*, inbox: Inbox, secret: UUID, by: Actor, now: datetime) -> None:
    """Let nobody in by this secret any more; whom it let in has to come anew. Raises NotAllowed or NotFound."""
    _check(by)
    with transaction.atomic():
        _lock(inbox.key)
        row = IdentitySecret.objects.filter(inbox=inbox.key, id=secret).first()
        if row is None:
            raise NotFound
        IdentitySecret.objects.filter(id=secret).delete()
        contacts.retire_tokens_of(secret=secret)
        _record("identity_secret.retired", inbox, row, by, now)


def let_in_vouched(*, inbox: Inbox, identity: str, token: str | None, now: datetime) -> tuple[Actor, str | None]:
    """Answer the contact whom the site vouches for, and a new token unless one of theirs was shown.

    Who shows an anonymous visitor's token, too, is that visitor: what was said as such is theirs from now on.
    Raises IdentityInvalid or IdentityExpired.
    """
    with transaction.atomic():
        _lock(inbox.key, shared=True)
        vouched = read_identity(token=identity, secrets=get_live(inbox=inbox.key), inbox=inbox.key, now=now)
        contact = contacts.meet(inbox=inbox.key, external_id=vouched.profile.external_id, now=now)
        shown = _find_shown(token, inbox, now)
        if shown is not None and shown.contact.id != contact:
            merging.begin_joining()
        contacts.hold(contacts={contact, shown.contact.id} if shown else {contact})
        actor = Actor("contact", contact, contacts.describe(contact=contact, profile=vouched.profile))
        shown = _find_shown(token, inbox, now)  # as it is now that nobody else can join them
        claim = identities.look(contact=contact, told=_told(vouched.profile, contact, shown), by=vouched.secret)
        until = now + STAYS
        if shown is not None and shown.contact.id == contact:
            contacts.keep_token(identity=shown.identity, until=until, by=vouched.secret)
            given, said = None, []
        else:
            given = contacts.give_token(contact=contact, inbox=inbox.key, now=now, until=until, by=vouched.secret)
            said = [] if shown is None else _leave(shown, actor, vouched.profile.external_id, now)
        identities.write(claim=claim, now=now)
        log.append(drafts=said, at=now)
        return actor, given


def _told(profile: Profile, contact: UUID, shown: Known | None) -> list[identities.Told]:
    """Answer what the site says of how to reach them, and what they have said themselves before."""
    said = {"email": profile.email, "phone": profile.phone}
    told = [
        identities.Told(kind, value, verified=kind in profile.verified, prefer=True)
        for kind, value in said.items()
        if value is not None
    ]
    if shown is None or shown.contact.id == contact or shown.contact.is_vouched:
        return told
    return [*told, *identities.get_told(contact=shown.contact.id)]


def _leave(shown: Known, vouched: Actor, external_id: str, now: datetime) -> list[Draft]:
    """Join an anonymous contact to the vouched one; who was vouched for as somebody else only leaves.

    Answer what is to be said of that when all else is.
    """
    if shown.contact.is_vouched:
        contacts.retire_token(identity=shown.identity)
        return []
    was = shown.contact.id
    merging.hold_stream(contact=vouched.id)
    drafts = merging.join(contact=was, into=vouched.id, now=now)
    contacts.join(contact=was, into=vouched.id)
    hand_over(was=was, contact=vouched.id, name=vouched.name, external_id=external_id, now=now)
    return [*drafts, *merging.say_blocked(contact=vouched.id)]


def _find_shown(token: str | None, inbox: Inbox, now: datetime) -> Known | None:
    known = find_visitor(token=token, now=now) if token else None
    return known if known is not None and known.inbox == inbox.key else None


def _record(action: str, inbox: Inbox, row: IdentitySecret, by: Actor, now: datetime) -> None:
    target = Target(kind="identity_secret", id=str(row.id), label=f"…{row.hint}")
    record(who=as_who(actor=by), action=action, target=target, now=now, after={"inbox": inbox.key})


def _check(by: Actor) -> None:
    if not by.may("inboxes.manage"):
        raise NotAllowed


def _lock(inbox: str, *, shared: bool = False) -> None:
    """Let no secret of the inbox be made or retired until COMMIT; who is only let in does not wait for others."""
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        key = lock_key(f"identity secrets:{current_tenant().schema}:{inbox}")
        cursor.execute(f"SELECT {function}(%s)", [key])
