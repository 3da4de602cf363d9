"""Setting the provider, the domains and what is required, by API and page; proved by a real DNS server."""

import secrets
from typing import Any

import pyotp
import pytest
from django.conf import settings
from django.test import Client

from tenants.context import platform_context
from tenants.models import AuditNote, SsoProvider
from tests.apps.sso.conftest import House
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.naming import serving_names
from tests.oidc import CLIENT, SECRET, Provider

JSON = "application/json"


def put(client: Client, path: str, body: object) -> Any:
    return client.put(f"/api/v1/{path}", body, content_type=JSON)


def test_the_provider_is_set_shown_and_forgotten(house: House) -> None:
    owner = house.client_for(house.tenant, house.owner)
    shown = owner.get("/api/v1/sso").json()
    assert (shown["issuer"], shown["on"], shown["only"]) == (house.idp.issuer, True, False)
    assert shown["redirect_uri"].endswith("/sign-in/sso/callback")
    with platform_context():
        kept = SsoProvider.objects.get(tenant_id=house.tenant.id)
        assert SECRET not in kept.secret
    body = {"issuer": house.idp.issuer, "client_id": CLIENT, "role": None, "on": True}
    assert put(owner, "sso", body).json()["role"] is None
    with platform_context():
        assert SsoProvider.objects.get(tenant_id=house.tenant.id).secret == kept.secret
        note = AuditNote.objects.filter(tenant=house.tenant.id, action="sso.changed").order_by("id").last()
    assert note
    assert note.before
    assert note.after
    assert (note.before["role"], note.after["role"], SECRET in str(note.after)) == ("agent", None, False)
    assert owner.delete("/api/v1/sso").status_code == 204
    assert owner.get("/api/v1/sso").json()["issuer"] is None
    assert house.client_for(house.tenant).get("/sign-in/sso").status_code == 404


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"issuer": "ftp://x"}, "issuer"),
    ({"issuer": "https://x.example/?a=b"}, "issuer"),
    ({"issuer": "https://x.example/#a"}, "issuer"),
    ({"issuer": "http://127.0.0.1:1", "client_secret": "x"}, "issuer"),
    ({"issuer": "http://10.0.0.1", "client_secret": "x"}, "issuer"),
    ({"issuer": "https://new.example"}, "client_secret"),
    ({"client_id": ""}, "client_id"),
    ({"role": "owner"}, "role"),
    ({"role": "king"}, "role"),
    ({"on": False, "only": True}, "only"),
)


def test_what_cannot_be_is_refused(house: House) -> None:
    owner = house.client_for(house.tenant, house.owner)
    for changes, field in REFUSED:
        answer = put(owner, "sso", {"issuer": house.idp.issuer, "client_id": CLIENT, "on": True, **changes})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_what_a_provider_opened_is_closed_with_it(house: House) -> None:
    owner = house.client_for(house.tenant, house.owner)
    browser, _ = house.sign_in(email=house.address())
    assert browser.get("/api/v1/me").status_code == 200
    house.set(role=None)
    assert browser.get("/api/v1/me").status_code == 200
    house.set(on=False)
    assert browser.get("/api/v1/me").status_code == 401
    assert owner.get("/api/v1/me").status_code == 200


def test_only_who_manages_the_company_sees_it(house: House, make_member: MakeMember) -> None:
    admin = house.client_for(house.tenant, make_member(house.tenant, role="admin"))
    for path in ("sso", "sso/domains", "security"):
        assert admin.get(f"/api/v1/{path}").status_code == 403
    assert admin.get("/settings/security").status_code == 403
    assert put(admin, "security", {"second_factor": True}).status_code == 403


def test_a_domain_is_proved_by_its_record(house: House, make_tenant: MakeTenant, make_member: MakeMember) -> None:
    owner = house.client_for(house.tenant, house.owner)
    name = f"{secrets.token_hex(4)}.example"
    made = owner.post("/api/v1/sso/domains", {"domain": f" {name.upper()}. "}, content_type=JSON).json()
    assert (made["domain"], made["proved_at"]) == (name, None)
    path = f"/api/v1/sso/domains/{made['id']}"
    assert owner.post("/api/v1/sso/domains", {"domain": name}, content_type=JSON).json()["code"] == "domain_there"
    with serving_names() as names, pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "YUNKE_DNS_SERVERS", names.address)
        for texts in ([], ['"yunke-verification=wrong"'], ['"v=spf1"']):
            names.put(made["record_name"], "TXT", *texts)
            assert owner.post(f"{path}/check", {}, content_type=JSON).json()["code"] == "domain_not_proved"
        names.put(made["record_name"], "TXT", '"v=spf1"', f'"{made["record_text"]}"')
        assert owner.post(f"{path}/check", {}, content_type=JSON).json()["proved_at"]
    there = make_tenant()
    other = house.client_for(there, make_member(there, role="owner"))
    assert other.post(f"{path}/check", {}, content_type=JSON).status_code == 404
    assert other.delete(path).status_code == 404
    assert house.sign_in(email=f"new@{name}")[1].status_code == 302
    assert owner.delete(path).status_code == 204
    assert house.sign_in(sub="s-9", email=f"other@{name}")[1].status_code == 403


def test_domains_that_are_none(house: House) -> None:
    owner = house.client_for(house.tenant, house.owner)
    for domain in (
        "",
        "localhost",
        "a b.example",
        "-a.example",
        "1.2.3.4",
        "x" * 64 + ".example",
        "a..b",
        "例え." * 60,
    ):
        answer = owner.post("/api/v1/sso/domains", {"domain": domain}, content_type=JSON)
        assert answer.status_code == 422, domain
    made = owner.post("/api/v1/sso/domains", {"domain": "例子.example"}, content_type=JSON)
    assert made.json()["domain"].startswith("xn--")


def test_the_page_does_it_all(house: House, idp: Provider) -> None:
    owner = house.client_for(house.tenant, house.owner)
    assert idp.issuer in owner.get("/settings/security").content.decode()
    wrong = owner.post(
        "/settings/security", {"do": "set", "issuer": "http://127.0.0.1:1", "client_id": "x", "on": "on"}
    )
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.content.decode()
    form = {"do": "set", "issuer": idp.issuer, "client_id": CLIENT, "client_secret": SECRET, "role": "", "on": "on"}
    assert owner.post("/settings/security", form).headers["location"] == "/settings/security?saved=set"
    refused = owner.post("/settings/security", {**form, "only": "on"})
    assert "Only an owner with a second factor" in refused.content.decode()
    owner.post("/settings/security", {"do": "add_domain", "domain": "acme.example"})
    page = owner.get("/settings/security").content.decode()
    assert "_yunke.acme.example TXT yunke-verification=" in page
    assert owner.post("/settings/security", {"do": "remove_domain", "id": "x"}).status_code == 302
    owner.post("/settings/security", {"do": "require", "second_factor": "on"})
    assert owner.get("/settings/security").headers["location"].startswith("/sign-in")
    assert owner.get("/sign-in").headers["location"] == "/settings/second-factor"


def test_whoever_must_enrol_does_so_on_the_page(house: House, client_for: ClientFor) -> None:
    owner = client_for(house.tenant, house.owner)
    owner.post("/settings/security", {"do": "require", "second_factor": "on"})
    page = owner.get("/settings/second-factor")
    assert "requires a second factor" in page.content.decode()
    begun = owner.post("/settings/second-factor", {"do": "begin", "name": "Phone"}).content.decode()
    factor = begun.partition('name="factor" value="')[2].partition('"')[0]
    secret = begun.partition('<code class="code">')[2].partition("<")[0].replace(" ", "")
    picture = owner.get(f"/settings/second-factor/{factor}.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    wrong = owner.post("/settings/second-factor", {"do": "confirm", "factor": factor, "code": "000000"})
    assert "not right" in wrong.content.decode()
    form = {"do": "confirm", "factor": factor, "code": pyotp.TOTP(secret).now()}
    done = owner.post("/settings/second-factor", form).content.decode()
    assert done.count("-") >= 30
    assert owner.get("/api/v1/me").status_code == 200
    assert owner.get(f"/settings/second-factor/{factor}.svg").status_code == 404
