"""REST of webhooks, for members and keys that manage them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.threads.actors import Actor
from conversations.threads.authentication import get_actor
from integrations.webhooks import commands, proving, queries
from integrations.webhooks.answers import (
    OverlapBody,
    Webhook,
    WebhookBody,
    WebhookChange,
    WebhookWithSecret,
    show_endpoint,
)
from integrations.webhooks.models import Endpoint
from integrations.webhooks.proving import AddressChanged, NotProved
from integrations.webhooks.rules.endpoints import TooManyEndpoints
from integrations.webhooks.rules.filtering import Filters
from tenants.bodies import Nothing, read_body
from tenants.confirming.refusals import Unconfirmed
from tenants.describing import Answer, Described, Listed, describe
from tenants.outbound import AddressRefused, AnswerTooLarge, TimedOut, Unreachable
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.resolving import LookupFailed

SCOPES = ("conversations.view", "webhooks.manage")
UNANSWERED = (AddressRefused, Unreachable, TimedOut, AnswerTooLarge, LookupFailed)


class Webhooks(APIView):
    """`/api/v1/webhooks`."""

    @describe(Described(answers={200: Listed[Webhook]}, query=PageQuery, scopes=SCOPES))
    def get(self, request: Request) -> Response:
        """List the webhooks, the newest first."""
        get_manager(request=request)
        query, now = read_query(request=request, shape=PageQuery), datetime.now(UTC)
        page = queries.get_page(window=open_window(query=query, name="webhooks"))
        results = [show_endpoint(row=row, now=now) for row in page.rows]
        return answer(Listed(results=results, **links(request=request, page=page)))

    @describe(
        Described(
            body=WebhookBody,
            answers={201: WebhookWithSecret},
            refusals=(Unconfirmed, TooManyEndpoints),
            example={"url": "https://example.com/yunke", "kinds": ["message.posted.v1"]},
            secrets=("secret",),
            one_transaction=True,
            scopes=SCOPES,
        )
    )
    def post(self, request: Request) -> Response:
        """Register a webhook and show its secret once. Nothing is sent before it is verified."""
        body, by, now = read_body(data=request.data, shape=WebhookBody), get_manager(request=request), datetime.now(UTC)
        made = commands.register(**_terms(body), by=by, now=now)
        return _with_secret(*made, now, status=201)


class OneWebhook(APIView):
    """`/api/v1/webhooks/{id}`."""

    @describe(Described(answers={200: Webhook}, scopes=SCOPES))
    def get(self, request: Request, webhook: UUID) -> Response:
        """Show a webhook without its secret."""
        get_manager(request=request)
        return _shown(queries.get_endpoint(endpoint=webhook))

    @describe(Described(body=WebhookChange, answers={200: Webhook}, scopes=SCOPES, example={"kinds": []}))
    def patch(self, request: Request, webhook: UUID) -> Response:
        """Change a webhook; another address gets nothing before it is verified."""
        body, by = read_body(data=request.data, shape=WebhookChange), get_manager(request=request)
        return _shown(commands.change(endpoint=webhook, changes=_terms(body), by=by, now=datetime.now(UTC)))

    @describe(Described(answers={204: None}, scopes=SCOPES))
    def delete(self, request: Request, webhook: UUID) -> Response:
        """Remove a webhook at once, with what waits for it."""
        commands.remove(endpoint=webhook, by=get_manager(request=request), now=datetime.now(UTC))
        return Response(status=204)


class VerifyWebhook(APIView):
    """`/api/v1/webhooks/{id}/verify`."""

    @describe(
        Described(
            body=Nothing, answers={200: Webhook}, refusals=(NotProved, AddressChanged, *UNANSWERED), scopes=SCOPES
        )
    )
    def post(self, request: Request, webhook: UUID) -> Response:
        """Send the challenge: a signed request that must be answered with 2xx and the word in `data.challenge`."""
        read_body(data=request.data, shape=Nothing)
        return _shown(proving.prove(endpoint=webhook, by=get_manager(request=request), now=datetime.now(UTC)))


class PauseWebhook(APIView):
    """`/api/v1/webhooks/{id}/pause`."""

    @describe(Described(body=Nothing, answers={200: Webhook}, scopes=SCOPES, one_transaction=True))
    def post(self, request: Request, webhook: UUID) -> Response:
        """Let what happens wait."""
        read_body(data=request.data, shape=Nothing)
        return _shown(commands.pause(endpoint=webhook, by=get_manager(request=request), now=datetime.now(UTC)))


class ResumeWebhook(APIView):
    """`/api/v1/webhooks/{id}/resume`."""

    @describe(Described(body=Nothing, answers={200: Webhook}, scopes=SCOPES, one_transaction=True))
    def post(self, request: Request, webhook: UUID) -> Response:
        """Send what has waited while it was paused or switched off."""
        read_body(data=request.data, shape=Nothing)
        return _shown(commands.resume(endpoint=webhook, by=get_manager(request=request), now=datetime.now(UTC)))


class RotateWebhook(APIView):
    """`/api/v1/webhooks/{id}/rotate`."""

    @describe(
        Described(
            body=OverlapBody,
            answers={200: WebhookWithSecret},
            example={"overlap_s": 3600},
            secrets=("secret",),
            one_transaction=True,
            scopes=SCOPES,
        )
    )
    def post(self, request: Request, webhook: UUID) -> Response:
        """Give it a new secret, shown once; requests are signed by both until the overlap ends."""
        body, by, now = read_body(data=request.data, shape=OverlapBody), get_manager(request=request), datetime.now(UTC)
        made = commands.rotate(endpoint=webhook, overlap_s=body.overlap_s, by=by, now=now)
        return _with_secret(*made, now, status=200)


def get_manager(*, request: Request) -> Actor:
    """Answer who asks; raise NotAllowed unless they manage webhooks."""
    by = get_actor(request=request)
    commands.check_manages(by=by)
    return by


def _terms(body: WebhookBody | WebhookChange) -> dict[str, Any]:
    """Answer what is said."""
    said = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
    filters = {"filters": Filters(**msgspec.structs.asdict(said["filters"]))} if "filters" in said else {}
    return {**said, **filters}


def _shown(row: Endpoint) -> Response:
    return answer(show_endpoint(row=row, now=datetime.now(UTC)))


def _with_secret(row: Endpoint, secret: str, now: datetime, *, status: int) -> Response:
    shown: dict[str, Any] = msgspec.structs.asdict(show_endpoint(row=row, now=now))
    return answer(WebhookWithSecret(**shown, secret=secret), status=status)


def answer(said: Answer, status: int = 200) -> Response:
    """Answer what is said as plain data."""
    return Response(msgspec.to_builtins(said), status=status)
