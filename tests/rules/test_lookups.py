"""What is kept of tenants that were looked up: until they change, and never a result from before that."""

from uuid import UUID

import pytest

from tenants import lookups
from tenants.context import TenantRef
from tenants.lookups import KEPT_S, UNTOLD_S, Lookups

ACME = TenantRef(id=UUID(int=1), slug="acme", schema="t_1")
GLOBEX = TenantRef(id=UUID(int=2), slug="globex", schema="t_2")


@pytest.fixture
def kept() -> Lookups:
    made = Lookups()
    for name, tenant in (("acme", ACME), ("help.acme.example", ACME), ("globex", GLOBEX)):
        made.keep(name=name, tenant=tenant, now=100.0, begun=made.begin())
    return made


def test_kept_for_a_moment_while_nobody_tells(kept: Lookups) -> None:
    assert kept.find(name="acme", now=100.0 + UNTOLD_S - 0.01) == ACME
    assert kept.find(name="acme", now=100.0 + UNTOLD_S) is None


def test_kept_for_longer_while_changes_are_told(kept: Lookups) -> None:
    told = True
    kept.be_told(while_=lambda: told)
    assert kept.find(name="acme", now=100.0 + KEPT_S - 0.01) == ACME
    assert kept.find(name="acme", now=100.0 + KEPT_S) is None
    told = False
    assert kept.find(name="acme", now=100.0 + UNTOLD_S) is None


def test_a_changed_tenant_is_forgotten_under_all_its_names(kept: Lookups) -> None:
    kept.forget(tenant_id=ACME.id)
    assert kept.find(name="acme", now=100.0) is kept.find(name="help.acme.example", now=100.0) is None
    assert kept.find(name="globex", now=100.0) == GLOBEX
    kept.forget()
    assert kept.find(name="globex", now=100.0) is None


def test_a_look_that_began_before_the_change_is_not_kept(kept: Lookups) -> None:
    begun = kept.begin()
    kept.forget(tenant_id=ACME.id)
    kept.keep(name="acme", tenant=ACME, now=100.0, begun=begun)
    assert kept.find(name="acme", now=100.0) is None


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "MOST_KEPT", 10)
    made = Lookups()
    for n in range(100):
        made.keep(name=str(n), tenant=ACME, now=0.0, begun=made.begin())
        assert len(made._kept) <= 10
