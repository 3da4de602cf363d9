"""Schemathesis over the whole API: no 5xx, no status, media type or body that the document does not name.

A few cases of each in every run; ten thousand by `YUNKE_API_CASES=10000 ./dev test tests/contracts/test_api_cases.py`.
"""

import os
from typing import Any, Final

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from tests.contracts.calling import OPERATIONS, call
from tests.contracts.stock import Stock
from tests.naming import serving_names
from tests.shop import Guest

CASES: Final = int(os.environ.get("YUNKE_API_CASES", "600"))
EACH: Final = max(CASES // (2 * len(OPERATIONS)), 1)


@pytest.mark.timeout(max(120, CASES))
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_cases(stock: Stock, mode: GenerationMode, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving_names() as names:  # which know nothing: domains are looked for, and nobody else is asked
        monkeypatch.setattr(django_settings, "YUNKE_DNS_SERVERS", names.address)
        _try_all(stock, mode)


def _try_all(stock: Stock, mode: GenerationMode) -> None:
    guest = stock.shop.welcome(text="hello")
    for operation in OPERATIONS.values():
        _try(operation, stock, guest, mode)


def _try(operation: Any, stock: Stock, guest: Guest, mode: GenerationMode) -> None:
    names = {
        name: value for name, value in stock.names(operation.path, "", guest).items() if f"{{{name}}}" in operation.path
    }
    client = stock.client_for(operation.path, guest)
    if operation.path == "/api/v1/session":  # or the owner would be signed out
        client = stock.anybody
    strategies = [operation.as_strategy(generation_mode=mode)]
    if names and mode is GenerationMode.POSITIVE:
        strategies.append(operation.as_strategy(generation_mode=mode, path_parameters=names))

    @settings(
        max_examples=EACH,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=False,
    )
    @given(case=st.one_of(strategies))
    def run(case: Any) -> None:
        call(client, case)
        if operation.path == "/api/v1/company":
            stock.move_back()

    try:
        run()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "there is always something right to ask"
