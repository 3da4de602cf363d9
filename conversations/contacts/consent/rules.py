"""Whether somebody agrees to a purpose, and what has to be written down when they say so. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from conversations.contacts.consent.purpose import Purpose
from tenants.refusals import Invalid, wrong

How = Literal["chat", "form", "mail", "phone", "in_person", "written", "site", "import"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What shows it: a message, by its conversation and seq, or a note that says where to look."""

    conversation: UUID | None = None
    seq: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a contact said last of a purpose: `version` and `language` tell the words, `at` when it was."""

    purpose: str
    given: bool
    version: int
    language: str
    how: How
    at: datetime
    by: UUID | None
    proof: Proof


@dataclass(frozen=True, slots=True)
class InForce:
    """A purpose as it is now, and the number of that version."""

    body: Purpose
    version: int


def check_proof(*, proof: Proof, how: How) -> None:
    """Raise Invalid unless the proof is whole: of the chat a message, of all else one or a note."""
    if (proof.conversation is None) != (proof.seq is None):
        raise Invalid(errors=[wrong(field="seq", detail="A message is named by its conversation and its seq.")])
    if how == "chat" and proof.seq is None:
        raise Invalid(errors=[wrong(field="seq", detail="Of the chat the message that says it is needed.")])
    if proof.seq is None and proof.note is None:
        raise Invalid(errors=[wrong(field="note", detail="What shows it: a message, or a note where to look.")])


def choose_language(*, purpose: Purpose, language: str | None) -> str:
    """Answer the language in which the words were shown; raise Invalid for one in which there are none."""
    if language is None:
        return "en" if "en" in purpose.wording else next(iter(purpose.wording))
    if language not in purpose.wording:
        raise Invalid(errors=[wrong(field="language", detail=f"There are words in {', '.join(purpose.wording)}.")])
    return language


def is_news(*, last: Consent | None, given: bool, version: int) -> bool:
    """Tell whether saying this changes anything: yes to newer words does, no said twice does not."""
    if last is None:
        return True
    return last.given != given or (given and version > last.version)


def counts(*, consent: Consent, now: InForce | None) -> bool:
    """Tell whether a consent holds: it was given, the purpose is in force, and its words need no new yes."""
    if now is None or not consent.given:
        return False
    return consent.version >= now.version or not now.body.renews


def find_last(*, consents: Iterable[Consent]) -> Mapping[str, Consent]:
    """Answer by purpose what was said last by any of those who are one person; of one moment, no."""
    last: dict[str, Consent] = {}
    for one in sorted(consents, key=lambda each: (each.at, not each.given)):
        last[one.purpose] = one
    return last
