"""What a form on a ticket's page asks for, as commands. What cannot be read is refused as what does not fit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import QueryDict

from conversations.console.tickets.fields import read_form
from conversations.threads.actors import Actor
from conversations.tickets.commands import belonging, changing
from conversations.tickets.looking import look
from conversations.tickets.queries import find_by_number
from conversations.tickets.rules.asking import TicketChanged
from conversations.tickets.rules.changing import Said, Wanted
from conversations.tickets.types import get_type
from tenants.refusals import Invalid, NotFound, wrong
from tenants.text import is_storable

LONGEST: Final = 8000
LINE: Final = 500
TITLE: Final = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """A form on a ticket's page, who sent it and when."""

    ticket: UUID
    form: QueryDict
    actor: Actor
    now: datetime

    def text(self, name: str, longest: int = LONGEST, *, needed: bool = True) -> str:
        """Answer a text of the form; raise Invalid."""
        text = self.form.get(name, "").strip()
        if len(text) > longest or not is_storable(text=text) or (needed and not text):
            raise Invalid(errors=[wrong(field=name, detail=f"A text of at most {longest} characters.")])
        return text

    def id(self, name: str) -> UUID:
        """Answer an id of the form; raise NotFound."""
        try:
            return UUID(self.form.get(name, ""))
        except ValueError:
            raise NotFound from None

    def member(self, name: str) -> UUID | None:
        """Answer a member, or None where nobody was chosen."""
        return self.id(name) if self.form.get(name) else None

    def other(self, name: str) -> UUID:
        """Answer the ticket that people call so; raise Invalid."""
        found = find_by_number(text=self.form.get(name, ""))
        if found is None:
            raise Invalid(errors=[wrong(field=name, detail="There is no ticket of this number.")])
        return found

    @property
    def where(self) -> dict[str, Any]:
        """Answer what every command is told."""
        return {"ticket": self.ticket, "actor": self.actor, "now": self.now}


def act(*, asked: Asked) -> None:
    """Do what the form asks for; raise NotFound for what is unknown, and whatever the command refuses."""
    found = _ACTS.get(asked.form.get("do", ""))
    if found is None:
        raise NotFound
    found(asked)


def _place(asked: Asked) -> None:
    """Where it stands and who has it: what was not changed in the form stays as it may be by now."""
    form, wanted = asked.form, dict[str, Any]()
    for name in ("status", "priority", "owner", "team"):
        if name in form and form[name] != form.get(f"was_{name}"):
            wanted[name] = form[name] or None
    if wanted.get("owner"):
        wanted["owner"] = asked.id("owner")
    if wanted:
        changing.change(**asked.where, wanted=Wanted(**wanted))


def _describe(asked: Asked) -> None:
    """What it is about; refused where something happened to the ticket since the form was shown."""
    looked = look(ticket=asked.ticket)
    if asked.form.get("state") != looked.mark:
        raise TicketChanged
    body = get_type(key=looked.ticket.type)
    wanted = Wanted(
        title=asked.text("title", TITLE),
        text=asked.text("text", needed=False),
        fields=read_form(form=body.form, given=asked.form, kept=looked.ticket.fields),
    )
    changing.change(**asked.where, wanted=wanted)


def _say(asked: Asked) -> None:
    said = Said(text=asked.text("text"), among_staff=asked.form.get("to") == "staff")
    changing.comment(**asked.where, said=said, client_id=asked.text("id", 64))


def _parent(asked: Asked) -> None:
    parent = asked.other("parent") if asked.form.get("parent", "").strip() else None
    changing.change(**asked.where, wanted=Wanted(parent=parent))


def _link(asked: Asked) -> None:
    how: Any = asked.form.get("how", "relates_to")
    belonging.link(**asked.where, other=asked.other("other"), how=how)


def _item(asked: Asked) -> None:
    done = asked.form.get("done") == "yes"
    changing.change_item(**asked.where, item=asked.id("item"), text=None, done=done)


def _time(asked: Asked) -> None:
    try:
        amount = float(asked.form.get("amount", "").replace(",", "."))
    except ValueError:
        amount = 0.0
    if not 0 < amount <= 1_000_000:  # neither is NaN
        raise Invalid(errors=[wrong(field="amount", detail="A number above zero.")])
    unit: Any = asked.form.get("unit", "minute")
    changing.log_time(**asked.where, amount=amount, unit=unit, text=asked.text("for", LINE, needed=False))


_ACTS: Final[Mapping[str, Callable[[Asked], object]]] = {
    "place": _place,
    "describe": _describe,
    "say": _say,
    "parent": _parent,
    "link": _link,
    "unlink": lambda asked: belonging.unlink(**asked.where, other=asked.id("other")),
    "merge": lambda asked: belonging.merge(**asked.where, into=asked.other("into")),
    "acknowledge": lambda asked: changing.acknowledge(**asked.where),
    "add_item": lambda asked: changing.add_item(**asked.where, text=asked.text("text", LINE)),
    "item": _item,
    "remove_item": lambda asked: changing.remove_item(**asked.where, item=asked.id("item")),
    "time": _time,
    "remove_time": lambda asked: changing.remove_time(**asked.where, entry=asked.id("entry")),
    "watch": lambda asked: belonging.watch(**asked.where, member=asked.id("member")),
    "unwatch": lambda asked: belonging.unwatch(**asked.where, member=asked.id("member")),
    "conversation": lambda asked: belonging.link_conversation(**asked.where, conversation=asked.id("conversation")),
}
