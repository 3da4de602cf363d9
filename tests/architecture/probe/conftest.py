"""Two companies that mirror each other, made once a run: what is asked of them leaves the other as it was."""

import secrets
from dataclasses import dataclass

import pytest

from tests.architecture.probe.mirror.company import Company, open_company


@dataclass(frozen=True)
class Pair:
    """`ours` asks; `theirs` must not be seen."""

    ours: Company
    theirs: Company


@pytest.fixture(scope="session")
def pair(database: str) -> Pair:
    both = f"both-{secrets.token_hex(4)}@example.com"
    return Pair(open_company(both=both), open_company(both=both))
