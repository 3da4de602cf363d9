"""What sign-up and the life of a tenant refuse."""

from tenants.refusals import FieldError, Refusal


class SlugTaken(Refusal):
    """Another company has this address already."""

    code = "slug_taken"
    status = 409

    def __init__(self) -> None:
        """Point at the field."""
        error: FieldError = {"field": "slug", "code": "taken", "detail": (type(self).__doc__ or "").strip()}
        super().__init__(errors=[error])


class DeletionAsked(Refusal):
    """The deletion of this company was asked for already."""

    code = "deletion_asked"
    status = 409


class TooManyAddresses(Refusal):
    """The company had many addresses in the last year; keep this one until the oldest is free."""

    code = "too_many_addresses"
    status = 409
