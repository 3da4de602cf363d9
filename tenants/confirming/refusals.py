"""What waits for an address to be confirmed, and what is refused when one is."""

from tenants.refusals import Refusal


class Unconfirmed(Refusal):
    """Confirm your e-mail address first: open the link in the mail that we sent you."""

    code = "address_unconfirmed"
    status = 403


class CodeRefused(Refusal):
    """This code is wrong, used or too old, or the password does not belong to it."""

    code = "code_refused"
    status = 422


class NothingToConfirm(Refusal):
    """Your e-mail address is confirmed already."""

    code = "nothing_to_confirm"
    status = 409
