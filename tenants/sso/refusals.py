"""What signing in through a company's provider refuses. Nothing that a provider says is shown: the texts are ours."""

from tenants.refusals import Refusal


class SsoFailed(Refusal):
    """The company's sign-in service did not answer as it should."""

    code = "sso_failed"
    status = 502


class SsoRefused(Refusal):
    """The company's sign-in service did not let you in."""

    code = "sso_refused"
    status = 403


class SsoStale(Refusal):
    """This took too long, or was not begun in this browser: begin again."""

    code = "sso_stale"
    status = 400


class SsoAddressDoesNotCount(Refusal):
    """The company's sign-in service named no e-mail address of a domain that the company has proved."""

    code = "sso_address"
    status = 403


class SsoNotMember(Refusal):
    """You are not a member of this company; ask for an invitation."""

    code = "sso_not_member"
    status = 403


class InvitedOtherwise(Refusal):
    """The invitation is for another e-mail address than the one that the company's sign-in service names."""

    code = "invited_otherwise"
    status = 403


class OwnPasswordNeeded(Refusal):
    """You have an account with us already: open the invitation again and accept it by your password."""

    code = "own_password_needed"
    status = 403


class OnlyWayIn(Refusal):
    """You have no password of your own: set one first ("Forgot the password?"), or you could not come in again."""

    code = "only_way_in"
    status = 409


class DomainNotProved(Refusal):
    """The record is not in the DNS, or not yet."""

    code = "domain_not_proved"
    status = 409


class DomainThere(Refusal):
    """This domain is in the list already."""

    code = "domain_there"
    status = 409


class TooManyDomains(Refusal):
    """The list of domains is full."""

    code = "too_many_domains"
    status = 409


class WayBackNeeded(Refusal):
    """Only an owner with a second factor can do this: it is the way back in where the sign-in service fails."""

    code = "way_back_needed"
    status = 409
