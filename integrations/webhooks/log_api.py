"""REST of the log of deliveries: looking, sending again, tests, health."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.webhooks import queries, replaying
from integrations.webhooks.api import SCOPES, answer, get_manager
from integrations.webhooks.log_answers import (
    DeliveriesQuery,
    DeliveryDetails,
    DeliveryShown,
    RangeBody,
    Replayed,
    WebhookHealth,
    show_delivery,
    show_details,
)
from integrations.webhooks.replaying import Unproved
from tenants.bodies import Nothing, read_body
from tenants.describing import Described, Listed, describe
from tenants.paging import links, open_window, read_query


class Deliveries(APIView):
    """`/api/v1/webhooks/{id}/deliveries`."""

    @describe(Described(answers={200: Listed[DeliveryShown]}, query=DeliveriesQuery, scopes=SCOPES))
    def get(self, request: Request, webhook: UUID) -> Response:
        """List what goes or went to a webhook in the last 30 days, the newest first."""
        by, query = get_manager(request=request), read_query(request=request, shape=DeliveriesQuery)
        given = {"state": query.state, "kind": query.kind}
        conditions = {name: value for name, value in given.items() if isinstance(value, str)}
        window = open_window(query=query, name=f"deliveries {webhook}")
        page = queries.get_deliveries(endpoint=webhook, conditions=conditions, window=window)
        results = [show_delivery(row=row, by=by) for row in page.rows]
        return answer(Listed(results=results, **links(request=request, page=page)))


class OneDelivery(APIView):
    """`/api/v1/webhooks/{id}/deliveries/{id}`."""

    @describe(Described(answers={200: DeliveryDetails}, scopes=SCOPES))
    def get(self, request: Request, webhook: UUID, delivery: UUID) -> Response:
        """Show a delivery with its attempts and what it says."""
        by, endpoint = get_manager(request=request), queries.get_endpoint(endpoint=webhook)
        row = queries.get_delivery(endpoint=webhook, delivery=delivery)
        return answer(show_details(row=row, endpoint=endpoint, by=by))


class ReplayDelivery(APIView):
    """`/api/v1/webhooks/{id}/deliveries/{id}/replay`."""

    @describe(Described(body=Nothing, answers={202: DeliveryShown}, scopes=SCOPES, one_transaction=True))
    def post(self, request: Request, webhook: UUID, delivery: UUID) -> Response:
        """Send a delivery again, under the same id."""
        read_body(data=request.data, shape=Nothing)
        by = get_manager(request=request)
        row = replaying.replay_one(endpoint=webhook, delivery=delivery, by=by, now=datetime.now(UTC))
        return answer(show_delivery(row=row, by=by), status=202)


class ReplayRange(APIView):
    """`/api/v1/webhooks/{id}/replay`."""

    @describe(
        Described(
            body=RangeBody,
            answers={202: Replayed},
            refusals=(Unproved,),
            example={"after": 0, "until": 1000},
            scopes=SCOPES,
            one_transaction=True,
        )
    )
    def post(self, request: Request, webhook: UUID) -> Response:
        """Send a part of the log, again or for the first time; what was sent before keeps its id."""
        body, by = read_body(data=request.data, shape=RangeBody), get_manager(request=request)
        said = msgspec.structs.asdict(body)
        count, position = replaying.replay_range(endpoint=webhook, **said, by=by, now=datetime.now(UTC))
        return answer(Replayed(count=count, position=position), status=202)


class TestWebhook(APIView):
    """`/api/v1/webhooks/{id}/test`."""

    @describe(
        Described(body=Nothing, answers={202: DeliveryShown}, refusals=(Unproved,), scopes=SCOPES, one_transaction=True)
    )
    def post(self, request: Request, webhook: UUID) -> Response:
        """Send a test, whose `type` is `webhook.test.v1`."""
        read_body(data=request.data, shape=Nothing)
        by = get_manager(request=request)
        row = replaying.send_test(endpoint=webhook, by=by, now=datetime.now(UTC))
        return answer(show_delivery(row=row, by=by), status=202)


class HealthOfWebhook(APIView):
    """`/api/v1/webhooks/{id}/health`."""

    @describe(Described(answers={200: WebhookHealth}, scopes=SCOPES))
    def get(self, request: Request, webhook: UUID) -> Response:
        """Tell how a webhook does."""
        get_manager(request=request)
        now, row = datetime.now(UTC), queries.get_endpoint(endpoint=webhook)
        delivered, failed, waiting, oldest, p50, p95 = queries.get_health(endpoint=webhook, now=now)
        return answer(
            WebhookHealth(
                delivered=delivered,
                failed=failed,
                waiting=waiting,
                oldest_waiting_at=oldest,
                ms_p50=p50,
                ms_p95=p95,
                failures=row.failures,
                failing_since=row.failing_since,
                rests_until=row.rests_until if row.rests_until is not None and row.rests_until > now else None,
            )
        )
