"""What contacts agreed to, as the API shows it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from conversations.contacts.consent import rules
from conversations.engine.models import Event
from tenants.describing import Answer


class ConsentShown(Answer, frozen=True):
    """What a contact said last of a `purpose` that is in force, or of which they said something.

    `counts`: it may be done now. `given` is null where nothing was said; then so is all else. `version` and `language`
    tell the words. It is shown by the message at `seq` of `conversation`, or by a `note`, which without `personal:read`
    is null. `by` is whoever wrote it down, a contact's own id where they did it themselves.
    """

    purpose: str
    counts: bool
    given: bool | None = None
    version: int | None = None
    language: str | None = None
    how: rules.How | None = None
    at: datetime | None = None
    by: UUID | None = None
    conversation: UUID | None = None
    seq: int | None = None
    note: str | None = None


class ContactConsents(Answer, frozen=True):
    """Purpose by purpose, by their keys."""

    purposes: list[ConsentShown]


class ConsentSaid(Answer, frozen=True):
    """Something that was said of a purpose once, by this contact or one who is the same."""

    purpose: str
    contact: UUID
    given: bool
    version: int
    language: str
    how: str
    at: datetime
    by: UUID | None
    conversation: UUID | None
    seq: int | None
    note: str | None


def show_consent(
    *, purpose: str, said: rules.Consent | None, known: Mapping[str, rules.InForce], personal: bool
) -> ConsentShown:
    """Answer how it stands with a purpose."""
    if said is None:
        return ConsentShown(purpose=purpose, counts=False)
    return ConsentShown(
        purpose=purpose,
        counts=rules.counts(consent=said, now=known.get(purpose)),
        given=said.given,
        version=said.version,
        language=said.language,
        how=said.how,
        at=said.at,
        by=said.by,
        conversation=said.proof.conversation,
        seq=said.proof.seq,
        note=said.proof.note if personal else None,
    )


def show_said(*, event: Event, personal: bool) -> ConsentSaid:
    """Answer something that was said once; what was erased is null."""
    body = event.body
    return ConsentSaid(
        purpose=body["purpose"],
        contact=UUID(body["contact"]),
        given=event.kind == "contact.consent_given.v1",
        version=body["version"],
        language=body["language"],
        how=body["how"],
        at=event.at,
        by=event.sender,
        conversation=body["conversation"] and UUID(body["conversation"]),
        seq=body["seq"],
        note=body["note"] if personal else None,
    )
