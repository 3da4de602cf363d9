"""The page of the keys: made, shown once, revoked, and what each can do now, in both languages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
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
    (key,) = set(re.findall(r'name="key" value="([^"]+)"', shown))
    assert owner.post(PAGE, {"do": "revoke", "key": key}).status_code == 302
    assert program.get("/api/v1/conversations").status_code == 401
    assert "✗ Revoked" in text(owner)


def test_a_key_with_networks_and_a_last_day(shop: Shop, owner: Client, client_for: ClientFor) -> None:
    form = {"do": "make", "name": "Robot", "scope": ["conversations.view"], "last_day": "2030-02-28"}
    networks = "203.0.113.0/24\r\n2001:db8::1\r\n"
    made = owner.post(PAGE, {**form, "networks": networks}).content.decode()
    (row,) = owner.get("/api/v1/keys").json()["results"]
    assert (row["networks"], row["expires_at"]) == (["203.0.113.0/24", "2001:db8::1/128"], "2030-03-01T00:00:00Z")
    assert "Only from: 203.0.113.0/24, 2001:db8::1/128" in made
    assert "Expires 2030-03-01 00:00 (UTC)" in made
    (secret,) = re.findall(r"sk_[\w-]+", made)
    program = with_secret(client_for(shop.tenant), secret)
    found = [program.get("/api/v1/conversations", REMOTE_ADDR=at).status_code for at in ("203.0.113.9", "127.0.0.1")]
    assert found == [200, 401]


def test_a_key_is_rotated(shop: Shop, owner: Client, client_for: ClientFor) -> None:
    made = owner.post(PAGE, {"do": "make", "name": "Robot", "scope": ["conversations.view"]}).content.decode()
    (key,) = set(re.findall(r'name="key" value="([^"]+)"', made))
    secrets = re.findall(r"sk_[\w-]+", made)
    for overlap in ("3600", "0"):
        rotated = owner.post(PAGE, {"do": "rotate", "key": key, "overlap": overlap})
        assert (rotated.status_code, rotated.headers["Cache-Control"]) == (200, "no-store")
        secrets += re.findall(r"sk_[\w-]+", rotated.content.decode())
        programs = [with_secret(client_for(shop.tenant), secret) for secret in secrets[-2:]]
        codes = [program.get("/api/v1/conversations").status_code for program in programs]
        assert codes == [200 if overlap == "3600" else 401, 200]
        assert ("the old secret works until" in rotated.content.decode()) is (overlap == "3600")
    assert secrets[-1] not in text(owner)
    assert "旧密钥一天后失效" in text(owner, "zh")
    owner.post(PAGE, {"do": "rotate", "key": key, "overlap": "999999999"})
    (row,) = owner.get("/api/v1/keys").json()["results"]
    left = datetime.fromisoformat(row["old_secret_until"]) - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(days=1), "what is not offered is a day"


@pytest.mark.parametrize(
    ("said", "english", "chinese"),
    [
        ({"scope": []}, "Choose at least one thing that the key may do.", "请至少选择一项该密钥可以做的事。"),
        ({"networks": "somewhere"}, "Enter networks such as", "请输入网段"),
        ({"networks": "10.0.0.1 " * 51}, "Enter networks such as", "请输入网段"),
        ({"last_day": "2020-01-01"}, "Choose a day that is still to come", "请选择今后一百年内"),
        ({"last_day": "9999-12-31"}, "Choose a day that is still to come", "请选择今后一百年内"),
        ({"last_day": "never"}, "Choose a day that is still to come", "请选择今后一百年内"),
    ],
)
def test_what_is_wrong_is_said_in_the_readers_language(
    owner: Client, said: dict[str, object], english: str, chinese: str
) -> None:
    form = {"do": "make", "name": "Robot <b>", "scope": ["members.view"], "networks": "", "last_day": "", **said}
    for language, sentence in (("en", english), ("zh", chinese)):
        answer = owner.post(PAGE, form, headers={"accept-language": language})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f'role="alert">{sentence}' in page
        assert 'value="Robot &lt;b&gt;"' in page, "nothing has to be entered again"
    assert owner.get("/api/v1/keys").json()["results"] == []


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
        assert owner.post(PAGE, {"do": "rotate", "key": key}).status_code == 404
    agent = client_for(shop.tenant, make_member(shop.tenant))
    assert agent.get(PAGE).status_code == 403
    assert agent.post(PAGE, {"do": "make", "name": "x", "scope": ["conversations.view"]}).status_code == 403
    assert client_for(shop.tenant).get(PAGE).status_code == 302
