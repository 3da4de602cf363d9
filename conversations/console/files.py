"""Giving a file by its signed link: as something to be saved, never as a page of ours."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from conversations.files import keeping
from conversations.files.link import read_file_link
from conversations.tickets.filing import get_file

CLOSED: Final = "default-src 'none'; sandbox"


@require_safe
def file(_request: HttpRequest, token: str) -> HttpResponse:
    """Answer the file whose link this is."""
    subject, id_ = read_file_link(text=token)
    told = get_file(ticket=subject, file=id_).body
    answer = HttpResponse(keeping.get(subject=subject, file=id_), content_type=told["media"])
    disposition = content_disposition_header(as_attachment=True, filename=told["name"])
    answer.headers["Content-Disposition"] = disposition or "attachment"
    answer.headers["Content-Security-Policy"] = CLOSED
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
