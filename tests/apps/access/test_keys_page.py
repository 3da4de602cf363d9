"""The page of the keys: made, shown once, revoked, and what each can do now, in both languages."""

import re

from django.test import Client

from tenants.context import platform_context
from tenants.models import Membership
from tests.apps.access.conftest import with_secret
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.shop import Shop

PAGE = "/settings/keys"


def text(client: Client, language: str = "en") -> str:
    return client.get(PAGE, headers={"accept-language": language}).content.decode()


def test_a_key_is_made_and_revoked(shop: Shop, owner: Client, client_for: ClientFor) -> None:
    made = owner.post(PAGE, {"do": "make", "name": "Robot", "scope": ["conversations.view"]})
    (secret,) = re.findall(r"sk_[\w-]+", made.content.decode())
    program = with_secret(client_for(shop.tenant), secret)
    assert program.get("/api/v1/conversations").status_code == 200
    shown = text(owner)
    assert secret not in shown
    assert ("✓ Live" in shown, "See conversations" in shown) == (True, True)
    assert "✓ 有效" in text(owner, "zh")
    (key,) = re.findall(r'name="key" value="([^"]+)"', shown)
    assert owner.post(PAGE, {"do": "revoke", "key": key}).status_code == 302
    assert program.get("/api/v1/conversations").status_code == 401
    assert "✗ Revoked" in text(owner)


def test_the_page_says_what_a_key_can_do_now(
    shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor
) -> None:
    maker = make_member(shop.tenant, role="admin")
    client_for(shop.tenant, maker).post(PAGE, {"do": "make", "name": "Robot", "scope": ["conversations.view"]})
    with platform_context():
        rows = Membership.objects.filter(tenant_id=shop.tenant.id, person_id=maker.person_id)
        rows.update(is_active=False)
    assert "⏸ Suspended" in text(owner)
    assert "已暂停" in text(owner, "zh")


def test_what_is_refused(
    shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor, make_tenant: MakeTenant
) -> None:
    assert owner.post(PAGE, {"do": "make", "name": "x"}).status_code == 422
    other = make_tenant()
    for key in ("x", str(other.id)):
        assert owner.post(PAGE, {"do": "revoke", "key": key}).status_code == 404
    agent = client_for(shop.tenant, make_member(shop.tenant))
    assert agent.get(PAGE).status_code == 403
    assert agent.post(PAGE, {"do": "make", "name": "x", "scope": ["conversations.view"]}).status_code == 403
    assert client_for(shop.tenant).get(PAGE).status_code == 302
