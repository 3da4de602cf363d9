"""Proof: what somebody has shown of being a person, and whether that lets them in. Pure: no database, no clock."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tenants.members.permissions import Role


class Way(StrEnum):
    """How somebody showed first who they are."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    INVITATION = "invitation"  # the link in a mail to their address
    RESET = "reset"  # likewise
    SSO = "sso"  # a company's identity provider said so


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was shown; `factor` says whether a second factor came with it.

    A provider vouches for nobody outside of its own company: `tenant` is that company where the way is SSO.
    """

    way: Way
    factor: bool = False
    tenant: UUID | None = None

    @property
    def is_own(self) -> bool:
        """Whether it was shown by means that are the person's own, whatever any company says of them."""
        return self.way is not Way.SSO

    @property
    def is_strong(self) -> bool:
        """Whether a company that requires a second factor is content: its provider asks for what it wants itself."""
        return self.factor or self.way is Way.SSO


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a company asks of everybody who signs in."""

    second_factor: bool = False
    sso_only: bool = False


class Verdict(StrEnum):
    """What follows from a proof."""

    LET_IN = "let_in"
    ASK_FACTOR = "ask_factor"  # they have one and have not shown it
    ENROL = "enrol"  # they must have one before they can do anything else
    SSO_ONLY = "sso_only"
    OWN_MEANS = "own_means"  # another company's provider said who they are


def judge(*, proof: Proof, tenant: UUID, house: House, role: str, has_factor: bool, vouched: bool = False) -> Verdict:
    """Say whether a member of `tenant` comes in; `vouched`: the company's provider has just named them besides.

    Where the company signs in by its provider only, its owners keep their own way in, with a second factor: a provider
    that fails must not lock everybody out.
    """
    if proof.way is Way.SSO:
        return Verdict.LET_IN if proof.tenant == tenant else Verdict.OWN_MEANS
    if house.sso_only and not vouched and not (role == Role.OWNER and (has_factor or proof.factor)):
        return Verdict.SSO_ONLY
    if has_factor and not proof.factor:
        return Verdict.ASK_FACTOR
    if house.second_factor and not proof.is_strong and not vouched:
        return Verdict.ENROL
    return Verdict.LET_IN
