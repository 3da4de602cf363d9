"""Files of a ticket: added by either side, given by a short link as something to be saved, gone with the contact."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from conversations.files import keeping
from conversations.threads.actors import SYSTEM
from conversations.threads.erasure import erase_contact
from conversations.tickets import filing
from tenants.context import tenant_context
from tests.apps.tickets.office import TICKETS, Office
from tests.apps.tickets.test_customer import Customer
from tests.conftest import ClientFor
from tests.rules.test_files import PNG

RAW = "application/octet-stream"


@pytest.fixture
def customer(office: Office, client_for: ClientFor) -> Customer:
    return Customer(office, client_for(office.shop.tenant))


def add(client: Client, path: str, data: bytes = PNG, *, name: str = "photo.png", id_: str = "a") -> Any:
    return client.post(f"{path}/files?name={name}&id={id_}", data, content_type=RAW)


def folder(office: Office, ticket: dict[str, Any]) -> Path:
    root: Any = settings.STORAGES["files"]
    return Path(str(root["OPTIONS"]["location"])) / str(office.shop.tenant.id) / str(ticket["id"])


def test_an_agent_adds_a_file_and_the_customer_saves_it(customer: Customer) -> None:
    office, path = customer.office, f"{TICKETS}/{customer.ticket['id']}"
    made = add(office.browser, path)
    assert made.status_code == 201, made.content
    assert (made.json()["name"], made.json()["media"], made.json()["size"]) == ("photo.png", "image/png", len(PNG))
    again = add(office.browser, path)
    assert again.json()["id"] == made.json()["id"]
    assert add(office.browser, path, PNG + b"1").json()["code"] == "conflict"
    (listed,) = office.browser.get(f"{path}/files").json()["results"]
    assert listed["id"] == made.json()["id"]
    assert "photo.png" in customer.look()
    led = customer.client.get(f"{customer.path}/files/{listed['id']}")
    assert led.status_code == 302
    given = customer.client.get(led["Location"])
    assert given.content == PNG
    assert given["Content-Type"] == "image/png"
    assert given["Content-Disposition"] == 'attachment; filename="photo.png"'
    assert "sandbox" in given["Content-Security-Policy"]


def test_a_customer_adds_files_with_their_answer(customer: Customer) -> None:
    office = customer.office
    office.ask("post", f"/{customer.ticket['id']}/comments", {"text": "A picture, please"}, status=201)
    office.change(customer.ticket, status="pending")
    files: Any = [SimpleUploadedFile("one.png", PNG), SimpleUploadedFile("two.txt", b"Two")]
    for _ in range(2):
        for file in files:
            file.seek(0)
        customer.act("answer", text="Here", id="1", files=files)
    assert customer.now()["category"] == "open"
    names = [each["name"] for each in office.ask("get", f"/{customer.ticket['id']}/files")["results"]]
    assert names == ["one.png", "two.txt"]
    assert office.kinds(customer.ticket).count("commented") == 2


def test_what_is_not_taken_takes_nothing_along(customer: Customer) -> None:
    bad: Any = [SimpleUploadedFile("tool.png", b"MZ\x90\x00")]
    refused = customer.act("answer", text="With a tool", status=415, files=bad)
    assert "With a tool" in refused
    assert "Nothing was sent yet" in refused
    assert "commented" not in customer.office.kinds(customer.ticket)
    path = f"{TICKETS}/{customer.ticket['id']}"
    assert add(customer.office.browser, path, b"\x00").json()["code"] == "file_not_taken"
    customer.office.change(customer.ticket, status="closed")
    assert add(customer.office.browser, path).json()["code"] == "closed"
    assert not list(folder(customer.office, customer.ticket).glob("*"))


def test_a_link_gives_one_file_for_a_while(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    office, path = customer.office, f"{TICKETS}/{customer.ticket['id']}"
    url = add(office.browser, path).json()["url"]
    token = "/files/" + url.rpartition("/")[2]
    assert customer.client.get(token).status_code == 200
    assert customer.client.get(token[:-3] + "AAA").status_code == 404
    assert customer.client.get(f"{customer.path}/files/{UUID(int=4)}").status_code == 404
    monkeypatch.setattr("conversations.files.link.LIVES_S", -1)
    assert customer.client.get(token).status_code == 404


def test_who_reads_no_names_gets_no_file(customer: Customer) -> None:
    path = f"{TICKETS}/{customer.ticket['id']}"
    add(customer.office.browser, path)
    (seen,) = customer.office.program("tickets.view").get(f"{path}/files").json()["results"]
    assert (seen["name"], seen["url"]) == (None, None)


def test_they_are_gone_with_the_contact(customer: Customer) -> None:
    office = customer.office
    add(office.browser, f"{TICKETS}/{customer.ticket['id']}")
    assert len(list(folder(office, customer.ticket).iterdir())) == 1
    with tenant_context(office.shop.tenant):
        erase_contact(contact=customer.guest.actor.id, actor=SYSTEM, now=datetime.now(UTC))
        (left,) = filing.get_files(ticket=UUID(customer.ticket["id"]))
    assert (left.body["name"], left.body["by"]) == ("", "")
    assert not folder(office, customer.ticket).exists()


def test_they_are_gone_with_the_company(customer: Customer) -> None:
    add(customer.office.browser, f"{TICKETS}/{customer.ticket['id']}")
    keeping.drop_tenant(tenant=customer.office.shop.tenant.id)
    keeping.drop_tenant(tenant=customer.office.shop.tenant.id)
    assert not folder(customer.office, customer.ticket).parent.exists()


def test_there_is_room_for_so_many(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "MOST", 1)
    path = f"{TICKETS}/{customer.ticket['id']}"
    assert add(customer.office.browser, path).status_code == 201
    assert add(customer.office.browser, path, id_="b").json()["code"] == "ticket_full"
    assert add(customer.office.browser, path, id_="a").status_code == 201, "what is there already"
    assert len(list(folder(customer.office, customer.ticket).iterdir())) == 1
