"""Schemathesis over both documents: no 5xx, no status, media type or body that they do not name.

A few cases of each in every run; ten thousand by `YUNKE_API_CASES=10000 ./dev test tests/contracts/test_api_cases.py`.
"""

import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from tenants.members.invitations.commands import invite
from tenants.tries import Tries
from tests.apps.members.mails import code_to
from tests.conftest import MakeMember
from tests.contracts.calling import OF_PLATFORM, OPERATIONS, call
from tests.contracts.stock import Stock
from tests.naming import serving_names
from tests.shop import Guest, Shop

CASES: Final = int(os.environ.get("YUNKE_API_CASES", "600"))
EACH: Final = max(CASES // (2 * (len(OPERATIONS) + len(OF_PLATFORM))), 1)
MODES: Final = pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
Words = dict[str, Any]

pytestmark = pytest.mark.timeout(max(120, CASES))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What slows those who try often would answer instead of what is asked."""
    for name in ("refuse_spent", "spend"):
        monkeypatch.setattr(Tries, name, lambda *_, **__: None)


@MODES
def test_cases(stock: Stock, mode: GenerationMode, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving_names() as names:  # which know nothing: domains are looked for, and nobody else is asked
        monkeypatch.setattr(django_settings, "YUNKE_DNS_SERVERS", names.address)
        guest = stock.shop.welcome(text="hello")
        for operation in OPERATIONS.values():
            _try_tenants(operation, stock, guest, mode)


def _try_tenants(operation: Any, stock: Stock, guest: Guest, mode: GenerationMode) -> None:
    names = {
        name: value for name, value in stock.names(operation.path, "", guest).items() if f"{{{name}}}" in operation.path
    }
    client = stock.client_for(operation.path, guest)
    if operation.path == "/api/v1/session":  # or the owner would be signed out
        client = stock.anybody

    def ask(case: Any) -> None:
        call(client, case)
        if operation.path == "/api/v1/company":
            stock.move_back()

    _try(operation, mode, ask, {"path_parameters": names} if names else {})


@MODES
def test_cases_of_the_platform(
    platform_client: Client, shop: Shop, make_member: MakeMember, mode: GenerationMode
) -> None:
    for operation in OF_PLATFORM.values():
        known = {"body": _whole(operation, shop, make_member)}
        _try(operation, mode, lambda case: call(platform_client, case), known)


def _whole(operation: Any, shop: Shop, make_member: MakeMember) -> Words:
    """Answer a body that works once."""
    example: Words = operation.definition.raw["requestBody"]["content"]["application/json"]["example"]
    if "slug" in example:
        return example | {"slug": f"c-{secrets.token_hex(6)}"}
    email, owner = f"{secrets.token_hex(6)}@example.com", make_member(shop.tenant, role="owner")
    said: Words = {"company": "Acme", "language": "en", "site": "http://x", "now": datetime.now(UTC)}
    invite(tenant=shop.tenant, email=email, role="agent", by=owner, **said)
    return example | {"company": shop.tenant.slug, "code": code_to(email)}


def _try(operation: Any, mode: GenerationMode, ask: Callable[[Any], object], known: Words) -> None:
    """Ask what is made up; where that is to be right, ask by what is there, too."""
    strategies = [operation.as_strategy(generation_mode=mode)]
    if known and mode is GenerationMode.POSITIVE:
        strategies.append(operation.as_strategy(generation_mode=mode, **known))

    @settings(
        max_examples=EACH,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=False,
    )
    @given(case=st.one_of(strategies))
    def run(case: Any) -> None:
        ask(case)

    try:
        run()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "there is always something right to ask"
