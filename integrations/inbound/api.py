"""REST of installs for members and keys that manage webhooks, and the door at which installs call."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.channels.incoming.commands import ThreadOfAnother
from conversations.contacts.commands import ContactGone
from conversations.contacts.rules import ContactBlocked
from integrations.inbound import commands, queries
from integrations.inbound.answers import InstallBody, InstallChange, InstallShown, InstallWithSecret, show_install
from integrations.inbound.authentication import SignedInstall, get_caller
from integrations.inbound.calls import Call, Taken, read_call
from integrations.inbound.models import Install
from integrations.inbound.rules.installs import NEEDED, TooManyInstalls
from integrations.inbound.rules.verifying import ID
from integrations.inbound.taking import IdReused, StillTaken, take
from integrations.webhooks.answers import OverlapBody
from integrations.webhooks.api import SCOPES, answer, get_manager
from tenants.bodies import read_body
from tenants.confirming.refusals import Unconfirmed
from tenants.describing import Described, Listed, describe
from tenants.paging import PageQuery, links, open_window, read_query


class Installs(APIView):
    """`/api/v1/installs`."""

    @describe(Described(answers={200: Listed[InstallShown]}, query=PageQuery, scopes=SCOPES))
    def get(self, request: Request) -> Response:
        """List the installs, the newest first."""
        get_manager(request=request)
        query, now = read_query(request=request, shape=PageQuery), datetime.now(UTC)
        page = queries.get_page(window=open_window(query=query, name="installs"))
        results = [show_install(row=row, now=now) for row in page.rows]
        return answer(Listed(results=results, **links(request=request, page=page)))

    @describe(
        Described(
            body=InstallBody,
            answers={201: InstallWithSecret},
            refusals=(Unconfirmed, TooManyInstalls),
            example={"name": "Shop system", "inbox": "THE-KEY-OF-AN-INBOX"},
            secrets=("secret",),
            one_transaction=True,
            scopes=SCOPES,
        )
    )
    def post(self, request: Request) -> Response:
        """Make an install and show its secret once."""
        body, by, now = read_body(data=request.data, shape=InstallBody), get_manager(request=request), datetime.now(UTC)
        made = commands.make_install(name=body.name, scopes=body.scopes, inbox=body.inbox, by=by, now=now)
        return _with_secret(*made, now, status=201)


class OneInstall(APIView):
    """`/api/v1/installs/{id}`."""

    @describe(Described(answers={200: InstallShown}, scopes=SCOPES))
    def get(self, request: Request, install: UUID) -> Response:
        """Show an install without its secret."""
        get_manager(request=request)
        return answer(show_install(row=queries.get_install(install=install), now=datetime.now(UTC)))

    @describe(Described(body=InstallChange, answers={200: InstallShown}, scopes=SCOPES, example={"name": "Shop 2"}))
    def patch(self, request: Request, install: UUID) -> Response:
        """Change an install."""
        body, by = read_body(data=request.data, shape=InstallChange), get_manager(request=request)
        said = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
        now = datetime.now(UTC)
        return answer(show_install(row=commands.change_install(install=install, changes=said, by=by, now=now), now=now))

    @describe(Described(answers={204: None}, scopes=SCOPES))
    def delete(self, request: Request, install: UUID) -> Response:
        """Take nothing from an install any more; what it has brought stays."""
        commands.remove_install(install=install, by=get_manager(request=request), now=datetime.now(UTC))
        return Response(status=204)


class RotateInstall(APIView):
    """`/api/v1/installs/{id}/rotate`."""

    @describe(
        Described(
            body=OverlapBody,
            answers={200: InstallWithSecret},
            example={"overlap_s": 3600},
            secrets=("secret",),
            one_transaction=True,
            scopes=(*SCOPES, *sorted(set(NEEDED.values()) - set(SCOPES))),
        )
    )
    def post(self, request: Request, install: UUID) -> Response:
        """Give it a new secret, shown once to who has its scopes; the old one is good until the overlap ends."""
        body, by, now = read_body(data=request.data, shape=OverlapBody), get_manager(request=request), datetime.now(UTC)
        made = commands.rotate_install(install=install, overlap_s=body.overlap_s, by=by, now=now)
        return _with_secret(*made, now, status=200)


class Inbound(APIView):
    """`/api/v1/inbound/{id}`."""

    authentication_classes = [SignedInstall]
    permission_classes = []

    @describe(
        Described(
            body=Call,
            answers={200: Taken},
            refusals=(IdReused, StillTaken, ThreadOfAnother, ContactBlocked, ContactGone),
            kept=False,
            example={
                "type": "message",
                "thread": "order-4711",
                "contact": {"id": "customer-7", "name": "Lei", "email": "lei@example.com"},
                "text": "Where is my parcel?",
            },
        )
    )
    def post(self, request: Request, install: UUID) -> HttpResponse:  # noqa: ARG002 # its signature was looked at
        """Take what an install's call says, signed as Standard Webhooks has it, at most five minutes ago.

        Its `webhook-id` is remembered for a day: the same call again does nothing, and is answered as the first was.
        """
        call, body = read_call(data=request.data), request._request.body  # noqa: SLF001 # exactly what was sent
        caller, now = get_caller(request=request), datetime.now(UTC)
        told = take(install=caller, id_=request.headers[ID], body=body, call=call, now=now)
        return HttpResponse(told, content_type="application/json")


def _with_secret(row: Install, secret: str, now: datetime, *, status: int) -> Response:
    shown: dict[str, Any] = msgspec.structs.asdict(show_install(row=row, now=now))
    return answer(InstallWithSecret(**shown, secret=secret), status=status)
