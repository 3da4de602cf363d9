"""What sign-up refuses."""

from tenants.refusals import FieldError, Refusal


class SlugTaken(Refusal):
    """Another company has this address already."""

    code = "slug_taken"
    status = 409

    def __init__(self) -> None:
        """Point at the field."""
        error: FieldError = {"field": "slug", "code": "taken", "detail": (type(self).__doc__ or "").strip()}
        super().__init__(errors=[error])


class CredentialsRefused(Refusal):
    """The e-mail address and the password cannot be used together to sign up.

    Raised where a person with this address exists and the password is not theirs. Sign-up neither changes nor proves
    an identity that exists, so the owner of the address must give the password they have.
    """

    code = "credentials_refused"
    status = 422

    def __init__(self) -> None:
        """Point at both fields alike."""
        sentence = (type(self).__doc__ or "").strip().split("\n")[0]
        errors: list[FieldError] = [
            {"field": field, "code": self.code, "detail": sentence} for field in ("email", "password")
        ]
        super().__init__(errors=errors)
