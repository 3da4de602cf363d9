"""Every list of the API: there and back page by page, with cursors that are good for it alone."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from config.openapi import render_openapi
from conversations.automation.reactions import READERS as AUTOMATION
from conversations.channels.webchat.commands import add_inbox
from conversations.contacts.consent.commands import Said, say
from conversations.contacts.consent.rules import Proof
from conversations.definitions.commands import publish
from conversations.engine.readers import Progress, run_readers
from conversations.searching.indexing import READER as SEARCHING
from conversations.threads.api.shapes import MOST_EVENTS
from conversations.threads.events import NotePosted
from conversations.threads.mentions import write_mentions
from conversations.tickets.reports.models import PromiseOutcome
from tenants.context import platform_context, tenant_context
from tenants.exports.commands import get_storage
from tenants.exports.models import Export
from tenants.models import Membership
from tenants.paging import MOST
from tests.conftest import MakeTenant
from tests.contracts.stock import JSON, Stock
from tests.rows import NOW
from tests.shop import Guest

DOCUMENT: Final = render_openapi()
SEARCH: Final = "/api/v1/search"
NEEDED: Final[dict[str, dict[str, Any]]] = {SEARCH: {"q": "one two"}}  # what a list cannot be asked without
FEED: Final = "/api/v1/events"  # goes on by positions, whether or not there is more already


def _lists() -> dict[str, list[str]]:
    """Answer the parameters of every list, by its path."""
    found = {}
    for path, methods in DOCUMENT["paths"].items():
        content = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        name = content.get(JSON, {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if "results" in DOCUMENT["components"]["schemas"].get(name, {}).get("properties", {}):
            assert {"next", "previous"} <= set(DOCUMENT["components"]["schemas"][name]["required"]), path
            found[path] = [said["name"] for said in methods["get"]["parameters"] if said["in"] == "query"]
    return found


LISTS: Final = _lists()


def test_every_list_takes_a_limit_and_a_cursor() -> None:
    assert len(LISTS) > 20
    assert {path for path, names in LISTS.items() if not {"limit", "cursor"} <= set(names)} == {FEED}


@pytest.fixture
def full(stock: Stock, make_tenant: MakeTenant) -> dict[str, str]:
    """Let every list hold two rows at least; answer what stands in the paths."""
    guest = _talk(stock)
    _publish(stock)
    makers: list[Callable[[], object]] = [stock.site, stock.domain, stock.key, stock.invitation, stock.connection]
    makers += [stock.offer, stock.invite, stock.session, partial(stock.factor, confirmed=True), partial(_export, stock)]
    makers.append(stock.delivery)
    for make in makers * 2:
        make()
    for url in ("https://one.example", "https://two.example"):
        _post(stock.owner, "/api/v1/webhooks", url=url)
        _post(stock.owner, "/api/v1/installs", name=url, inbox=stock.shop.inbox)
    _post(stock.owner, f"/api/v1/inboxes/{stock.shop.inbox}/identity-secrets")
    _post(stock.owner, f"/api/v1/inboxes/{stock.shop.inbox}/identity-secrets")
    person = stock.owner.get("/api/v1/me").json()["person"]["id"]
    _name(stock, guest, UUID(person))
    with platform_context():
        there = make_tenant(name="Branch").id
        Membership.objects.create(tenant_id=there, person_id=person, role="viewer", joined_at=NOW)
    with tenant_context(stock.shop.tenant):
        add_inbox(name="Second", now=NOW)
    _know(stock, guest)
    for kind in ("answer", "note"):
        path = f"/api/v1/me/drafts/{guest.conversation}/{kind}"
        stock.owner.put(path, {"text": "Dear", "version": 1}, content_type=JSON)
    stock.anybody.defaults["HTTP_AUTHORIZATION"] = guest.headers["authorization"]
    ticket = _work(stock, guest)
    with tenant_context(stock.shop.tenant):
        run_readers(readers=[SEARCHING], now=datetime.now(UTC))
    return {
        "conversation": str(guest.conversation),
        "contact": str(guest.actor.id),
        "key": "hello",
        "kind": "canned_reply",
        "webhook": stock.hook(),
        "ticket": ticket,
        "run": _rule(stock),
    }


def _rule(stock: Stock) -> str:
    """Let a rule be refused something twice, and be tried twice; answer the second dry run."""
    body = {"name": "R", "when": {"event": "message.received"}, "actions": [{"do": "snooze"}]}
    with tenant_context(stock.shop.tenant):
        publish(kind="rule", key="refused", body=body, now=NOW)
    for text in ("one", "two"):
        stock.shop.welcome(text=text)
    runs = [stock.dry_run() for _ in range(2)]
    for due in (False, False, True, True):
        with tenant_context(stock.shop.tenant):
            while run_readers(readers=AUTOMATION, now=datetime.now(UTC), due=due) is Progress.MORE:
                pass
    return runs[1]


def _know(stock: Stock, guest: Guest) -> None:
    """Let a contact be known by two names, two more have one of them, and two others be merged into that contact."""
    base = "/api/v1/contacts"
    for number, contact in enumerate([guest, guest, *(stock.shop.welcome(text="like") for _ in range(2))]):
        named = {"kind": "wechat", "value": f"lei-{min(number, 1)}"}
        _post(stock.owner, f"{base}/{contact.actor.id}/identities", **named)
    for merged in (stock.shop.welcome(text="same") for _ in range(2)):
        _post(stock.owner, f"{base}/{merged.actor.id}/merge", into=str(guest.actor.id))
    with tenant_context(stock.shop.tenant):
        publish(kind="purpose", key="offers", body={"name": "Offers", "wording": {"en": "May we?"}}, now=NOW)
        for given in (True, False):
            said = Said(given=given, how="phone", language=None, proof=Proof(note="called"))
            say(contact=guest.actor.id, purpose="offers", said=said, by=None, now=NOW)


def _work(stock: Stock, guest: Guest) -> str:
    """Open two tickets; answer one in which twice something is said and done."""
    base = "/api/v1/tickets"
    for title in ("one", "two"):
        _post(stock.owner, base, title=title, contact=str(guest.actor.id))
    ticket = stock.owner.get(base).json()["results"][0]["id"]
    for _ in range(2):
        _post(stock.owner, f"{base}/{ticket}/comments", text="Soon")
        _post(stock.owner, f"{base}/{ticket}/time", amount=1)
    for name in ("one", "two"):
        file = f"{base}/{ticket}/files?name={name}.txt&id={name}"
        assert stock.owner.post(file, name.encode(), content_type="application/octet-stream").status_code == 201
    _break_promises(stock, str(ticket))
    return str(ticket)


def _break_promises(stock: Stock, ticket: str) -> None:
    """Let two promises of a ticket have been broken."""
    now = datetime.now(UTC)
    for promise in ("update", "resolution"):
        said = {"promise": promise, "policy": "p", "version": 1, "start": now, "at": now, "outcome": "broken"}
        with tenant_context(stock.shop.tenant):
            PromiseOutcome.objects.create(ticket=ticket, **said)


def _talk(stock: Stock) -> Guest:
    guests = [stock.shop.welcome(text=text) for text in ("one", "two")]
    stock.shop.say(guests[0].conversation, guests[0].actor, "and three")
    stock.shop.write(guests[0].conversation, [NotePosted(name="Ada", text=text) for text in ("one", "two")])
    return guests[0]


def _name(stock: Stock, guest: Guest, person: UUID) -> None:
    facts = [NotePosted(name="Ada", text=text, mentions=(person,)) for text in ("one", "two")]
    notes = stock.shop.write(guest.conversation, facts)
    with tenant_context(stock.shop.tenant):
        write_mentions(notes=notes)


def _publish(stock: Stock) -> None:
    for key, name in (("hello", "Hello"), ("hello", "Hi"), ("bye", "Bye")):
        path = f"/api/v1/definitions/canned_reply/{key}"
        body = {"name": name, "texts": {"en": name}}
        draft = stock.owner.put(f"{path}/draft", {"body": body, "revision": 0}, content_type=JSON).json()
        _post(stock.owner, f"{path}/publish", revision=draft["draft"]["revision"])


def _export(stock: Stock) -> None:
    with platform_context():
        said: Any = {"asked_by": stock.shop.tenant.id, "asked_at": NOW, "state": "ready", "size": 1}
        row = Export.objects.create(tenant_id=stock.shop.tenant.id, **said)
        get_storage().save(row.file, ContentFile(b"x"))


def _post(client: Client, path: str, **body: object) -> None:
    answer = client.post(path, body, content_type=JSON)
    assert answer.status_code < 300, answer.content


def _path(path: str, names: dict[str, str], stock: Stock) -> str:
    return path.format(**{**names, "key": stock.shop.inbox} if "/inboxes/" in path else names)


def _choose(client: Client) -> None:
    assert client.put("/api/v1/me/presence", {"state": "busy"}, content_type=JSON).status_code == 200
    assert client.put("/api/v1/me/presence", {"state": "away"}, content_type=JSON).status_code == 200


def _asker(stock: Stock, path: str) -> Client:
    return stock.anybody if path.startswith("/api/v1/visitors/") else stock.owner


def test_there_and_back(full: dict[str, str], stock: Stock, colleague: Client) -> None:
    for client in (stock.owner, colleague):
        _choose(client)
    for path in LISTS.keys() - {FEED}:
        address = _path(path, full, stock)
        needed = NEEDED.get(path, {})
        asker = _asker(stock, path)
        whole = asker.get(address, {"limit": 200, **needed}).json()
        assert len(_rows(whole)) >= 2, path
        assert (whole["next"], whole["previous"]) == (None, None), path
        first = _follow(asker, asker.get(address, {"limit": 1, **needed}).json(), "next")
        assert [row for page in first for row in _rows(page)] == _rows(whole), path
        back = _follow(asker, first[-1], "previous")
        assert [_rows(page) for page in back[::-1]] == [_rows(page) for page in first], path


def _rows(page: Any) -> list[Any]:
    """Answer the rows without what is counted up to now."""
    return [{name: value for name, value in row.items() if not name.endswith("_s")} for row in page["results"]]


def _follow(client: Client, page: Any, side: str) -> list[Any]:
    pages = [page]
    while pages[-1][side]:
        pages.append(client.get(pages[-1][side]).json())
        assert len(pages) < 100
    return pages


def test_a_cursor_is_good_for_one_list_with_the_same_filters(full: dict[str, str], stock: Stock) -> None:
    stock.shop.welcome(text="one more")
    (cursor,) = _cursors(stock, "/api/v1/conversations", {"limit": 1, "status": "open"})
    asked: dict[str, Any] = {"status": "open", "limit": 2, "expand": "inbox"}
    assert stock.owner.get("/api/v1/conversations", {**asked, "cursor": cursor}).status_code == 200
    for other in ({}, {"status": "resolved"}, {"status": "open", "order": "last_at"}):
        _refuse(stock.owner.get("/api/v1/conversations", {**other, "cursor": cursor}))
    for path in LISTS.keys() - {FEED, "/api/v1/conversations"}:
        _refuse(_asker(stock, path).get(_path(path, full, stock), {"cursor": cursor, **NEEDED.get(path, {})}))


def _cursors(stock: Stock, path: str, asked: dict[str, Any]) -> list[str]:
    return parse_qs(urlsplit(stock.owner.get(path, asked).json()["next"]).query)["cursor"]


def test_nothing_is_asked_that_a_list_does_not_know(full: dict[str, str], stock: Stock) -> None:
    for path in LISTS:
        most = MOST_EVENTS if path == FEED else MOST
        for asked in ({"colour": "red"}, {"limit": "0"}, {"limit": str(most + 1)}, {"limit": ["1", "2"]}):
            answer = _asker(stock, path).get(_path(path, full, stock), {**asked, **NEEDED.get(path, {})})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, next(iter(asked))), path


def _refuse(answer: Any) -> None:
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor"), answer.content
