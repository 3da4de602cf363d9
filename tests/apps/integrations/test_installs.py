"""Installs over HTTP: who may, what is shown once, what is audited, two secrets while rotating."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from conversations.audit.events import AuditRecorded
from integrations.inbound.models import Install
from tenants.context import tenant_context
from tenants.exports.restoring import restore
from tests.apps.integrations.conftest import JSON, refused
from tests.apps.integrations.partner import ALL, INSTALLS, LEI, Installed, install
from tests.apps.tenants.exports.archives import written
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.shop import Shop
from tests.signing import Partner


@pytest.fixture
def partner(shop: Shop, admin: Client) -> Installed:
    host = f"{shop.tenant.slug}.{settings.YUNKE_TENANT_DOMAIN}"
    return install(shop, admin, Partner(secret="", headers={"host": host}))


def test_a_secret_is_shown_once_and_kept_sealed(partner: Installed) -> None:
    made = dict(partner.said)
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert (made["hint"], made["called_at"]) == (secret[-4:], None)
    assert partner.admin.get(INSTALLS).json()["results"] == [made]
    with tenant_context(partner.shop.tenant):
        kept = str(list(Install.objects.values()))
    assert secret not in kept + str([event.body for event in partner.shop.read_all()])
    partner.say("x")
    assert partner.admin.get(f"{INSTALLS}/{made['id']}").json()["called_at"] is not None


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("admin", 200), ("supervisor", 403), ("viewer", 403)])
def test_who_manages_them(shop: Shop, make_member: MakeMember, client_for: ClientFor, role: str, status: int) -> None:
    client = client_for(shop.tenant, make_member(shop.tenant, role=role))
    assert client.get(INSTALLS).status_code == status


def test_a_key_hands_on_only_what_it_has(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    scopes = ["conversations.view", "webhooks.manage", "conversations.reply"]
    made = owner.post("/api/v1/keys", {"name": "Robot", "scopes": scopes}, content_type=JSON).json()
    program = client_for(shop.tenant)
    program.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made['secret']}"
    body: dict[str, Any] = {"name": "X", "inbox": shop.inbox, "scopes": ["conversations.reply"]}
    own = program.post(INSTALLS, body, content_type=JSON)
    assert own.status_code == 201
    wide = owner.patch(f"{INSTALLS}/{own.json()['id']}", {"scopes": ALL}, content_type=JSON)
    assert wide.json()["scopes"] == sorted(ALL)
    narrow = program.patch(f"{INSTALLS}/{own.json()['id']}", {"scopes": ALL[:2]}, content_type=JSON)
    assert narrow.status_code == 200, "what it has already may stay"
    rotated = program.post(f"{INSTALLS}/{own.json()['id']}/rotate", {}, content_type=JSON)
    assert refused(rotated) == (403, "not_allowed"), "its secret would let the key do all that"
    assert refused(program.post(INSTALLS, {**body, "scopes": ALL}, content_type=JSON)) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": ["keys.manage"]}, "scopes"),
        ({"inbox": "x"}, "inbox"),
        ({"name": " "}, "name"),
    ],
)
def test_what_is_refused(shop: Shop, admin: Client, change: dict[str, Any], field: str) -> None:
    body = {"name": "X", "inbox": shop.inbox, "scopes": ALL, **change}
    answer = admin.post(INSTALLS, body, content_type=JSON)
    assert (refused(answer), answer.json()["errors"][0]["field"]) == ((422, "invalid"), field)


def test_two_secrets_while_rotating(partner: Installed) -> None:
    path, old = f"{INSTALLS}/{partner.said['id']}", partner.said["secret"]
    rotated = partner.admin.post(f"{path}/rotate", {"overlap_s": 3600}, content_type=JSON).json()
    assert rotated["old_secret_until"] is not None
    for secret in (old, rotated["secret"]):
        partner.client.secret = secret
        assert partner.call(type="contact", contact=LEI).status_code == 200
    with tenant_context(partner.shop.tenant):
        Install.objects.update(old_until=datetime.now(UTC) - timedelta(seconds=1))
    partner.client.secret = old
    assert partner.call(type="contact", contact=LEI).status_code == 401
    partner.admin.post(f"{path}/rotate", {"overlap_s": 0}, content_type=JSON)
    partner.client.secret = rotated["secret"]
    assert partner.call(type="contact", contact=LEI).status_code == 401


def test_a_sealed_secret_opens_in_its_own_row_only(partner: Installed, admin: Client) -> None:
    other = install(partner.shop, admin, Partner(secret=""))
    with tenant_context(partner.shop.tenant):
        sealed = Install.objects.get(id=other.said["id"]).sealed
        Install.objects.filter(id=partner.said["id"]).update(sealed=sealed)
    partner.client.secret = other.said["secret"]
    assert partner.call(type="contact", contact=LEI).status_code == 401
    rotated = admin.post(f"{INSTALLS}/{partner.said['id']}/rotate", {}, content_type=JSON).json()
    partner.client.secret = rotated["secret"]
    assert (rotated["old_secret_until"], partner.call(type="contact", contact=LEI).status_code) == (None, 200)


def test_removed_is_gone_and_what_it_brought_stays(partner: Installed) -> None:
    said = partner.say("x").json()
    path = f"{INSTALLS}/{partner.said['id']}"
    assert partner.admin.delete(path).status_code == 204
    assert partner.say("y").status_code == 401
    for answer in (
        partner.admin.get(path),
        partner.admin.delete(path),
        partner.admin.post(f"{path}/rotate", {}, content_type=JSON),
    ):
        assert refused(answer) == (404, "not_found")
    assert partner.admin.get(f"/api/v1/conversations/{said['conversation']}").status_code == 200


def test_what_is_done_is_audited(partner: Installed) -> None:
    path = f"{INSTALLS}/{partner.said['id']}"
    partner.admin.patch(path, {"name": "Y"}, content_type=JSON)
    partner.admin.patch(path, {"name": "Y"}, content_type=JSON)
    partner.admin.post(f"{path}/rotate", {}, content_type=JSON)
    partner.admin.delete(path)
    done = [event.body for event in partner.shop.read_all() if event.kind == AuditRecorded.kind]
    assert [body["action"] for body in done if body["target_id"] == partner.said["id"]] == [
        *("install.made", "install.changed", "install.rotated", "install.removed")
    ]


def test_another_companys_is_not_there(
    partner: Installed, make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    tenant = make_tenant()
    stranger = client_for(tenant, make_member(tenant, role="owner"))
    assert refused(stranger.get(f"{INSTALLS}/{partner.said['id']}")) == (404, "not_found")
    assert stranger.get(INSTALLS).json()["results"] == []


def test_there_are_fifty_at_most(shop: Shop, admin: Client) -> None:
    body = {"name": "X", "inbox": shop.inbox, "scopes": ALL}
    for _ in range(50):
        assert admin.post(INSTALLS, body, content_type=JSON).status_code == 201
    assert refused(admin.post(INSTALLS, body, content_type=JSON)) == (409, "too_many_installs")


def test_it_is_the_same_in_a_restored_company(partner: Installed) -> None:
    first = partner.say("before").json()
    slug = f"again-{partner.shop.tenant.slug[2:10]}"
    copy = restore(file=written(partner.shop.tenant), slug=slug, now=datetime.now(UTC)).tenant
    there = Installed(Shop(tenant=copy), partner.admin, partner.said, partner.client)
    there.client.defaults["HTTP_HOST"] = f"{slug}.{settings.YUNKE_TENANT_DOMAIN}"
    again = there.say("after").json()
    assert (again["conversation"], again["contact"]) == (first["conversation"], first["contact"])
    assert [len(one.messages()) for one in (partner, there)] == [1, 2]
