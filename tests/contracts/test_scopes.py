"""What an API key needs for each operation is what the document says, and what the probe's register says."""

from typing import Any, Final

from django.test import Client

from config.openapi import Operation, find_operations
from tenants.members.permissions import KEY_SCOPES
from tests.architecture.probe.classes import Who
from tests.architecture.probe.register import ENTRIES
from tests.conftest import ClientFor
from tests.contracts.calling import OPERATIONS, call
from tests.contracts.stock import JSON, Stock, fill

NEEDED: Final = {f"{one.method.upper()} {one.path}": one for one in find_operations()}
TO_KEYS: Final = {name: one.said.scopes for name, one in NEEDED.items() if one.serves_keys and one.said}


SIGN_OUT: Final = ("delete", "/api/v1/session")
UNKNOWN: Final = {"field": "colour", "code": "unknown", "detail": "There is no such parameter."}


def needs(operation: dict[str, Any]) -> list[list[str]]:
    """Answer what a key needs as the document says it; nothing where no key is served."""
    return [scheme["key"] for scheme in operation["security"] if "key" in scheme]


def test_the_document_says_what_the_register_says() -> None:
    entries = [entry for entry in ENTRIES if Who.KEY in entry.who and Who.NOBODY not in entry.who]
    served = {entry.name.removeprefix("tenant ") for entry in entries}
    assert {name for name in served if name in NEEDED} == TO_KEYS.keys()
    for name, scopes in TO_KEYS.items():
        assert needs(OPERATIONS[name].definition.raw) == [list(scopes or ())], name
        assert set(scopes or ()) <= KEY_SCOPES, name
    assert [name for name in OPERATIONS.keys() - TO_KEYS.keys() if needs(OPERATIONS[name].definition.raw)] == []


class Keys:
    """Programs of a company, one a set of scopes."""

    def __init__(self, stock: Stock, client_for: ClientFor) -> None:
        self._stock, self._client_for = stock, client_for
        self._secrets: dict[frozenset[str], str] = {}

    def program(self, scopes: frozenset[str]) -> Client:
        if scopes not in self._secrets:
            body = {"name": "Robot", "scopes": sorted(scopes)}
            self._secrets[scopes] = self._stock.owner.post("/api/v1/keys", body, content_type=JSON).json()["secret"]
        client = self._client_for(self._stock.shop.tenant)
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {self._secrets[scopes]}"
        return client


def ask(name: str, client: Client, stock: Stock) -> Any:
    """Make the call of the document's example."""
    operation, guest = OPERATIONS[name], stock.shop.welcome(text="hello")
    media = operation.definition.raw.get("requestBody", {}).get("content", {}).get(JSON, {})
    more = {"body": fill(media["example"], stock), "media_type": JSON} if media else {}
    names = stock.names(operation.path, operation.method.upper(), guest)
    if "{seq}" in operation.path:  # what one says oneself is one's own to change
        path = f"/api/v1/conversations/{guest.conversation}/messages"
        names["seq"] = client.post(path, {"text": "Mine"}, content_type=JSON).json().get("seq", names["seq"])
    answer = call(client, operation.Case(path_parameters=names, **more))
    if "company/deletion" in name:
        stock.open()
    return answer


def test_a_key_needs_these_scopes_and_no_others(stock: Stock, client_for: ClientFor) -> None:
    keys = Keys(stock, client_for)
    for name, scopes in TO_KEYS.items():
        needed = frozenset(scopes or ())
        answer = ask(name, keys.program(needed), stock)
        assert answer.status_code not in {401, 403}, (name, answer.text)
        for scope in needed:
            refused = ask(name, keys.program(KEY_SCOPES - {scope}), stock)
            assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed"), name
            assert refused.json()["detail"] == f"This API key lacks the scope {scope}."


def test_what_people_do_themselves(stock: Stock, client_for: ClientFor) -> None:
    program = Keys(stock, client_for).program(KEY_SCOPES)
    for name, operation in NEEDED.items():
        if operation.serves_keys or not _is_guarded(operation):
            continue
        refused = ask(name, program, stock)
        assert refused.status_code in {401, 403}, (name, refused.text)
        if refused.status_code == 403:
            assert refused.json()["detail"] == "People do this themselves: no API key may."


def _is_guarded(operation: Operation) -> bool:
    return bool(operation.view.permission_classes) or (operation.method, operation.path) == SIGN_OUT


def test_parameters_that_an_operation_does_not_take(stock: Stock, client_for: ClientFor) -> None:
    asked = 0
    for name, operation in NEEDED.items():
        if operation.said is None or operation.said.query is not None:
            continue
        method, guest = operation.method.upper(), stock.shop.welcome(text="hello")
        path = operation.path.format(**stock.names(operation.path, method, guest))
        client = stock.client_for(operation.path, guest)
        answer = client.generic(method, f"{path}?colour=red", "{}", content_type=JSON)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), name
        assert answer.json()["errors"] == [UNKNOWN]
        if operation.view.permission_classes:
            nobody = client_for(stock.shop.tenant).generic(method, f"{path}?colour=red", "{}", content_type=JSON)
            assert nobody.status_code == 401, name
        if "company/deletion" in name:
            stock.open()
        asked += 1
    assert asked > 50
