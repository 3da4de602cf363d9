"""What members' commands refuse."""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.members.waiting import Waiting, as_ticket
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

    def __init__(
        self, *, waiting: Waiting | None = None, methods: Sequence[str] = (), options: Mapping[str, Any] | None = None
    ) -> None:
        """Say how it can be shown. `waiting` is what has been shown so far, `options` what a security key is given."""
        super().__init__()
        self.waiting, self.methods, self.options = waiting, tuple(methods), options
        if waiting is not None:
            self.more = {"ticket": as_ticket(waiting=waiting), "methods": list(methods), "webauthn": options}


class WrongFactor(SecondFactorNeeded):
    """This second factor is not right, or has been used already."""

    code = "wrong_factor"


class NotWaiting(Refusal):
    """This took too long or has been used: begin again."""

    code = "not_waiting"
    status = 401
    leads_to = "/sign-in"


class FactorRequired(Refusal):
    """This company requires a second factor: set one up first."""

    code = "factor_required"
    status = 403
    leads_to = "/settings/second-factor"


class ProofNeeded(Refusal):
    """Show once more that it is you: your password or a second factor."""

    code = "proof_needed"
    status = 403


class WrongProof(Refusal):
    """This does not show that it is you."""

    code = "wrong_proof"
    status = 422
