"""Rules and macros as a section of the settings: what is asked of each."""

from typing import Final

from django.utils.translation import gettext_noop

from conversations.console.automation import words
from conversations.console.automation.folding import fold_macro, fold_rule, unfold_macro, unfold_rule
from conversations.console.documents.fields import Field
from conversations.console.documents.page import Asked, Section, serve
from conversations.console.tickets.words import PRIORITIES
from conversations.console.wording import RULES

_NAME: Final = Field("name", gettext_noop("Name"))
_GONE: Final = gettext_noop("One without a choice at its beginning is taken away.")
_TRIGGERS: Final = tuple(words.TRIGGERS.items())
_VALUE: Final = gettext_noop("Several with commas; yes or no; of people and inboxes their ids or keys.")
_TAGS: Final = gettext_noop("One a line.")
_ACTIONS: Final = Field(
    "actions",
    gettext_noop("Then"),
    "rows",
    _GONE,
    columns=(
        Field("do", gettext_noop("Does"), "choice", options=tuple(words.ACTIONS.items()), optional=True),
        Field("priority", gettext_noop("Priority"), "choice", options=tuple(PRIORITIES.items()), optional=True),
        Field("add", gettext_noop("Tags to put on"), "lines", _TAGS, optional=True),
        Field("remove", gettext_noop("Tags to take off"), "lines", _TAGS, optional=True),
        Field("member", gettext_noop("Whom"), "choice", options="members"),
        Field("queue", gettext_noop("Queue"), "choice", options="queue"),
        Field("team", gettext_noop("Team"), "choice", options="team"),
        Field("words", gettext_noop("A word for whoever has it then"), optional=True),
        Field("title", gettext_noop("Title"), optional=True),
        Field("text", gettext_noop("Text"), "long", optional=True),
        Field("signed", gettext_noop("Signed with"), optional=True),
        Field("tells", gettext_noop("Colleagues who hear of it"), "boxes", options="members", optional=True),
        Field("type", gettext_noop("Type of the ticket"), "choice", options="ticket_type"),
        Field("status", gettext_noop("Status, by its short name"), optional=True),
        Field("field", gettext_noop("Field, by its short name"), optional=True),
        Field("value", gettext_noop("Value"), optional=True),
        Field("for_s", gettext_noop("For seconds; empty: until the customer writes"), "number"),
        Field("name", gettext_noop("Name of the signal"), optional=True),
    ),
)
_RULE: Final = (
    _NAME,
    Field("on", gettext_noop("It is on"), "check"),
    Field("order", gettext_noop("Place among rules"), "number", gettext_noop("The lowest comes first.")),
    Field("when.event", gettext_noop("When"), "choice", options=_TRIGGERS),
    Field("when.after_s", gettext_noop("Only after seconds; empty: at once"), "number"),
    Field("when.calendar", gettext_noop("Which are those of the business hours"), "choice", options="calendar"),
    Field(
        "when.unless", gettext_noop("Unless one of these happened by then"), "boxes", options=_TRIGGERS, optional=True
    ),
    Field(
        "questions",
        gettext_noop("If"),
        "rows",
        _GONE,
        columns=(
            Field("field", gettext_noop("What"), "choice", options=tuple(words.FIELDS.items()), optional=True),
            Field("which", gettext_noop("Of a form or of attributes: which, by its short name"), optional=True),
            Field("op", gettext_noop("How"), "choice", options=tuple(words.OPERATORS.items())),
            Field("value", gettext_noop("Value"), hint=_VALUE, optional=True),
            Field("group", gettext_noop("Counts as"), "choice", options=tuple(words.GROUPS.items())),
        ),
    ),
    Field("nested", gettext_noop("A condition that is nested more deeply stays beside these"), "check"),
    _ACTIONS,
    Field("stop", gettext_noop("Rules behind it are not asked when it did something"), "check"),
)
_MACRO: Final = (
    _NAME,
    Field("description", gettext_noop("Explained"), optional=True),
    Field(
        "about",
        gettext_noop("About"),
        "choice",
        options=(("conversation", gettext_noop("Conversations")), ("ticket", gettext_noop("Tickets"))),
    ),
    _ACTIONS,
)

SECTION: Final = Section(
    path="/settings/rules",
    title=gettext_noop("Rules and macros"),
    about=gettext_noop("What happens by itself when something happens, and what colleagues do with one choice."),
    words=RULES,
    links=(("/settings/rules/runs", gettext_noop("Try rules")),),
    kinds={
        "rule": Asked(
            gettext_noop("Rules"),
            gettext_noop("A new rule"),
            _RULE,
            {"name": "", "when": {}, "actions": []},
            unfold=unfold_rule,
            fold=fold_rule,
        ),
        "macro": Asked(
            gettext_noop("Macros"),
            gettext_noop("A new macro"),
            _MACRO,
            {"name": "", "about": "conversation", "actions": []},
            unfold=unfold_macro,
            fold=fold_macro,
        ),
    },
)
page = serve(section=SECTION)
