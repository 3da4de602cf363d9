"""What domains are refused for."""

from tenants.refusals import Refusal


class DomainClaimed(Refusal):
    """You have named this domain already."""

    code = "domain_claimed"
    status = 409


class TooManyDomains(Refusal):
    """A company has at most ten domains; remove one first."""

    code = "too_many_domains"
    status = 409
