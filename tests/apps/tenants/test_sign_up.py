"""Sign-up: what is refused leaves nothing behind; what is taken by two at once is given to one."""

import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.definitions.inbox.queries import get_inboxes
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.members.commands import check_credentials
from tenants.members.queries import get_members
from tenants.members.refusals import WrongCredentials
from tenants.models import Head, Membership, Person, Tenant
from tenants.provisioning import sign_up
from tenants.provisioning.refusals import SlugTaken
from tenants.queries import find_tenant_by_host
from tenants.refusals import Invalid, Refusal
from tests.browser import Browser
from tests.conftest import PASSWORD, MakeTenant

NOW = datetime(2026, 1, 2, tzinfo=UTC)
VALUES = re.compile(r"t_[a-z2-7]{20}|'[^']*'|::\w+|\d+|E'[^']*'")


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


def test_each_sign_up_makes_a_person_of_its_own(database: str) -> None:
    given = fields()
    first = sign_up(**given, now=NOW, verified=True)
    second = sign_up(**fields(email=given["email"].upper(), password="another 9 battery"), now=NOW)
    (one,), (two,) = get_members(tenant=first), get_members(tenant=second)
    assert one.person_id != two.person_id
    with platform_context():
        assert Person.objects.get(id=one.person_id).verified_at == NOW
        assert Person.objects.get(id=two.person_id).verified_at is None
    assert (first.confirmed, second.confirmed) == (True, False)
    assert check_credentials(tenant=second, email=given["email"], password="another 9 battery") == two
    with pytest.raises(WrongCredentials):
        check_credentials(tenant=second, email=given["email"], password=PASSWORD)


def test_who_is_vouched_for_keeps_their_own_password(database: str) -> None:
    given = fields()
    first = sign_up(**given, now=NOW, verified=True)
    second = sign_up(**fields(email=given["email"].upper(), password="another 9 battery"), now=NOW, verified=True)
    (one,), (two,) = get_members(tenant=first), get_members(tenant=second)
    assert one.person_id == two.person_id
    assert check_credentials(tenant=second, email=given["email"], password=PASSWORD) == two


def test_a_known_address_costs_what_an_unknown_one_costs(
    platform_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statements in the same order, and one hash."""
    known = fields()
    sign_up(**known, now=NOW, verified=True)
    hashed: list[str] = []
    hasher = type(identify_hasher("argon2$argon2id$v=19$m=19456,t=2,p=1$YWFhYWFhYWE$YWFhYQ"))
    for method in ("encode", "verify"):
        monkeypatch.setattr(hasher, method, _counting(hashed, getattr(hasher, method), method))

    def run(email: str) -> list[str]:
        with CaptureQueriesContext(connection) as asked, platform_context():
            body = fields(email=email, password="another 9 battery")
            answer = platform_client.post("/api/v1/tenants", body, content_type="application/json")
        assert answer.status_code == 201
        return [
            re.sub(r"t_[a-z2-7]{20}|'[^']*'|::\w+|\d+|E'[^']*'", "?", query["sql"]) for query in asked.captured_queries
        ]

    run(fields()["email"])  # what is only looked up once is known after this
    told = run(known["email"]), run(fields()["email"])
    assert told[0] == told[1]
    assert hashed == ["encode"] * 3


def _counting(hashed: list[str], real: Callable[..., Any], method: str) -> Callable[..., Any]:
    def count_and_do(*args: Any, **kwargs: Any) -> Any:
        hashed.append(method)
        return real(*args, **kwargs)

    return count_and_do


def test_of_two_at_once_who_want_the_same_address_in_the_web_one_is_refused(database: str) -> None:
    slug = fields()["slug"]

    def attempt(_n: int) -> TenantRef | Refusal:
        try:
            return sign_up(**fields(slug=slug), now=NOW)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(attempt, range(2)))
    assert [type(result) for result in results if isinstance(result, Refusal)] == [SlugTaken]


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
    client = Browser(csrf=True, headers={"host": "localhost"})
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


def test_two_behind_one_address_with_one_key_see_nothing_of_each_other(platform_client: Client) -> None:
    key, slug = f"k-{secrets.token_hex(6)}", f"n-{secrets.token_hex(6)}"
    body = {"name": "Mine", "slug": slug, "email": f"{slug}@example.com", "password": "correct horse 9 battery"}

    def ask(**changes: str) -> Any:
        said: Any = {**body, **changes}
        return platform_client.post(
            "/api/v1/tenants", said, content_type="application/json", headers={"idempotency-key": key}
        )

    first = ask()
    assert first.status_code == 201, first.content
    other = {"slug": f"{slug}-2", "email": f"2-{slug}@example.com"}
    for changes in ({"password": "another horse 9 battery"}, other):
        neighbour = ask(**changes)
        assert (neighbour.status_code, neighbour.json()["code"]) == (422, "idempotency_key_reused")
        assert slug not in neighbour.content.decode()
        assert first.json()["id"] not in neighbour.content.decode()
    assert ask().content == first.content, "who sends the same, password and all, is the same"
