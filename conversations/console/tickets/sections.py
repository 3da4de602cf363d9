"""Types of tickets and promises of time as a section of the settings: what is asked, and how it is kept."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_noop

from conversations.console.documents.fields import Field
from conversations.console.documents.page import Asked, Section, serve
from conversations.console.tickets.words import CATEGORIES, PRIORITIES, PROMISES
from conversations.console.wording import TICKETS
from tenants.members.permissions import Role

Body = Mapping[str, Any]

_KINDS: Final = {
    "text": gettext_noop("Text"),
    "number": gettext_noop("Number"),
    "integer": gettext_noop("Whole number"),
    "boolean": gettext_noop("Yes or no"),
    "date": gettext_noop("Day"),
    "email": gettext_noop("E-mail address"),
    "choice": gettext_noop("One of a few"),
    "several": gettext_noop("Some of a few"),
}
_WHEN: Final = {
    "after_start": gettext_noop("after the beginning"),
    "before_breach": gettext_noop("before the promise is broken"),
    "after_breach": gettext_noop("after the promise is broken"),
}
_ROLES: Final = {role.value: gettext_noop(role.value.capitalize()) for role in Role}
_STANDING: Final = {key: CATEGORIES[key] for key in ("pending", "on_hold")}
_CHINESE: Final = gettext_noop("Its Chinese name")
_MINUTES: Final = gettext_noop("One a line: usual, low, normal, high or urgent, and minutes, such as: usual 240")
_NAME: Final = Field("name", gettext_noop("Name"))

_TYPE: Final = (
    _NAME,
    Field("names.zh", _CHINESE, optional=True),
    Field(
        "prefix",
        gettext_noop("Begins its numbers"),
        hint=gettext_noop("Such as RET; empty: the company's."),
        optional=True,
    ),
    Field(
        "statuses",
        gettext_noop("Statuses"),
        "rows",
        gettext_noop("One without a short name is taken away."),
        columns=(
            Field("key", gettext_noop("Short name")),
            _NAME,
            Field("names.zh", _CHINESE, optional=True),
            Field("category", gettext_noop("Counts as"), "choice", options=tuple(CATEGORIES.items())),
        ),
    ),
    Field(
        "moves",
        gettext_noop("Which status follows which"),
        "moves",
        gettext_noop("One a line: a short name, a colon, and those that may follow: new: open, pending"),
    ),
    Field(
        "questions",
        gettext_noop("Form"),
        "rows",
        gettext_noop("One without a short name is taken away."),
        columns=(
            Field("key", gettext_noop("Short name")),
            Field("title", gettext_noop("Question"), optional=True),
            Field("titles.zh", gettext_noop("The question in Chinese"), optional=True),
            Field("kind", gettext_noop("Answer"), "choice", options=tuple(_KINDS.items())),
            Field("choices", gettext_noop("The few, one a line"), "lines"),
            Field("description", gettext_noop("Explained"), optional=True),
            Field("required", gettext_noop("Must be answered"), "check"),
        ),
    ),
    Field("settles_before_children", gettext_noop("May be settled before those under it"), "check"),
    Field("shows_names", gettext_noop("The customer sees colleagues' names"), "check"),
    Field(
        "reopens_within_days",
        gettext_noop("Days within which the customer takes up again what is solved; empty: always"),
        "number",
    ),
    Field("escalating.most", gettext_noop("How often the customer may escalate it; empty: three times"), "number"),
    Field("escalating.hours_apart", gettext_noop("Hours between two times that they do; empty: twenty-four"), "number"),
)
_STEP: Final = (
    Field("key", gettext_noop("Short name")),
    Field("minutes", gettext_noop("Minutes"), "number"),
    Field("when", gettext_noop("When"), "choice", options=tuple(_WHEN.items())),
    Field("promises", gettext_noop("Of which promises; none: of all"), "boxes", options=tuple(PROMISES.items())),
    Field("told.owner", gettext_noop("Tells whoever has it"), "check"),
    Field("told.lead_of_owner", gettext_noop("Tells who leads a team of theirs"), "check"),
    Field("told.lead_of_team", gettext_noop("Tells who leads the ticket's team"), "check"),
    Field("told.team", gettext_noop("Tells these teams"), "boxes", options="team"),
    Field("told.role", gettext_noop("Tells these roles"), "boxes", options=tuple(_ROLES.items())),
    Field("told.member", gettext_noop("Tells these people"), "boxes", options="members"),
    Field(
        "effect.priority", gettext_noop("Sets the priority"), "choice", options=tuple(PRIORITIES.items()), optional=True
    ),
    Field("effect.team", gettext_noop("Gives it to a team"), "choice", options="team"),
    Field("effect.owner", gettext_noop("Gives it to"), "choice", options="members"),
    Field("acknowledge_within", gettext_noop("Goes on unless heard within minutes"), "number"),
    Field("acknowledged_for", gettext_noop("Once heard, rests for minutes; empty: for good"), "number"),
)
_POLICY: Final = (
    _NAME,
    Field("names.zh", _CHINESE, optional=True),
    Field("order", gettext_noop("Place among policies"), "number", gettext_noop("The lowest that fits counts.")),
    Field("selector.types", gettext_noop("For these types; none: for all"), "boxes", options="ticket_type"),
    Field(
        "selector.priorities",
        gettext_noop("For these priorities; none: for all"),
        "boxes",
        options=tuple(PRIORITIES.items()),
    ),
    Field("calendar", gettext_noop("Business hours"), "choice", options="calendar"),
    Field("targets.first_reply", PROMISES["first_reply"], "levels", _MINUTES, optional=True),
    Field("targets.next_reply", PROMISES["next_reply"], "levels", _MINUTES, optional=True),
    Field("targets.update", PROMISES["update"], "levels", _MINUTES, optional=True),
    Field("targets.resolution", PROMISES["resolution"], "levels", _MINUTES, optional=True),
    Field("stands_still", gettext_noop("Time stands still while"), "boxes", options=tuple(_STANDING.items())),
    Field(
        "ladder",
        gettext_noop("Steps of the ladder"),
        "rows",
        gettext_noop("One without a short name is taken away."),
        columns=_STEP,
    ),
)
# What a property of a form has that the page asks; all else in it stays.
_ASKED: Final = frozenset({"type", "title", "x-titles", "description", "enum", "format", "items"})
_LEADS: Final = {"lead_of_owner": "owner", "lead_of_team": "team"}


def unfold_type(body: Body) -> dict[str, Any]:
    """Answer a type with its form as rows."""
    form = body.get("form", {})
    required = form.get("required", ())
    questions = [
        {
            "key": key,
            "title": asked.get("title", ""),
            "titles": asked.get("x-titles", {}),
            "kind": _kind_of(asked),
            "choices": asked.get("enum") or asked.get("items", {}).get("enum") or [],
            "description": asked.get("description", ""),
            "required": key in required,
            "kept": asked,
        }
        for key, asked in form.get("properties", {}).items()
    ]
    return {**{name: value for name, value in body.items() if name != "form"}, "questions": questions}


def fold_type(body: Body) -> dict[str, Any]:
    """Answer a type with its rows as a form."""
    made = {name: value for name, value in body.items() if name != "questions"}
    questions = body.get("questions", [])
    properties = {str(row["key"]): _property(row) for row in questions}
    if properties:
        made["form"] = {"properties": properties, "required": [row["key"] for row in questions if row["required"]]}
    return made


def _kind_of(asked: Body) -> str:
    if asked["type"] == "array":
        return "several"
    if asked.get("enum"):
        return "choice"
    return str(asked.get("format") or ("text" if asked["type"] == "string" else asked["type"]))


def _property(row: Body) -> dict[str, Any]:
    kind, kept = row["kind"], row.get("kept", {})
    same = bool(kept) and _kind_of(kept) == kind
    made = {name: value for name, value in kept.items() if same and name not in _ASKED}
    types = {"text": "string", "date": "string", "email": "string", "choice": "string", "several": "array"}
    made["type"] = types.get(kind, kind)
    made |= {name: row[name] for name in ("title", "description") if row.get(name)}
    if row.get("titles"):
        made["x-titles"] = row["titles"]
    if kind in {"date", "email"}:
        made["format"] = kind
    if kind == "choice":
        made["enum"] = row["choices"]
    if kind == "several" and row["choices"]:
        made["items"] = {"type": "string", "enum": row["choices"]}
    return made


def unfold_policy(body: Body) -> dict[str, Any]:
    """Answer a policy with whom each step tells as the form asks it."""
    return {
        **body,
        "ladder": [{**step, "told": _unfold_told(step.get("tells", ()))} for step in body.get("ladder", ())],
    }


def fold_policy(body: Body) -> dict[str, Any]:
    """Answer a policy with whom each step tells as it is kept."""
    return {**body, "targets": body.get("targets", {}), "ladder": [_fold_step(step) for step in body.get("ladder", ())]}


def _unfold_told(tells: Any) -> dict[str, Any]:
    told: dict[str, Any] = {name: [one[name] for one in tells if name in one] for name in ("team", "role", "member")}
    told["owner"] = any(one.get("owner") for one in tells)
    return told | {name: any(one.get("lead_of") == of for one in tells) for name, of in _LEADS.items()}


def _fold_step(step: Body) -> dict[str, Any]:
    told = step.get("told", {})
    tells: list[dict[str, Any]] = [{"owner": True}] if told.get("owner") else []
    tells += [{"lead_of": of} for name, of in _LEADS.items() if told.get(name)]
    tells += [{name: value} for name in ("team", "role", "member") for value in told.get(name, ())]
    return {**{name: value for name, value in step.items() if name != "told"}, "tells": tells}


SECTION: Final = Section(
    path="/settings/tickets",
    title=gettext_noop("Tickets"),
    about=gettext_noop("Types of tickets with their statuses and forms, and what is promised of time."),
    words=TICKETS,
    kinds={
        "ticket_type": Asked(
            gettext_noop("Types"), gettext_noop("A new type"), _TYPE, {"name": ""}, unfold=unfold_type, fold=fold_type
        ),
        "sla_policy": Asked(
            gettext_noop("Promises of time"),
            gettext_noop("A new policy"),
            _POLICY,
            {"name": "", "targets": {}},
            unfold=unfold_policy,
            fold=fold_policy,
        ),
    },
)
page = serve(section=SECTION)
