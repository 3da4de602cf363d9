"""What a company's rules say of somebody who has shown this much."""

from uuid import UUID

import pytest

from tenants.members.proof import House, Proof, Verdict, Way, judge

HERE, THERE = UUID(int=1), UUID(int=2)
OPEN, STRICT = House(), House(second_factor=True)
CLOSED = House(sso_only=True)


def said(
    way: Way,
    house: House,
    *,
    factor: bool = False,
    has: bool = False,
    role: str = "agent",
    vouched: bool = False,
    of: UUID = HERE,
) -> Verdict:
    proof = Proof(way=way, factor=factor, tenant=of)
    return judge(proof=proof, tenant=HERE, house=house, role=role, has_factor=has, vouched=vouched)


OWN = [Way.PASSWORD, Way.INVITATION, Way.RESET]


@pytest.mark.parametrize("way", OWN)
def test_whoever_has_a_factor_shows_it(way: Way) -> None:
    assert said(way, OPEN) is Verdict.LET_IN
    assert said(way, OPEN, has=True) is Verdict.ASK_FACTOR
    assert said(way, OPEN, has=True, factor=True) is Verdict.LET_IN


@pytest.mark.parametrize("way", OWN)
def test_whoever_must_have_one_makes_one_first(way: Way) -> None:
    assert said(way, STRICT) is Verdict.ENROL
    assert said(way, STRICT, has=True) is Verdict.ASK_FACTOR
    assert said(way, STRICT, factor=True) is Verdict.LET_IN


def test_a_provider_opens_its_own_company_alone() -> None:
    for house in (OPEN, STRICT, CLOSED):
        assert said(Way.SSO, house, has=True) is Verdict.LET_IN
        assert said(Way.SSO, house, has=True, factor=True, of=THERE) is Verdict.OWN_MEANS


@pytest.mark.parametrize("way", OWN)
def test_where_only_the_provider_opens_owners_keep_a_way_in_with_two_factors(way: Way) -> None:
    assert said(way, CLOSED) is Verdict.SSO_ONLY
    assert said(way, CLOSED, has=True, factor=True) is Verdict.SSO_ONLY
    assert said(way, CLOSED, role="owner") is Verdict.SSO_ONLY
    assert said(way, CLOSED, role="owner", has=True) is Verdict.ASK_FACTOR
    assert said(way, CLOSED, role="owner", has=True, factor=True) is Verdict.LET_IN


def test_whom_the_provider_has_just_named_may_show_their_own_means_besides() -> None:
    assert said(Way.PASSWORD, CLOSED, vouched=True) is Verdict.LET_IN
    assert said(Way.PASSWORD, CLOSED, vouched=True, has=True) is Verdict.ASK_FACTOR
    assert said(Way.PASSWORD, STRICT, vouched=True) is Verdict.LET_IN
