"""An inbox's secrets: shown once, kept sealed, two at most, and whom a retired one let in is out."""

from typing import Any

import pytest
from django.test import Client

from conversations.channels.webchat.vouching.models import IdentitySecret
from tenants.context import tenant_context
from tenants.secrets import Unreadable, unseal
from tests.apps.threads.test_commands import at_once
from tests.apps.webchat.conftest import come, converse, refused
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.shop import Shop
from tests.site import Site


def path(shop: Shop, secret: str = "") -> str:
    return f"/api/v1/inboxes/{shop.inbox}/identity-secrets{secret and '/'}{secret}"


def make(admin: Client, shop: Shop, **headers: str) -> Any:
    return admin.post(path(shop), {}, content_type="application/json", headers=headers)


def test_shown_once_and_kept_sealed(shop: Shop, admin: Client, make_tenant: MakeTenant) -> None:
    made = make(admin, shop, **{"idempotency-key": "1"})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert len(secret.encode()) >= 32
    assert make(admin, shop, **{"idempotency-key": "1"}).json() == {**made.json(), "secret": None}
    (listed,) = admin.get(path(shop)).json()["results"]
    assert listed == {name: value for name, value in made.json().items() if name != "secret"}
    assert listed["hint"] == secret[-4:]
    with tenant_context(shop.tenant):
        row = IdentitySecret.objects.get()
    assert secret not in row.sealed
    with pytest.raises(Unreadable):  # a row that is copied to another company is no secret there
        unseal(sealed=row.sealed, purpose="identity secret", tenant=make_tenant().id, row=row.id)


def test_rotation_without_a_gap(shop: Shop, admin: Client, browser: Client) -> None:
    old, new = (make(admin, shop).json() for _ in range(2))
    assert refused(make(admin, shop)) == (409, "too_many_secrets")
    sites = [Site(tenant=shop.tenant, inbox=shop.inbox, secret=one["secret"]) for one in (old, new)]
    tokens = [come(browser, shop.inbox, identity=site.vouch("c-1")).json()["token"] for site in sites]
    assert [converse(browser, token).status_code for token in tokens] == [200, 200]
    assert admin.delete(path(shop, old["id"])).status_code == 204
    assert [converse(browser, token).status_code for token in tokens] == [401, 200], "whom it let in is out"
    assert refused(come(browser, shop.inbox, identity=sites[0].vouch("c-1"))) == (401, "identity_invalid")
    assert come(browser, shop.inbox, identity=sites[1].vouch("c-1")).status_code == 201
    assert refused(admin.delete(path(shop, old["id"]))) == (404, "not_found")
    assert make(admin, shop).status_code == 201


def test_two_at_most_also_at_once(shop: Shop, admin: Client) -> None:
    found = at_once(shop.tenant, [lambda: make(admin, shop).status_code] * 4)
    assert sorted(map(int, map(str, found))) == [201, 201, 409, 409]


@pytest.mark.parametrize("role", ["supervisor", "agent", "viewer"])
def test_only_who_manages_inboxes(shop: Shop, make_member: MakeMember, client_for: ClientFor, role: str) -> None:
    client = client_for(shop.tenant, make_member(shop.tenant, role=role))
    for answer in (client.get(path(shop)), make(client, shop), client.delete(path(shop, str(shop.tenant.id)))):
        assert refused(answer) == (403, "not_allowed")


def test_inboxes_and_secrets_that_are_not_there(shop: Shop, admin: Client, make_tenant: MakeTenant) -> None:
    theirs = Shop(tenant=make_tenant())
    with tenant_context(theirs.tenant):
        Site(tenant=theirs.tenant, inbox=theirs.inbox)
        secret = IdentitySecret.objects.get().id
    for answer in (admin.get(path(theirs)), make(admin, theirs), admin.delete(path(shop, str(secret)))):
        assert refused(answer) == (404, "not_found")
    with tenant_context(theirs.tenant):
        assert IdentitySecret.objects.count() == 1
