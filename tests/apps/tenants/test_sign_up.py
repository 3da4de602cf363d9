"""Sign-up: what is refused leaves nothing behind; what is taken by two at once is given to one."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.db import connection
from django.test import Client

from conversations.channels.webchat.queries import get_inboxes
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.members.queries import get_members
from tenants.models import Head, Membership, Person, Tenant
from tenants.provisioning import sign_up
from tenants.provisioning.refusals import CredentialsRefused, SlugTaken
from tenants.queries import find_tenant_by_host
from tenants.refusals import Invalid, Refusal
from tests.conftest import PASSWORD, MakeTenant

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def fields(**changed: str) -> dict[str, Any]:
    mark = secrets.token_hex(6)
    return {"name": "Acme", "slug": f"s-{mark}", "email": f"{mark}@example.com", "password": PASSWORD} | changed


def count() -> tuple[int, ...]:
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM pg_namespace), (SELECT count(*) FROM pg_roles)")
        return (*cursor.fetchone(), *(model.objects.count() for model in (Tenant, Person, Membership, Head)))


def test_a_company_is_served_right_after(tenant: TenantRef) -> None:
    assert find_tenant_by_host(host=f"{tenant.slug}.localhost:8000") == tenant
    (owner,) = get_members(tenant=tenant)
    assert owner.role == "owner"
    with tenant_context(tenant):
        assert len(get_inboxes()) == 1


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"name": ""}, {"name": "length"}),
        ({"name": "a\0b"}, {"name": "shape"}),
        ({"slug": "ad"}, {"slug": "length"}),
        ({"slug": "admin"}, {"slug": "reserved"}),
        ({"email": "ada"}, {"email": "shape"}),
        ({"email": "a\0@example.com"}, {"email": "shape"}),
        ({"email": "a@" + "x" * 250 + ".com"}, {"email": "shape"}),
        ({"password": "short"}, {"password": "too_short"}),
        ({"password": "qwertyuiop"}, {"password": "password_too_common"}),
        ({"password": "\0" * 12}, {"password": "shape"}),
        ({"password": "long enough 9 \ud800"}, {"password": "shape"}),
        (dict.fromkeys(("name", "slug", "email"), ""), {"name": "length", "slug": "length", "email": "shape"}),
    ],
)
def test_what_is_not_right_is_said_by_field_and_leaves_nothing(
    database: str, changed: dict[str, str], wrong: dict[str, str]
) -> None:
    before = count()
    with pytest.raises(Invalid) as refusal:
        sign_up(**fields(**changed), now=NOW)
    said = {error["field"]: error["code"] for error in reversed(refusal.value.errors)}
    assert said == wrong
    assert count() == before


def test_a_taken_slug_is_refused_and_leaves_nothing(tenant: TenantRef) -> None:
    before = count()
    with pytest.raises(SlugTaken):
        sign_up(**fields(slug=tenant.slug), now=NOW)
    assert count() == before


def test_an_address_that_exists_needs_its_own_password(database: str) -> None:
    given = fields()
    first = sign_up(**given, now=NOW)
    before = count()
    with pytest.raises(CredentialsRefused):
        sign_up(**fields(email=given["email"].upper(), password="another 9 battery"), now=NOW)
    assert count() == before
    second = sign_up(**fields(email=given["email"].upper()), now=NOW)
    (one,), (two,) = get_members(tenant=first), get_members(tenant=second)
    assert one.person_id == two.person_id


def test_a_person_who_was_shut_out_signs_nobody_up(database: str) -> None:
    given = fields()
    sign_up(**given, now=NOW)
    with platform_context():
        Person.objects.filter(email=given["email"]).update(is_active=False)
    with pytest.raises(CredentialsRefused):
        sign_up(**fields(email=given["email"]), now=NOW)


def test_the_refusal_of_an_address_costs_one_hash_as_the_success_does(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = fields()
    sign_up(**given, now=NOW)
    hashed: list[str] = []
    hasher = type(identify_hasher("argon2$argon2id$v=19$m=19456,t=2,p=1$YWFhYWFhYWE$YWFhYQ"))
    for method in ("encode", "verify"):
        monkeypatch.setattr(hasher, method, _counting(hashed, getattr(hasher, method), method))
    with pytest.raises(CredentialsRefused):
        sign_up(**fields(email=given["email"], password="another 9 battery"), now=NOW)
    assert hashed == ["verify"]
    hashed.clear()
    sign_up(**fields(), now=NOW)
    assert hashed == ["encode"]


def _counting(hashed: list[str], real: Callable[..., Any], method: str) -> Callable[..., Any]:
    def count_and_do(*args: Any, **kwargs: Any) -> Any:
        hashed.append(method)
        return real(*args, **kwargs)

    return count_and_do


@pytest.mark.parametrize("same", ["slug", "email"])
def test_of_two_at_once_one_is_refused(database: str, same: str) -> None:
    common = fields()[same]
    others = {"password": "another 9 battery"} if same == "email" else {}

    def attempt(changed: dict[str, str]) -> TenantRef | Refusal:
        try:
            return sign_up(**fields(**{same: common}, **changed), now=NOW)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(attempt, [{}, others]))
    refused = [result for result in results if isinstance(result, Refusal)]
    assert [type(refusal) for refusal in refused] == [SlugTaken if same == "slug" else CredentialsRefused]


def test_schemas_are_never_reused(make_tenant: MakeTenant) -> None:
    first = make_tenant()
    with platform_context():
        Tenant.objects.filter(id=first.id).update(slug=f"gone-{secrets.token_hex(6)}")
    assert make_tenant(slug=first.slug).schema != first.schema


def test_the_api(platform_client: Client) -> None:
    given = fields(name=" 云客 ")
    answer = platform_client.post("/api/v1/tenants", given, content_type="application/json")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["slug"], body["name"]) == (given["slug"], "云客")
    assert body["url"] == f"http://{given['slug']}.localhost"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "A"}, 422, "invalid"),
        (fields(slug="www"), 422, "invalid"),
        (fields() | {"plan": "free"}, 422, "invalid"),
        (fields() | {"name": 7}, 422, "invalid"),
        ([], 422, "invalid"),
    ],
)
def test_the_api_refuses_with_a_problem(platform_client: Client, body: Any, status: int, code: str) -> None:
    answer = platform_client.post("/api/v1/tenants", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_page(platform_client: Client) -> None:
    page = platform_client.get("/")
    assert page.status_code == 200
    assert "Content-Security-Policy" in page.headers
    assert "注册" in platform_client.get("/", headers={"accept-language": "zh-CN"}).content.decode()
    given = fields(name="<b>")
    done = platform_client.post("/", given)
    assert done.status_code == 201
    text = done.content.decode()
    assert f"http://{given['slug']}.localhost" in text
    assert "<b>" not in text


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(platform_client: Client) -> None:
    page = platform_client.post("/", fields(slug="WWW"), headers={"accept-language": "zh-CN"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "请使用小写字母" in text
    assert 'value="WWW"' in text
    assert PASSWORD not in text


def test_the_language_is_remembered(platform_client: Client) -> None:
    platform_client.post("/language", {"language": "zh-hans", "next": "/"})
    assert "注册" in platform_client.get("/").content.decode()


def test_a_form_from_elsewhere_is_refused(database: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    assert client.post("/", fields()).status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"name": NaN}', b'{"name": ' + b"9" * 5000 + b"}", b"\xff"]
)
def test_what_is_no_json_is_malformed(platform_client: Client, body: bytes) -> None:
    answer = platform_client.post("/api/v1/tenants", body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {"malformed", "invalid"}


def test_only_json_is_read(platform_client: Client) -> None:
    assert platform_client.post("/api/v1/tenants", fields()).status_code == 415
