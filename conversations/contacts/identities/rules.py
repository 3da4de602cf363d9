"""What an identity of a contact may be, and what follows when one is added, verified, preferred or removed. Pure.

Of each kind of which there is any, exactly one is primary: it is the one that is shown and written to.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args
from uuid import UUID

import phonenumbers

from conversations.contacts.events import IdentityAdded, IdentityPreferred, IdentityRemoved, IdentityVerified
from conversations.engine.events import Fact
from tenants.refusals import Invalid, NotFound, Refusal

IdentityKind = Literal[
    "email",
    "phone",
    "external_id",
    "wechat",
    "whatsapp",
    "messenger",
    "instagram",
    "telegram",
    "line",
    "weibo",
    "x",
]
KINDS: Final[tuple[str, ...]] = get_args(IdentityKind)
MOST: Final = 50
LONGEST: Final = 255
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")


class TooManyIdentities(Refusal):
    """A contact has at most 50 identities; remove one first."""

    code = "too_many_identities"
    status = 409


class IdentityTold(Refusal):
    """The company's own site says so of this contact; it cannot be changed here."""

    code = "identity_told"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One identity; `contact` is whose. `told`: the company's site vouches for it, and nobody else can change it."""

    id: UUID
    contact: UUID
    kind: str
    value: str
    verified: bool = False
    primary: bool = False
    told: bool = False


def normalize(*, kind: str, value: str) -> str:
    """Answer the value as it is kept and compared: e-mail in small letters, phone as E.164; raise Invalid."""
    normal = find_normal(kind=kind, value=value)
    if normal is None:
        raise Invalid(errors=[{"field": "value", "code": "invalid", "detail": _WANTED.get(kind, _NAME)}])
    return normal


def find_normal(*, kind: str, value: str) -> str | None:
    """Answer the value as it is kept and compared, or None where it can be none of its kind."""
    return _NORMAL.get(kind, _name)(value.strip())


def apply(*, state: Sequence[Identity], facts: Iterable[Fact]) -> list[Identity]:
    """Answer the identities after these facts, the oldest first."""
    after = list(state)
    for fact in facts:
        match fact:
            case IdentityAdded():
                new = Identity(
                    id=fact.identity,
                    contact=fact.contact,
                    kind=fact.type,
                    value=fact.value,
                    verified=fact.verified,
                    primary=fact.primary,
                )
                after = [*(_demote(after, fact.type) if fact.primary else after), new]
            case IdentityVerified(identity=identity):
                after = [replace(one, verified=True) if one.id == identity else one for one in after]
            case IdentityPreferred(identity=identity, type=kind):
                after = [replace(one, primary=True) if one.id == identity else one for one in _demote(after, kind)]
            case IdentityRemoved(identity=identity):
                after = [one for one in after if one.id != identity]
    return after


def add(
    *, state: Sequence[Identity], new: Identity, prefer: bool = False
) -> list[IdentityAdded | IdentityVerified | IdentityPreferred]:
    """Add an identity, verify or prefer the one that is there already; the first of a kind is the primary one."""
    known = next((one for one in state if (one.kind, one.value) == (new.kind, new.value)), None)
    if known is not None:
        verified = _verify(known) if new.verified else []
        return [*verified, *(_prefer(known) if prefer and not known.told else [])]
    if len(state) >= MOST:
        raise TooManyIdentities
    same = [one for one in state if one.kind == new.kind]
    primary = not any(one.primary for one in same) or (prefer and not any(one.told for one in same))
    return [
        IdentityAdded(
            contact=new.contact,
            identity=new.id,
            type=new.kind,
            value=new.value,
            verified=new.verified,
            primary=primary,
        )
    ]


def verify(*, state: Sequence[Identity], identity: UUID) -> list[IdentityVerified]:
    """Take it as shown that the contact has this address; again changes nothing."""
    return _verify(_changeable(state, identity))


def prefer(*, state: Sequence[Identity], identity: UUID) -> list[IdentityPreferred]:
    """Let this one be the primary one of its kind; again changes nothing. What the site says comes first."""
    one = _changeable(state, identity)
    if any(each.told for each in state if each.kind == one.kind):
        raise IdentityTold
    return _prefer(one)


def remove(*, state: Sequence[Identity], identity: UUID) -> list[IdentityRemoved | IdentityPreferred]:
    """Take an identity away; after the primary one the oldest verified one follows, or else the oldest."""
    one = _changeable(state, identity)
    gone = IdentityRemoved(contact=one.contact, identity=one.id, type=one.kind)
    others = [each for each in state if each.kind == one.kind and each.id != one.id and not each.told]
    if not one.primary or not others:
        return [gone]
    return [gone, *_prefer(next((each for each in others if each.verified), others[0]))]


def _changeable(state: Sequence[Identity], identity: UUID) -> Identity:
    found = next((one for one in state if one.id == identity), None)
    if found is None:
        raise NotFound
    if found.told:
        raise IdentityTold
    return found


def _verify(one: Identity) -> list[IdentityVerified]:
    if one.verified:
        return []
    return [IdentityVerified(contact=one.contact, identity=one.id, type=one.kind)]


def _prefer(one: Identity) -> list[IdentityPreferred]:
    if one.primary:
        return []
    return [IdentityPreferred(contact=one.contact, identity=one.id, type=one.kind)]


def _demote(state: Sequence[Identity], kind: str) -> list[Identity]:
    return [replace(one, primary=False) if one.kind == kind else one for one in state]


def _email(value: str) -> str | None:
    return value.lower() if _EMAIL.fullmatch(value) else None


def _phone(value: str) -> str | None:
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _name(value: str) -> str | None:
    return value if 0 < len(value) <= LONGEST else None


_NORMAL: Final[dict[str, Callable[[str], str | None]]] = {"email": _email, "phone": _phone}
_NAME: Final = f"A text of at most {LONGEST} characters."
_WANTED: Final = {
    "email": "An e-mail address, such as lei@example.com.",
    "phone": "A phone number with its country, such as +86 138 0013 8000.",
}
