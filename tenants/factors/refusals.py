"""What second factors refuse."""

from tenants.refusals import FieldError, Refusal


class FactorRefused(Refusal):
    """This is not right, or has been used already."""

    code = "factor_refused"
    status = 422

    def __init__(self, *, field: str = "code") -> None:
        """Point at the field."""
        sentence = (type(self).__doc__ or "").strip()
        error: FieldError = {"field": field, "code": self.code, "detail": sentence}
        super().__init__(errors=[error])


class AddressNotProved(Refusal):
    """Prove your e-mail address first."""

    code = "address_not_proved"
    status = 409


class TooManyFactors(Refusal):
    """You have as many as are kept; remove one first."""

    code = "too_many_factors"
    status = 409


class KeysNotHere(Refusal):
    """Security keys cannot be used under this address; use an authenticator app."""

    code = "keys_not_here"
    status = 409
