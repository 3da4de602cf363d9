"""What is told of rules themselves: that one was cut short or refused, or tells partners something."""

from typing import Final, Literal
from uuid import UUID

from conversations.engine.events import Audience, Fact, fact

AUTOMATION: Final = UUID("a0d17000-0000-7000-8000-000000000010")
VIEW: Final = "definitions.view"
Subject = Literal["conversation", "ticket"]


@fact(kind="automation.cut.v1", audience=Audience.STAFF, permission=VIEW)
class RuleCut(Fact, frozen=True):
    """A rule held and did nothing: because it was in the `chain` of rules already, or that was too long, or too often.

    `position` is that of the event that it would have followed, `id` the conversation's or ticket's.
    """

    rule: str
    version: int
    position: int
    subject: Subject
    id: UUID
    why: Literal["circle", "depth", "often"]
    chain: tuple[str, ...]


@fact(kind="automation.refused.v1", audience=Audience.STAFF, permission=VIEW)
class ActionRefused(Fact, frozen=True):
    """Something that a rule was to do, its `step`th action, was refused for the reason `code`."""

    rule: str
    version: int
    position: int
    subject: Subject
    id: UUID
    step: int
    action: str
    code: str


@fact(kind="automation.signalled.v1", audience=Audience.STAFF, permission=VIEW)
class Signalled(Fact, frozen=True):
    """A rule, or a macro that somebody applied, tells partners `name`, about a conversation or ticket."""

    rule: str
    version: int
    position: int
    subject: Subject
    id: UUID
    name: str
