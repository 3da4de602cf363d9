"""Adding, verifying, preferring and removing identities of contacts, by hand or because of what somebody was told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.contacts.commands import hold_writable
from conversations.contacts.events import (
    DuplicateFound,
    IdentityAdded,
    IdentityPreferred,
    IdentityRemoved,
    IdentityVerified,
)
from conversations.contacts.identities import rules
from conversations.contacts.identities.queries import as_identity, get_identities
from conversations.contacts.merging.queries import find_duplicates
from conversations.contacts.merging.rules import BOTH
from conversations.contacts.models import Contact, ContactIdentity
from conversations.contacts.searching.commands import index
from conversations.contacts.streams import subject_of_contact
from conversations.engine import log
from conversations.engine.events import Draft, Fact
from tenants.database.models import new_id

IdentityFact = IdentityAdded | IdentityVerified | IdentityPreferred | IdentityRemoved
State = Sequence[rules.Identity]


@dataclass(frozen=True, slots=True)
class Told:
    """An identity that was told of somebody, as it was told."""

    kind: str
    value: str
    verified: bool = False
    prefer: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be written of a contact, whose row and stream the caller's transaction holds."""

    contact: UUID
    facts: Sequence[IdentityFact]
    by: UUID


def add(*, contact: UUID, kind: str, value: str, verified: bool, prefer: bool, by: UUID, now: datetime) -> UUID:
    """Let a contact be known by this, too; answer the identity, which may have been there.

    Raises Invalid, NotFound, ContactGone or TooManyIdentities.
    """
    normal = rules.normalize(kind=kind, value=value)
    new = rules.Identity(id=new_id(), contact=contact, kind=kind, value=normal, verified=verified)
    after = _change(contact, by, now, lambda state: rules.add(state=state, new=new, prefer=prefer))
    return next(one.id for one in after if (one.kind, one.value) == (kind, normal))


def verify(*, contact: UUID, identity: UUID, by: UUID, now: datetime) -> None:
    """Take an identity as shown to be theirs; raise NotFound, ContactGone or IdentityTold."""
    _change(contact, by, now, lambda state: rules.verify(state=state, identity=identity))


def prefer(*, contact: UUID, identity: UUID, by: UUID, now: datetime) -> None:
    """Let an identity be the primary one of its kind; raise NotFound, ContactGone or IdentityTold."""
    _change(contact, by, now, lambda state: rules.prefer(state=state, identity=identity))


def remove(*, contact: UUID, identity: UUID, by: UUID, now: datetime) -> None:
    """Take an identity away; raise NotFound, ContactGone or IdentityTold."""
    _change(contact, by, now, lambda state: rules.remove(state=state, identity=identity))


def look(*, contact: UUID, told: Sequence[Told], by: UUID) -> Claim:
    """Answer what follows from what was told of a contact whom the caller holds; nothing is written yet.

    What can be no identity of its kind is left out, and so is what would be too much. Where something follows, the
    contact's stream is held from now on: call this before anything is appended.
    """
    state, facts = _load(contact), list[IdentityFact]()
    for one in told:
        follows = _follow(contact, state, one)
        state = rules.apply(state=state, facts=follows)
        facts.extend(follows)
    if facts:
        _hold_stream(contact)
    return Claim(contact, facts, by)


def get_told(*, contact: UUID) -> list[Told]:
    """Answer the addresses of somebody who turned out to be somebody else, as they are told of that one."""
    return [Told(one.kind, one.value, verified=one.verified) for one in _load(contact) if not one.told]


def write(*, claim: Claim, now: datetime) -> None:
    """Write what look() has found, in the same transaction."""
    if not claim.facts:
        return
    for fact in claim.facts:
        _put(fact, claim.by, now)
    _show(claim.contact, {fact.type for fact in claim.facts})
    index(contacts=[claim.contact])
    subject = subject_of_contact(contact=claim.contact)
    facts: list[Fact] = [*claim.facts, *_propose(claim)]
    log.append(drafts=[Draft(subject=subject, fact=fact, sender=claim.by) for fact in facts], at=now)


def _propose(claim: Claim) -> list[DuplicateFound]:
    """Say who is known by what was added, too."""
    added = [fact.identity for fact in claim.facts if isinstance(fact, IdentityAdded)]
    return [
        DuplicateFound(
            contact=claim.contact,
            other=one.contact,
            types=tuple(match.kind for match in one.matches),
            verified=any(match.verified == BOTH for match in one.matches),
        )
        for one in (find_duplicates(contact=claim.contact, by=added) if added else [])
    ]


def _change(
    contact: UUID, by: UUID, now: datetime, decide: Callable[[State], Sequence[IdentityFact]]
) -> list[rules.Identity]:
    with transaction.atomic():
        hold_writable(contact=contact)
        state = _load(contact)
        facts = decide(state)
        after = rules.apply(state=state, facts=facts)
        if facts:
            _hold_stream(contact)
            write(claim=Claim(contact, facts, by), now=now)
        return after


def _follow(contact: UUID, state: State, one: Told) -> Sequence[IdentityFact]:
    normal = rules.find_normal(kind=one.kind, value=one.value)
    if normal is None:
        return []
    new = rules.Identity(id=new_id(), contact=contact, kind=one.kind, value=normal, verified=one.verified)
    try:
        return rules.add(state=state, new=new, prefer=one.prefer)
    except rules.TooManyIdentities:
        return []


def _hold_stream(contact: UUID) -> None:
    subject = subject_of_contact(contact=contact)
    log.ensure_streams(subjects=[subject])
    log.lock(subjects=[subject])


def _load(contact: UUID) -> list[rules.Identity]:
    return [as_identity(row=row) for row in get_identities(contacts=[contact])]


def _put(fact: IdentityFact, by: UUID, now: datetime) -> None:
    rows = ContactIdentity.objects.filter(id=fact.identity)
    match fact:
        case IdentityAdded():
            if fact.primary:
                _demote(fact)
            ContactIdentity.objects.create(
                id=fact.identity,
                contact_id=fact.contact,
                kind=fact.type,
                scope=str(fact.contact),
                value=fact.value,
                created_at=now,
                verified_at=now if fact.verified else None,
                verified_by=by if fact.verified else None,
                is_primary=fact.primary,
            )
        case IdentityVerified():
            rows.update(verified_at=now, verified_by=by)
        case IdentityPreferred():
            _demote(fact)
            rows.update(is_primary=True)
        case IdentityRemoved():
            rows.delete()


def _demote(fact: IdentityAdded | IdentityPreferred) -> None:
    ContactIdentity.objects.filter(contact_id=fact.contact, kind=fact.type, is_primary=True).update(is_primary=False)


def _show(contact: UUID, kinds: set[str]) -> None:
    """Let the contact's e-mail and phone be the primary ones, in the words in which the site has told the same."""
    row, changed = Contact.objects.get(id=contact), []
    primary = {one.kind: one.value for one in _load(contact) if one.primary}
    for kind in kinds & {"email", "phone"}:
        said = getattr(row, kind)
        if said is None or rules.find_normal(kind=kind, value=said) != primary.get(kind):
            setattr(row, kind, primary.get(kind))
            changed.append(kind)
    if changed:
        row.save(update_fields=changed)
