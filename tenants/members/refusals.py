"""What members' commands refuse."""

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
