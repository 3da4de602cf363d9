"""A new ticket: first its type where there are several, then the form of that; perhaps out of a conversation."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from conversations.console.tickets.acting import TITLE, Asked
from conversations.console.tickets.fields import read_form, show_form
from conversations.console.tickets.listing import get_actor, get_types
from conversations.console.tickets.rows import get_team_names
from conversations.console.tickets.words import PRIORITIES, get_names, language, pairs
from conversations.console.wording import TICKET, say_wrong
from conversations.threads.actors import Actor
from conversations.threads.queries import get_conversation
from conversations.threads.reach import check_reach
from conversations.tickets.commands.opening import open_ticket
from conversations.tickets.kind.body import GENERAL
from conversations.tickets.rules.asking import check_handle
from conversations.tickets.rules.changing import Wanted
from conversations.tickets.types import get_type
from tenants.middleware import TenantRequest
from tenants.refusals import NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show the form of a new ticket, or open one."""
    actor, refusal = get_actor(request), None
    check_handle(actor=actor)
    said = request.POST if request.method == "POST" else request.GET
    types = dict(get_types())
    type_ = said.get("type", GENERAL) if said.get("type", GENERAL) in types else GENERAL
    conversation = _read_conversation(said.get("conversation", ""), actor)
    if request.method == "POST":
        try:
            ticket = _open(request, actor, type_, conversation)
            return HttpResponseRedirect(f"/tickets/{ticket}")
        except NotFound:
            raise
        except Refusal as refused:
            refusal = refused
    body, given = get_type(key=type_), request.POST if refusal else None
    context: dict[str, Any] = {
        "types": sorted(types.items()),
        "type": type_,
        "fields": show_form(form=body.form, kept={}, language=language(), given=given),
        "priorities": pairs(of=PRIORITIES),
        "people": sorted(get_names().items(), key=lambda one: one[1]),
        "teams": sorted(get_team_names().items()),
        "conversation": conversation,
        "contact": "" if conversation is None else get_conversation(conversation=conversation).contact.name,
        "given": given or {},
        "wrong": say_wrong(refusal=refusal, words=TICKET),
    }
    status = 200 if refusal is None else refusal.status
    return show_settings(request, template="console/tickets/new.html", context=context, status=status)


def _read_conversation(text: str, actor: Actor) -> UUID | None:
    """Answer the conversation that it comes from; raise NotFound for one that is beyond one's reach."""
    if not text:
        return None
    try:
        conversation = UUID(text)
    except ValueError:
        raise NotFound from None
    check_reach(conversation=conversation, actor=actor)
    get_conversation(conversation=conversation)
    return conversation


def _open(request: TenantRequest, actor: Actor, type_: str, conversation: UUID | None) -> UUID:
    form, now = request.POST, datetime.now(UTC)
    asked = Asked(UUID(int=0), form, actor, now)
    priority: Any = form.get("priority", "none")
    fields: Mapping[str, Any] = read_form(form=get_type(key=type_).form, given=form, kept={})
    wanted = Wanted(
        title=asked.text("title", TITLE),
        text=asked.text("text", needed=False),
        fields=dict(fields),
        priority=priority if priority in PRIORITIES else "none",
        owner=asked.member("owner"),
        team=form.get("team") or None,
    )
    contact = None if conversation is None else get_conversation(conversation=conversation).contact_id
    return open_ticket(actor=actor, wanted=wanted, type_=type_, contact=contact, conversation=conversation, now=now)
