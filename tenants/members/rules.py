"""Who may change whom, and give what to whom. Pure: no database, no clock."""

from tenants.members.member import Member
from tenants.members.permissions import Role
from tenants.refusals import NotAllowed, Refusal


class OwnersOnly(Refusal):
    """Only an owner makes, changes or removes an owner."""

    code = "owners_only"
    status = 403


class BeyondYours(Refusal):
    """This role allows what you may not do yourself."""

    code = "beyond_yours"
    status = 403


class LastOwner(Refusal):
    """This is the only owner who can sign in; make somebody else an owner first."""

    code = "last_owner"
    status = 409


class LastWayBack(Refusal):
    """The company signs in by its own service only: an owner with a second factor must stay, as the way back in."""

    code = "last_way_back"
    status = 409


def check_manager(*, by: Member) -> None:
    """Raise NotAllowed for whoever does not manage members: asked before anything is looked up."""
    if not by.may("members.manage"):
        raise NotAllowed


def check_reach(*, by: Member, role: str, permissions: frozenset[str]) -> None:
    """Raise OwnersOnly or BeyondYours unless `by` may give this role, and change those who have it.

    One rule for giving and taking: who could take a role from those above would rule over them.
    """
    check_manager(by=by)
    if role == Role.OWNER and by.role != Role.OWNER:
        raise OwnersOnly
    if not permissions <= by.permissions:
        raise BeyondYours


def check_owner_stays(*, role: str, others: int) -> None:
    """Raise LastOwner where somebody with this role is about to lose it and `others` are the owners besides."""
    if role == Role.OWNER and others == 0:
        raise LastOwner
