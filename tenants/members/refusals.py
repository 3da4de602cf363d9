"""What members' commands refuse."""

from collections.abc import Sequence

from tenants.members.waiting import Waiting
from tenants.refusals import Refusal


class WrongCredentials(Refusal):
    """The e-mail address and the password do not sign in here."""

    code = "wrong_credentials"
    status = 401


class NotSignedIn(Refusal):
    """Sign in first."""

    code = "not_signed_in"
    status = 401


class AlreadyMember(Refusal):
    """The person is a member already."""

    code = "already_member"
    status = 409


class SsoOnly(Refusal):
    """This company signs in through its own sign-in service only."""

    code = "sso_only"
    status = 403


class OwnMeansNeeded(Refusal):
    """Sign in here yourself: another company's sign-in service does not open this one."""

    code = "own_means_needed"
    status = 403


class SecondFactorNeeded(Refusal):
    """The second factor is needed, too."""

    code = "second_factor_needed"
    status = 401
    leads_to = "/sign-in/second"

    def __init__(self, *, waiting: Waiting | None = None, methods: Sequence[str] = ()) -> None:
        """Say how it can be shown; `waiting` is what has been shown so far."""
        super().__init__()
        self.waiting = waiting
        self.methods = tuple(methods)


class FactorRequired(Refusal):
    """This company requires a second factor: set one up first."""

    code = "factor_required"
    status = 403
    leads_to = "/settings/second-factor"


class ProofNeeded(Refusal):
    """Show once more that it is you: your password or a second factor."""

    code = "proof_needed"
    status = 403
