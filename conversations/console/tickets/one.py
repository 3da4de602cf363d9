"""A ticket's page for colleagues: where it stands, what is promised, what was said and done, what belongs to it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from conversations.console.tickets.acting import Asked, act
from conversations.console.tickets.fields import show_form
from conversations.console.tickets.listing import get_actor
from conversations.console.tickets.rows import get_team_names, name_status, show_promises
from conversations.console.tickets.saying import say_events
from conversations.console.tickets.words import HOW, PRIORITIES, UNITS, get_names, language, name_in, names_of, pairs
from conversations.console.wording import TICKET, say_wrong
from conversations.contacts.queries import get_contact
from conversations.threads.actors import Actor
from conversations.threads.queries import get_conversations
from conversations.threads.reach import get_reached
from conversations.threads.rules import sees_notes, sees_personal
from conversations.tickets.customer.commands import make_link
from conversations.tickets.looking import Looked, look, look_at, look_through
from conversations.tickets.queries import Filters, get_history
from conversations.tickets.rules.asking import HANDLE
from conversations.tickets.rules.ticket import Ticket
from conversations.tickets.rules.working import sum_up
from conversations.tickets.types import get_type
from tenants.database.models import new_id
from tenants.middleware import TenantRequest
from tenants.paging import Window
from tenants.refusals import NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in

LAST: Final = 200  # of what happened
MOST: Final = 50  # tickets under one


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest, ticket: UUID) -> HttpResponse:
    """Show a ticket, or do something about it."""
    actor, refusal, link = get_actor(request), None, ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "customer":
                link = request.build_absolute_uri(f"/t/{make_link(ticket=ticket, actor=actor)}")
            else:
                act(asked=Asked(ticket, request.POST, actor, datetime.now(UTC)))
        except NotFound:
            raise
        except Refusal as refused:
            refusal = refused
        if refusal is None and not link:
            return HttpResponseRedirect(request.path)
    context = {
        **_show(look(ticket=ticket), actor, request.POST if refusal else None),
        "wrong": say_wrong(refusal=refusal, words=TICKET),
        "given": request.POST if refusal else {},
        "link": link,
    }
    status = 200 if refusal is None else refusal.status
    return show_settings(request, template="console/tickets/one.html", context=context, status=status)


@require_safe
@signed_in
def news(request: TenantRequest, ticket: UUID) -> HttpResponse:
    """Say how far the ticket is, for whoever looks at it."""
    get_actor(request)
    return JsonResponse({"state": look(ticket=ticket).mark})


def _show(looked: Looked, actor: Actor, given: Any) -> dict[str, Any]:
    ticket, body, names = looked.ticket, get_type(key=looked.ticket.type), get_names()
    personal = sees_personal(actor=actor)
    promises = show_promises(standings=looked.standings)
    return {
        "ticket": ticket,
        "title": ticket.title if personal else "—",
        "text": ticket.text if personal else "—",
        "type": name_in(body=body),
        "state": looked.mark,
        "status": name_status(status=body.find_status(ticket.status), category=ticket.category),
        "statuses": [(one.key, name_in(body=one)) for one in body.statuses],
        "priorities": pairs(of=PRIORITIES),
        "priority": PRIORITIES[ticket.priority],
        "owner": names.get(ticket.owner, "—") if ticket.owner else "",
        "people": sorted(names.items(), key=lambda one: one[1]),
        "teams": sorted(get_team_names().items()),
        "fields": show_form(form=body.form, kept=ticket.fields, language=language(), given=_describing(given)),
        "shown_fields": _fields(body.form, ticket.fields, personal=personal),
        "promises": promises,
        "asked": any(one["asked"] for one in promises),
        "events": _events(ticket, actor, names),
        "spent": [(amount, UNITS[unit]) for unit, amount in sum_up(ticket=ticket).items()],
        "times": [(one, names.get(one.member, "—") if one.member else "—", UNITS[one.unit]) for one in ticket.times],
        "watchers": names_of(people=ticket.watchers, names=names),
        "watches": actor.id in ticket.watchers,
        "me": actor.id,
        "how": pairs(of=HOW),
        "units": pairs(of=UNITS),
        "id": new_id().hex,
        "personal": personal,
        "may_handle": actor.may(HANDLE) and ticket.merged_into is None and ticket.category != "closed",
        **_belongings(ticket, actor, personal=personal),
    }


def _describing(given: Any) -> Any:
    return given if given and given.get("do") == "describe" else None


def _fields(form: Any, kept: Mapping[str, Any], *, personal: bool) -> list[tuple[str, str]]:
    """Answer what was filled in, by what the form calls it now."""
    shown = {one["key"]: one for one in show_form(form=form, kept=kept, language=language())}
    return [
        (shown[key]["words"] if key in shown else key, _said(value) if personal else "—") for key, value in kept.items()
    ]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return ", ".join(value) if isinstance(value, list) else str(value)


def _events(ticket: Ticket, actor: Actor, names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    window = Window("", LAST, (), back=True)  # the last ones
    page = get_history(ticket=ticket.id, notes=sees_notes(actor=actor), window=window)
    return say_events(events=page.rows, names=names, personal=sees_personal(actor=actor))


def _belongings(ticket: Ticket, actor: Actor, *, personal: bool) -> dict[str, Any]:
    """Answer what it belongs together with: tickets, conversations as far as one sees them, its customer."""
    window = Window("", MOST)
    children = look_through(filters=Filters(parent=ticket.id), window=window, order="-changed_at").rows
    others = [one.ticket for one in ticket.links] + [one for one in (ticket.parent, ticket.merged_into) if one]
    known = {id_: _called(row, personal=personal) for id_, row in look_at(tickets=others).items()}
    reached = get_reached(conversations=ticket.conversations, actor=actor)
    rows = get_conversations(conversations=reached)
    contact = get_contact(contact=ticket.contact) if ticket.contact else None
    return {
        "children": [_called(each.ticket, personal=personal) for each in children],
        "parent": known.get(ticket.parent) if ticket.parent else None,
        "merged_into": known.get(ticket.merged_into) if ticket.merged_into else None,
        "links": [(known[one.ticket], HOW[one.how]) for one in ticket.links if one.ticket in known],
        "conversations": [rows[one] for one in ticket.conversations if one in rows],
        "contact": None if contact is None else contact.name if personal else "—",
    }


def _called(ticket: Ticket, *, personal: bool) -> dict[str, Any]:
    title = ticket.title if personal else "—"
    return {"id": ticket.id, "number": ticket.called, "title": title, "settled": ticket.is_settled}
