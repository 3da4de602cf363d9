"""A proved domain is looked at again; one whose record is gone is flagged, and counts no more after a while."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from tenants.context import platform_context
from tenants.models import AuditNote, SsoDomain
from tenants.sso.commands import record_name, record_text
from tenants.sso.rechecking import EVERY, GRACE, recheck_due
from tests.apps.sso.conftest import House
from tests.naming import Names, serving_names

NOW = datetime.now(UTC)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    with serving_names() as served:
        monkeypatch.setattr(settings, "YUNKE_DNS_SERVERS", served.address)
        yield served


@pytest.fixture
def row(house: House) -> SsoDomain:
    """The company's domain; nobody else's is looked at."""
    with platform_context():
        SsoDomain.objects.exclude(tenant_id=house.tenant.id).update(proved_at=None)
        return SsoDomain.objects.get(tenant_id=house.tenant.id)


def put(names: Names, row: SsoDomain, *, is_there: bool) -> None:
    names.put(record_name(row), "TXT", *([f'"{record_text(row)}"'] if is_there else ['"v=spf1"']))


def now(row: SsoDomain) -> SsoDomain:
    with platform_context():
        return SsoDomain.objects.get(id=row.id)


def told(house: House) -> list[str]:
    with platform_context():
        rows = AuditNote.objects.filter(tenant=house.tenant.id, action__startswith="sso.domain_").order_by("id")
        return [note.action for note in rows]


def test_one_whose_record_is_there_stays(house: House, row: SsoDomain, names: Names) -> None:
    put(names, row, is_there=True)
    assert recheck_due(now=NOW) == 1
    assert recheck_due(now=NOW) == 0, "twice a day"
    assert recheck_due(now=NOW + EVERY) == 1
    assert now(row).missing_since is None
    assert told(house) == []


def test_one_whose_record_is_gone_is_flagged_and_then_lost(house: House, row: SsoDomain, names: Names) -> None:
    owner, at = house.client_for(house.tenant, house.owner), NOW
    put(names, row, is_there=False)
    while at < NOW + GRACE:
        recheck_due(now=at)
        shown = owner.get("/api/v1/sso/domains").json()["results"][0]
        assert datetime.fromisoformat(shown["missing_since"]) == NOW
        assert datetime.fromisoformat(shown["trusted_until"]) == NOW + GRACE
        at += EVERY
    assert "⚠" in owner.get("/settings/security").content.decode()
    assert "缺失" in owner.get("/settings/security", headers={"accept-language": "zh"}).content.decode()
    assert house.sign_in(sub="s-1", email=house.address())[1].status_code == 302, "it is trusted in between"
    recheck_due(now=at)
    assert (now(row).proved_at, now(row).missing_since) == (None, None)
    assert told(house) == ["sso.domain_missing", "sso.domain_lost"]
    assert house.sign_in(sub="s-2", email=house.address())[1].status_code == 403
    assert house.sign_in(sub="s-1", email="whoever")[1].status_code == 302, "who is connected stays so"


def test_one_whose_record_comes_back_in_time_stays(house: House, row: SsoDomain, names: Names) -> None:
    put(names, row, is_there=False)
    recheck_due(now=NOW)
    put(names, row, is_there=True)
    recheck_due(now=NOW + EVERY)
    assert now(row).proved_at is not None
    assert told(house) == ["sso.domain_missing", "sso.domain_found_again"]
    put(names, row, is_there=False)
    recheck_due(now=NOW + GRACE)
    assert now(row).missing_since == NOW + GRACE, "it counts from anew"


def test_a_dns_that_is_away_says_nothing(house: House, row: SsoDomain, names: Names) -> None:
    names.silent = True
    for hours in (0, 1, 24 * 30):
        recheck_due(now=NOW + timedelta(hours=hours))
    assert (now(row).missing_since, now(row).proved_at is not None) == (None, True)


def test_who_checks_it_by_hand_is_free_of_the_flag(house: House, row: SsoDomain, names: Names) -> None:
    put(names, row, is_there=False)
    recheck_due(now=NOW)
    put(names, row, is_there=True)
    owner = house.client_for(house.tenant, house.owner)
    path = f"/api/v1/sso/domains/{row.id}/check"
    assert owner.post(path, {}, content_type="application/json").json()["missing_since"] is None
