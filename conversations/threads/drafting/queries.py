"""Reading one's own drafts."""

from dataclasses import dataclass
from typing import Literal, cast
from uuid import UUID

from conversations.threads.models import DraftMessage
from tenants.paging import Page, Window, cut, turn

Kind = Literal["answer", "note"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it is kept; version 0: none is."""

    conversation: UUID
    kind: Kind
    text: str
    reply_to: int | None
    version: int


def get_draft(*, conversation: UUID, kind: Kind, member: UUID) -> Draft:
    """Answer a member's draft; an empty one where there is none."""
    row = DraftMessage.objects.filter(conversation=conversation, kind=kind, member=member).first()
    return Draft(conversation, kind, "", None, 0) if row is None else _draft(row)


def get_drafts(*, member: UUID, window: Window) -> Page[Draft]:
    """Answer a page of a member's drafts that are not empty, by conversation."""
    rows = DraftMessage.objects.filter(member=member).exclude(text="")
    found = cut(rows=rows, fields=("conversation", "kind"), descending=False, window=window)
    page = turn(rows=list(found), window=window, key=lambda row: (row.conversation, row.kind))
    return Page(rows=[_draft(row) for row in page.rows], next=page.next, previous=page.previous)


def _draft(row: DraftMessage) -> Draft:
    return Draft(row.conversation, cast("Kind", row.kind), row.text, row.reply_to, row.version)
