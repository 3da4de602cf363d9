"""What is forgotten of webhooks, and when."""

from datetime import UTC, datetime, timedelta

from django.test import Client

from integrations.webhooks.forgetting import forget_deliveries
from integrations.webhooks.models import Delivery, Endpoint
from tenants.context import tenant_context
from tests.apps.integrations.conftest import HOOKS, Hook, Post
from tests.shop import Shop


def test_deliveries_are_kept_for_thirty_days(shop: Shop, hook: Hook, post: Post) -> None:
    hook(kinds=["message.posted.v1"])
    shop.welcome(text="hello")
    post.work()
    now = datetime.now(UTC)
    with tenant_context(shop.tenant):
        forget_deliveries(now=now + timedelta(days=29))
        assert Delivery.objects.count() == 1
        forget_deliveries(now=now + timedelta(days=31))
        assert Delivery.objects.count() == 0
        assert Endpoint.objects.count() == 1


def test_a_removed_endpoint_goes_with_what_is_left_of_it(shop: Shop, admin: Client, hook: Hook, post: Post) -> None:
    made, other = hook(kinds=["message.posted.v1"]), hook(kinds=["message.posted.v1"])
    shop.welcome(text="hello")
    post.work()
    assert admin.delete(f"{HOOKS}/{made['id']}").status_code == 204
    with tenant_context(shop.tenant):
        for _ in range(2):  # the rows first, then the endpoint
            forget_deliveries(now=datetime.now(UTC))
        assert [str(row.id) for row in Endpoint.objects.all()] == [other["id"]]
        assert [str(row.endpoint) for row in Delivery.objects.all()] == [other["id"]]
