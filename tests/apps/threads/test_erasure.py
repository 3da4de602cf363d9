"""Erasing a contact: a canary in every text that can be theirs is found nowhere afterwards; what happened is told."""

import json
import logging
import secrets
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test import Client

from conversations.access.models import IdempotencyKey
from conversations.contacts.commands import change
from conversations.contacts.consent.commands import Said, say
from conversations.contacts.consent.rules import Proof
from conversations.contacts.identities.commands import add as add_identity
from conversations.contacts.models import Contact, ContactIdentity
from conversations.definitions.commands import publish
from conversations.desk.events import ConversationTransferred
from conversations.engine.events import get_kinds
from conversations.engine.models import Event, ReaderCursor, Stream
from conversations.threads import commands
from conversations.threads.actors import Actor, of_member
from conversations.threads.erasure import erase_contact
from conversations.threads.events import ContactMerged, ConversationIntroduced, NotePosted
from conversations.threads.models import ConversationRow
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.exports.commands import ask_for_export, make_next
from tenants.members.member import Member
from tenants.refusals import Refusal
from tests.conftest import ClientFor, MakeMember
from tests.rows import NOW
from tests.shop import Guest, Shop

JSON = "application/json"


@pytest.fixture
def canary() -> str:
    """A word that nobody else says."""
    return f"canary-{secrets.token_hex(6)}"


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, role="owner")


@pytest.fixture
def browser(shop: Shop, owner: Member, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, owner)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    storage = FileSystemStorage(location=tmp_path)
    monkeypatch.setattr("tenants.exports.commands.get_storage", lambda: storage)
    return tmp_path


@pytest.fixture
def bus(database: str) -> Iterator[list[str]]:
    """Everything that is said on the bus during the test."""
    heard: list[str] = []
    with psycopg.connect(database, autocommit=True) as ear:
        ear.execute("LISTEN yunke")
        yield heard
        heard += [said.payload for said in ear.notifies(timeout=0.5)]


@pytest.fixture
def guest(shop: Shop, owner: Member, browser: Client, canary: str) -> Guest:
    """A contact whose canary is everywhere where it can be."""
    guest, agent = shop.welcome(text=f"{canary} asks"), of_member(member=owner)
    with tenant_context(shop.tenant):
        Contact.objects.filter(id=guest.actor.id).update(
            email=f"{canary}@example.com", phone=canary, external_id=canary
        )
        body = {"name": "Note", "type": "text"}
        publish(kind="contact_attribute", key="note", body=body, now=NOW)
        known: Any = {"name": f"{canary} Wang", "attributes": {"note": canary}}
        change(contact=guest.actor.id, **known, by=owner.person_id, now=NOW)
        ContactIdentity.objects.create(
            contact_id=guest.actor.id, kind="vouched", scope=shop.inbox, value=canary, created_at=NOW
        )
        named: Any = {"kind": "wechat", "value": canary, "verified": True, "prefer": False}
        add_identity(contact=guest.actor.id, **named, by=owner.person_id, now=NOW)
        publish(kind="purpose", key="offers", body={"name": "Offers", "wording": {"en": "May we?"}}, now=NOW)
        proved = Said(given=True, how="phone", language=None, proof=Proof(note=f"{canary} called"))
        say(contact=guest.actor.id, purpose="offers", said=proved, by=owner.person_id, now=NOW)
        where: Any = {"conversation": guest.conversation, "now": NOW}
        said = Actor("contact", guest.actor.id, f"{canary} Wang")
        commands.post_message(**where, actor=said, text=f"I am {canary}", client_id=canary)
        commands.post_message(**where, actor=agent, text=f"Hello {canary}", client_id="a1")
        commands.add_note(**where, actor=agent, text=f"{canary} is nice", client_id="n1")
        commands.tag(**where, actor=agent, add=[canary], remove=[])
        commands.assign(**where, actor=agent, to=owner.person_id)
        ReaderCursor.objects.create(reader="troubled", error=f"ValueError: {canary}")
    merged = ContactMerged(was=guest.actor.id, contact=guest.actor.id, name=canary, external_id=canary)
    introduced = ConversationIntroduced(language="en", answers={"name": f"{canary} Wang"})
    shop.write(guest.conversation, [merged, introduced, ConversationTransferred(by=None, words=f"{canary} asks")])
    take = f"/api/v1/conversations/{guest.conversation}/take"
    assert browser.post(take, {}, content_type=JSON, headers={"idempotency-key": "k1"}).status_code == 200
    return guest


def erase(browser: Client, guest: Guest) -> Any:
    answer = browser.post(f"/api/v1/contacts/{guest.actor.id}/erase", {}, content_type=JSON)
    assert answer.status_code == 200, answer.content
    return answer.json()


def dump(database: str) -> Iterator[tuple[str, str]]:
    """Every row of every table of the whole database, as text."""
    with psycopg.connect(database) as everything:
        tables = everything.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            with everything.cursor().copy(f'COPY "{schema}"."{table}" TO STDOUT') as rows:
                yield f"{schema}.{table}", b"".join(bytes(row) for row in rows).decode()


def find(database: str, canary: str) -> list[str]:
    return sorted({name.rpartition(".")[2] for name, text in dump(database) if canary in text})


def test_nothing_is_found_anywhere(
    shop: Shop,
    guest: Guest,
    owner: Member,
    browser: Client,
    database: str,
    folder: Path,
    bus: list[str],
    caplog: pytest.LogCaptureFixture,
    canary: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    with tenant_context(shop.tenant):
        ask_for_export(by=owner, language="en", now=NOW)
    while make_next(now=NOW):
        pass
    places = {"contact", "contact_consent", "contact_identity", "conversation", "event"}
    places |= {"idempotency_key", "reader_cursor"}
    assert set(find(database, canary)) == places, "the canary is everywhere where it can be"
    assert any(canary in _unpacked(file) for file in folder.iterdir())
    assert erase(browser, guest) == {"contact": str(guest.actor.id), "conversations": 1}
    assert find(database, canary) == []
    assert not any(canary in _unpacked(file) for file in folder.iterdir())
    for path in ("/api/v1/contacts", "/api/v1/conversations", "/api/v1/events"):
        assert canary not in browser.get(path).content.decode()
    assert canary not in caplog.text
    assert canary not in "".join(bus)


def _unpacked(file: Path) -> str:
    with tarfile.open(file) as tar:
        return "".join(content.read().decode() for info in tar if (content := tar.extractfile(info)))


def test_the_proof_knows_every_text_of_a_contact(tenant: TenantRef, canary: str) -> None:
    """A new text column of these tables needs a canary above, and to be erased; a new kind says what is personal."""
    personal = {
        "contact": {"name", "email", "phone", "external_id", "attributes", "not_same"},
        "contact_consent": {"purpose", "language", "how", "note"},
        "contact_identity": {"kind", "scope", "value"},
        "conversation": {"inbox", "status", "last_text", "last_author", "tags", "priority"},
        "event": {"kind", "client_id", "body"},
    }
    with platform_context(), connection.cursor() as cursor:
        for table, known in personal.items():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
                " AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY')",
                [tenant.schema, table],
            )
            assert {name for (name,) in cursor.fetchall()} == known, table
    # Words and keys of ours, names of languages, and names of files.
    free = {"inbox", "channel", "files", "author", "by", "language", "queue", "team", "priority", "type", "types"}
    free |= {"emoji", "if_answered", "reason", "purpose", "how", "media"}
    free |= {
        "prefix",
        "status",
        "was",
        "policy",
        "level",
        "key",
        "title",
    }  # of tickets: tests/apps/tickets/ has the rest
    for kind, cls in get_kinds().items():
        # Of tests, and of streams that are no conversation's.
        if kind.startswith(("test", "audit.", "automation.", "presence.")):
            continue
        texts = {name for name, type_ in cls.__annotations__.items() if "str" in str(type_) or type_ is str}
        assert texts - cls.personal <= free, kind


def test_what_happened_stays(shop: Shop, guest: Guest, browser: Client, owner: Member) -> None:
    before = shop.read(guest.conversation)
    erase(browser, guest)
    after = shop.read(guest.conversation)
    told = [(e.stream, e.seq, e.position, e.kind, e.at, e.sender) for e in after]
    assert told[: len(before)] == [(e.stream, e.seq, e.position, e.kind, e.at, e.sender) for e in before]
    assert [event.kind for event in after[len(before) :]] == [
        "contact.erased.v1",
        "conversation.assigned.v1",
        "conversation.resolved.v1",
    ]
    for was, is_ in zip(before, after, strict=False):
        assert is_.body.keys() == was.body.keys()
        assert {k: v for k, v in is_.body.items() if k not in is_.fact().personal} == {
            k: v for k, v in was.body.items() if k not in was.fact().personal
        }
    (shown,) = browser.get("/api/v1/conversations").json()["results"]
    assert (shown["status"], shown["last_text"], shown["contact"]["name"]) == ("resolved", "", "—")


def test_nobody_comes_in_and_nothing_is_written_any_more(
    shop: Shop, guest: Guest, browser: Client, client_for: ClientFor
) -> None:
    erase(browser, guest)
    visitor = client_for(shop.tenant)
    for path in ("/api/v1/visitors/conversation", "/api/v1/live-tickets"):
        assert visitor.post(path, {}, content_type=JSON, headers=guest.headers).status_code == 401
    again = visitor.post("/api/v1/visitors", {"inbox": shop.inbox}, content_type=JSON, headers=guest.headers).json()
    assert again["contact"]["id"] != str(guest.actor.id)
    said = {"id": "1", "text": "hello?"}
    late = browser.post(f"/api/v1/conversations/{guest.conversation}/messages", said, content_type=JSON)
    assert (late.status_code, late.json()["code"]) == (409, "closed")
    with pytest.raises(Refusal):
        shop.say(guest.conversation, guest.actor, "still here")


def test_again_it_erases_what_was_left(shop: Shop, guest: Guest, browser: Client, database: str, canary: str) -> None:
    erase(browser, guest)
    with tenant_context(shop.tenant):
        position = Event.objects.count()
        ConversationRow.objects.filter(id=guest.conversation).update(last_text=canary)
        IdempotencyKey.objects.create(
            digest="d", request="r", status=200, body=f"{guest.conversation} {canary}", asked_at=NOW
        )
    erase(browser, guest)
    assert find(database, canary) == []
    with tenant_context(shop.tenant):
        assert Event.objects.count() == position, "it is said once"


def test_whoever_was_merged_with_them_goes_along(
    shop: Shop, guest: Guest, browser: Client, database: str, canary: str
) -> None:
    other = shop.welcome(text="it is me, too")
    with tenant_context(shop.tenant):
        Contact.objects.filter(id=other.actor.id).update(merged_into=guest.actor.id, name=f"{canary} before")
    assert erase(browser, other)["contact"] == str(guest.actor.id)
    assert find(database, canary) == []


def test_killed_in_the_middle_nothing_has_happened(
    shop: Shop,
    guest: Guest,
    owner: Member,
    browser: Client,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    canary: str,
) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError

    before = list(dump(database))
    monkeypatch.setattr("conversations.threads.erasure.forget_errors", fail)
    with tenant_context(shop.tenant), pytest.raises(ZeroDivisionError):
        erase_contact(contact=guest.actor.id, actor=of_member(member=owner), now=NOW)
    changed = {name for (name, text), (_, was) in zip(dump(database), before, strict=True) if text != was}
    assert changed <= {"public.server_leases"}, "servers of other tests may be alive meanwhile"
    monkeypatch.undo()
    erase(browser, guest)
    assert find(database, canary) == []


def test_others_are_left_alone(shop: Shop, guest: Guest, browser: Client) -> None:
    other = shop.welcome(text="I am somebody else")
    before = shop.read(other.conversation)
    erase(browser, guest)
    assert shop.read(other.conversation) == before
    with tenant_context(shop.tenant):
        assert Stream.objects.get(id=other.conversation).is_open
    assert json.dumps(browser.get("/api/v1/conversations").json()).count("I am somebody else") == 1


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("supervisor", 403), ("agent", 403)])
def test_who_may(
    shop: Shop, guest: Guest, make_member: MakeMember, client_for: ClientFor, role: str, status: int
) -> None:
    client = client_for(shop.tenant, make_member(shop.tenant, role=role))
    assert client.post(f"/api/v1/contacts/{guest.actor.id}/erase", {}, content_type=JSON).status_code == status
    assert client.post(f"/api/v1/contacts/{guest.conversation}/erase", {}, content_type=JSON).status_code in {403, 404}


def test_a_tenant_reaches_no_other_by_the_function(shop: Shop, guest: Guest, tenant: TenantRef) -> None:
    assert NotePosted.personal == {"name", "text"}
    with platform_context(), connection.cursor() as cursor, pytest.raises(Exception, match="whose head"):
        cursor.execute("SELECT public.erase_events('{}', '{}')")
