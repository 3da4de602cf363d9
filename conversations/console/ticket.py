"""A ticket's page for its customer, by a signed link: where the matter stands, and what they may do about it.

Plain forms; a small script asks every two seconds whether there is news. Nothing of the link is told to other sites.
"""

import re
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from conversations.files.link import sign_file
from conversations.files.rules import LARGEST, sort_of
from conversations.threads.actors import Actor
from conversations.tickets.customer import commands, queries
from conversations.tickets.customer.link import read_link
from conversations.tickets.filing import get_file
from tenants.refusals import Invalid, NotFound, Refusal
from tenants.text import is_storable
from tenants.tries import say_when

LONGEST: Final = 8000
MOST_FILES: Final = 5
UNNAMEABLE: Final = re.compile(r"[^A-Za-z0-9._-]")
WHY: Final = {
    "": gettext_lazy("This is not possible any more. This is how the matter stands now."),
    "invalid": gettext_lazy("This is too long, or has characters that cannot be kept. Nothing was sent yet."),
    "file_too_large": gettext_lazy("A file is too large: ten megabytes are the most. Nothing was sent yet."),
    "file_not_taken": gettext_lazy(
        "Such a file is not taken: send pictures, PDF, text, sound, video or office documents. Nothing was sent yet."
    ),
    "ticket_full": gettext_lazy("No more files go in here."),
    "too_many_tries": gettext_lazy("This was a lot at once. What you wrote is still here; send it in a minute."),
    "too_late_to_reopen": gettext_lazy("This was settled long ago. Please ask us anew."),
    "escalated_lately": gettext_lazy("You have told us that a short while ago, and we have seen it."),
    "escalated_enough": gettext_lazy("You have told us that as often as it can be told; we know."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the ticket, or do what its customer asks for."""
    ticket, contact = _who(token)
    refused = _act(request, ticket, contact) if request.method == "POST" else None
    if request.method == "POST" and refused is None:
        return _private(HttpResponseRedirect(request.path))
    now, language = datetime.now(UTC), "zh" if (translation.get_language() or "en").startswith("zh") else "en"
    context = {
        "seen": queries.see(ticket=ticket, contact=contact, language=language, now=now),
        "refused": refused,
        "why": None if refused is None else WHY.get(refused.code, WHY[""]),
        "text": request.POST.get("text", "")[: 2 * LONGEST],  # what was refused is not lost
        "id": now.strftime("%s%f"),
    }
    shown = render(request, "console/ticket.html", context, status=200 if refused is None else refused.status)
    return _private(say_when(response=shown, refusal=refused))


@require_safe
def file(_request: HttpRequest, token: str, file: UUID) -> HttpResponse:
    """Lead whoever has the link to a file of the ticket."""
    ticket, contact = _who(token)
    queries.find_state(ticket=ticket, contact=contact)
    get_file(ticket=ticket, file=file)
    return _private(HttpResponseRedirect(f"/files/{sign_file(subject=ticket, file=file)}"))


@require_safe
def news(_request: HttpRequest, token: str) -> HttpResponse:
    """Say how far the ticket is, for whoever looks at it."""
    ticket, contact = _who(token)
    return _private(JsonResponse({"state": queries.find_state(ticket=ticket, contact=contact)}))


def _who(token: str) -> tuple[UUID, Actor]:
    ticket, contact = read_link(text=token)
    return ticket, queries.get_customer(contact=contact)


def _act(request: HttpRequest, ticket: UUID, contact: Actor) -> Refusal | None:
    """Do it; answer why not."""
    now, text = datetime.now(UTC), request.POST.get("text", "").strip()
    try:
        commands.count_act(ticket=ticket, contact=contact.id)
        match request.POST.get("act"):
            case "answer" if len(text) > LONGEST or not is_storable(text=text):
                raise Invalid(errors=[{"field": "text", "code": "invalid", "detail": "Too long."}])
            case "answer":
                _answer(request, ticket, contact, text, now)
            case "confirm":
                commands.confirm(ticket=ticket, contact=contact, now=now)
            case "reopen":
                commands.reopen(ticket=ticket, contact=contact, now=now)
            case "escalate":
                commands.escalate(ticket=ticket, contact=contact, now=now)
    except NotFound:
        raise
    except Refusal as refusal:
        return refusal
    return None


def _answer(request: HttpRequest, ticket: UUID, contact: Actor, text: str, now: datetime) -> None:
    """Say it and add the files, or none of it where a file is none that is taken."""
    client_id = UNNAMEABLE.sub("", request.POST.get("id", ""))[:60] or now.strftime("%s%f")
    uploads = request.FILES.getlist("files")[:MOST_FILES]
    files = [(upload.name or "", upload.read(LARGEST + 1)) for upload in uploads]
    for _, data in files:
        sort_of(data=data)
    if text:
        commands.answer(ticket=ticket, contact=contact, text=text, client_id=client_id, now=now)
    for n, (name, data) in enumerate(files):
        commands.add_file(ticket=ticket, contact=contact, name=name, data=data, client_id=f"{client_id}.{n}", now=now)


def _private(response: HttpResponse) -> HttpResponse:
    """Let no cache keep it, and no other site hear of the link."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
