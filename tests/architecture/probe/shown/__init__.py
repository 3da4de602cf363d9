"""Credentials, one file a family: how a company comes to have one, how it is shown, and what it opens at home.

A kind that the register names and that is not here, or the other way round, fails a test. checks.py shows each on the
other company's host.
"""

from typing import Final

from tests.architecture.probe.shown import domains, mails, people, provider, visitors
from tests.architecture.probe.shown.kind import Kind

KINDS: Final[tuple[Kind, ...]] = (
    *people.KINDS,
    *mails.KINDS,
    *provider.KINDS,
    *visitors.KINDS,
    *domains.KINDS,
)
