"""Who gets what: teams of agents, queues where conversations wait, and what each agent can do, as a section."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_noop

from conversations.console.documents.fields import Field
from conversations.console.documents.page import Asked, Section, serve
from conversations.console.wording import ROUTING
from tenants.members.queries import get_colleagues

SECONDS: Final = gettext_noop("In seconds.")
NEVER: Final = gettext_noop("In seconds; empty is never.")
LEVELS: Final = gettext_noop("One a line: a name and a level from 1 to 10, such as: billing 3")


def _n(path: str, words: str, hint: str = "", *, null: bool = False) -> Field:
    return Field(path, words, "number", hint, null=null)


_FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "team": (
        Field("name", gettext_noop("Name")),
        Field("members", gettext_noop("Members"), "roles"),
    ),
    "queue": (
        Field("name", gettext_noop("Name")),
        Field("teams", gettext_noop("Teams that serve it"), "boxes", options="team"),
        Field("members", gettext_noop("Others who serve it"), "boxes", options="members"),
        Field(
            "strategy",
            gettext_noop("Who comes first"),
            "choice",
            options=(
                ("least_loaded", gettext_noop("Who has least to do")),
                ("longest_idle", gettext_noop("Who has waited longest")),
                ("round_robin", gettext_noop("By turns")),
            ),
        ),
        Field("sticky", gettext_noop("Whoever had the contact last comes first"), "check"),
        Field(
            "hand_out",
            gettext_noop("How it is handed out"),
            "choice",
            options=(
                ("offer", gettext_noop("The agent is asked")),
                ("direct", gettext_noop("The agent has it at once")),
            ),
        ),
        _n("offer_s", gettext_noop("Time to accept"), SECONDS),
        _n("again_s", gettext_noop("Not asked again for"), SECONDS),
        Field("skills", gettext_noop("Skills that are needed"), "levels", LEVELS),
        Field("match_language", gettext_noop("Only agents who speak the contact's language"), "check"),
        Field(
            "relaxations",
            gettext_noop("Ask for less after a while"),
            "relaxations",
            gettext_noop("One a line: seconds, then by how many levels less, or any for any language: 120 2"),
        ),
        Field("overflow.queue", gettext_noop("Goes on to"), "choice", options="queue"),
        _n("overflow.after_s", gettext_noop("Goes on after"), NEVER),
        Field("overflow.sold_out", gettext_noop("Goes on when nobody is there or too many wait"), "check"),
        Field("overflow.outside_hours", gettext_noop("Goes on outside hours"), "check"),
        Field("calendar", gettext_noop("Business hours"), "choice", options="calendar"),
        _n("priority", gettext_noop("Priority, from 0 to 10")),
        _n("most_waiting", gettext_noop("Sold out when so many wait")),
        _n("unanswered_s", gettext_noop("Comes back when unanswered for"), NEVER, null=True),
        _n("gone_s", gettext_noop("Comes back when the agent is gone for"), NEVER, null=True),
        _n("wrap_up_s", gettext_noop("Wrap-up ends after"), NEVER),
    ),
    "agent": (
        Field("skills", gettext_noop("Skills"), "levels", LEVELS),
        Field("languages", gettext_noop("Languages"), "words", gettext_noop("Such as: en zh-Hans")),
        _n("capacity", gettext_noop("How much at once")),
        Field(
            "weights",
            gettext_noop("What a conversation takes of it"),
            "levels",
            gettext_noop("One a line: a channel and a number, such as: webchat 1"),
        ),
        _n("wrap_up_s", gettext_noop("Wrap-up ends after"), NEVER),
    ),
}


def _without_overflow(body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a queue as it is kept: one that goes on to no other queue says nothing of when."""
    goes_on = body.get("overflow", {}).get("queue")
    return dict(body) if goes_on else {name: value for name, value in body.items() if name != "overflow"}


def _agents() -> list[tuple[str, str]]:
    """Answer whom there is one of each for: everybody who answers."""
    return [(str(one.person_id), one.name) for one in get_colleagues() if ANSWERS in one.permissions]


ANSWERS: Final = "conversations.reply"
SECTION: Final = Section(
    path="/settings/routing",
    title=gettext_noop("Who gets what"),
    about=gettext_noop("Teams of agents, queues where conversations wait for them, and what each agent can do."),
    words=ROUTING,
    kinds={
        "team": Asked(gettext_noop("Teams"), gettext_noop("A new team"), _FIELDS["team"], {"name": "", "members": []}),
        "queue": Asked(
            gettext_noop("Queues"), gettext_noop("A new queue"), _FIELDS["queue"], {"name": ""}, fold=_without_overflow
        ),
        "agent": Asked(gettext_noop("Agents"), "", _FIELDS["agent"], {}, keys=_agents),
    },
)
page = serve(section=SECTION)
