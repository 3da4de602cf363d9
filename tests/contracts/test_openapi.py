"""The API's document: complete, served as committed, shown as a page, and every example in it works."""

import json
import re
import secrets
from collections.abc import Iterator
from typing import Final

import pytest
from django.conf import settings

from config.management.commands.catalogues import DOCS
from config.openapi import find_operations, render_openapi
from tests.conftest import ClientFor, MakeMember
from tests.contracts.calling import OPERATIONS, call
from tests.contracts.stock import JSON, Stock, fill, stock_up
from tests.naming import Names, serving_names
from tests.shop import Shop

DOCUMENT: Final = render_openapi()


def test_every_view_says_what_it_answers() -> None:
    found = list(find_operations())
    assert [f"{o.method} {o.path}" for o in found if o.said is None] == []
    assert len(found) == len(OPERATIONS) > 30
    names = [said["operationId"] for methods in DOCUMENT["paths"].values() for said in methods.values()]
    assert len(set(names)) == len(names)


def test_shapes_have_names_of_their_own() -> None:
    """Two of the same name would be told apart by their modules, which no client can be made of."""
    assert [name for name in DOCUMENT["components"]["schemas"] if "." in name] == []


def test_the_document_is_served(shop: Shop, client_for: ClientFor) -> None:
    served = client_for(shop.tenant).get("/api/v1/openapi.json")
    assert served.json() == json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))


def test_the_page(shop: Shop, client_for: ClientFor) -> None:
    page = client_for(shop.tenant).get("/api/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert all(f">{method.upper()} {path}<" in text for path, found in DOCUMENT["paths"].items() for method in found)
    assert "API keys need <code>conversations.view</code> and <code>conversations.reply</code>." in text
    assert "/api/v1/company -b &quot;$COOKIES&quot; -H &quot;X-CSRFToken: $TOKEN&quot;" in text
    assert "/api/v1/visitors/conversation -H &quot;Authorization: Visitor $TOKEN&quot;" in text
    assert "<script" not in text
    assert not re.search(r"style=|<style|\son\w+=", text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text), "nothing comes from elsewhere"


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    with serving_names() as names:
        monkeypatch.setattr(settings, "YUNKE_DNS_SERVERS", names.address)
        yield names


def test_every_example_works(shop: Shop, make_member: MakeMember, client_for: ClientFor, dns: Names) -> None:
    """Each against a company where everything it names is there."""
    stock = stock_up(shop=shop, make_member=make_member, client_for=client_for, email="ada@acme.example")
    stock.dns = dns
    for name, operation in OPERATIONS.items():
        guest = shop.welcome(text="hello")
        names = stock.names(operation.path, operation.method.upper(), guest)
        media = operation.definition.raw.get("requestBody", {}).get("content", {}).get("application/json", {})
        more = {"body": fill(media["example"], stock), "media_type": "application/json"} if media else {}
        if is_file := operation.path.endswith("/files") and name.startswith("POST"):
            more = {"body": b"What they bought", "media_type": "application/octet-stream"}
        query = {"name": "list.txt", "id": "list"} if is_file else {}
        query |= {"revision": "1"} if name.startswith("DELETE") and "draft" in name else {}
        query |= {"q": "hello"} if name == "GET /api/v1/search" else {}
        case = operation.Case(path_parameters=names, query=query, **more)
        answer = call(stock.client_for(operation.path, guest), case)
        assert answer.status_code < 300, (name, answer.text)
        if "company/deletion" in name:
            stock.open()
        if name == "DELETE /api/v1/session":
            stock.owner.post("/api/v1/session", DOCUMENT_CREDENTIALS, content_type="application/json")
        if name == "POST /api/v1/me/password":
            back = {"old": media["example"]["new"], "new": media["example"]["old"]}
            stock.owner.post("/api/v1/me/password", back, content_type="application/json")


DOCUMENT_CREDENTIALS: Final = DOCUMENT["paths"]["/api/v1/session"]["post"]["requestBody"]["content"][
    "application/json"
]["example"]


def test_it_says_where_a_company_is_now_and_when_to_try_again() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for method, said in methods.items():
            where = f"{method} {path}"
            assert {"`unavailable`", "`busy`"} <= set(
                re.findall("`[a-z_]+`", said["responses"]["503"]["description"])
            ), where
            for status in said["responses"].keys() & {"429", "503"}:
                assert "Retry-After" in said["responses"][status]["headers"], where
            assert ("308" in said["responses"]) is not path.startswith("/api/v1/visitors"), where


def test_what_is_answered_under_an_old_address(stock: Stock) -> None:
    change = OPERATIONS["PATCH /api/v1/company"]
    assert (
        call(stock.owner, change.Case(body={"slug": f"m-{secrets.token_hex(6)}"}, media_type=JSON)).status_code == 200
    )
    for name in ("GET /api/v1/conversations", "POST /api/v1/keys"):
        answer = call(stock.owner, OPERATIONS[name].Case())
        assert (answer.status_code, answer.json()["code"]) == (308, "moved")
