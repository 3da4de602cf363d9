"""REST of exports, for members who manage the company."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import translation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Nothing, read_body
from tenants.describing import Answer, Described, Listed, describe
from tenants.exports.commands import ask_for_export, get_storage, note_download
from tenants.exports.models import Export, ExportState
from tenants.exports.queries import get_export, get_page
from tenants.exports.refusals import ExportNotReady, ExportRunning, TooManyExports
from tenants.members.authentication import get_member
from tenants.members.member import Member
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed

PIECE: Final = 1 << 18


class ExportShown(Answer, frozen=True):
    """An archive of everything the company owns; `sha256` and `size` are of its file, which is gone at `expires_at`."""

    id: UUID
    state: Literal["waiting", "ready", "failed", "expired"]
    asked_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
    size: int | None
    sha256: str | None


class Exports(APIView):
    """`/api/v1/exports`."""

    @describe(Described(answers={200: Listed[ExportShown]}, query=PageQuery))
    def get(self, request: Request) -> Response:
        """List exports, the newest first."""
        get_manager(request=request)
        query = read_query(request=request, shape=PageQuery)
        page = get_page(window=open_window(query=query, name="exports"))
        return Response({"results": [render(row) for row in page.rows], **links(request=request, page=page)})

    @describe(
        Described(
            body=Nothing,
            answers={202: ExportShown},
            refusals=(ExportRunning, TooManyExports),
            while_closed=True,
        )
    )
    def post(self, request: Request) -> Response:
        """Have an archive of everything made; it is there some minutes later."""
        by = get_manager(request=request)
        read_body(data=request.data, shape=Nothing)
        export = ask_for_export(by=by, language=translation.get_language() or "en", now=datetime.now(UTC))
        return Response(render(export), status=202)


class OneExport(APIView):
    """`/api/v1/exports/{id}`."""

    @describe(Described(answers={200: ExportShown}))
    def get(self, request: Request, export: UUID) -> Response:
        """Show an export."""
        get_manager(request=request)
        return Response(render(get_export(export=export)))


class ExportFile(APIView):
    """`/api/v1/exports/{id}/file`."""

    @describe(Described(answers={200: None}, refusals=(ExportNotReady,), media="application/gzip"))
    def get(self, request: Request, export: UUID) -> StreamingHttpResponse:
        """Download the archive."""
        by = get_manager(request=request)
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        return download(request=asked, export=get_export(export=export), by=by)


def get_manager(*, request: Request) -> Member:
    """Answer the member who asks; raise NotAllowed unless they manage the company."""
    member = get_member(request=request)
    if not member.may("tenant.manage"):
        raise NotAllowed
    return member


def render(row: Export) -> dict[str, Any]:
    """Answer an export as the API shows it."""
    shown = ExportShown(
        id=row.id,
        state=ExportState(row.state).value,  # type: ignore[arg-type] # its values are those of the Literal
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        expires_at=row.expires_at,
        size=row.size,
        sha256=row.sha256 or None,
    )
    said: dict[str, Any] = msgspec.to_builtins(shown)
    return said


def download(*, request: HttpRequest, export: Export, by: Member) -> StreamingHttpResponse:
    """Answer the file piece by piece, whatever its size, and note who has it now; raise ExportNotReady."""
    if export.state != ExportState.READY or not get_storage().exists(export.file):
        raise ExportNotReady
    if request.method == "GET":
        note_download(export=export, by=by, now=datetime.now(UTC))
    # Django would gather all that a plain iterator yields in memory first.
    pieces = _read_async(export.file) if isinstance(request, ASGIRequest) else _read(export.file)
    name = f"yunke-{export.asked_at:%Y-%m-%d}.tar.gz"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(export.size)}
    return StreamingHttpResponse(pieces, content_type="application/gzip", headers=headers)


def _read(name: str) -> Iterator[bytes]:
    with get_storage().open(name) as file:
        while piece := file.read(PIECE):
            yield piece


async def _read_async(name: str) -> AsyncIterator[bytes]:
    with get_storage().open(name) as file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
