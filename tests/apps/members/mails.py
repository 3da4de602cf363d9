"""The mails that people get, sent by the worker's own function into memory."""

import re
from datetime import UTC, datetime

from django.core import mail

from tenants.mail.sending import send_due


def mails_to(address: str) -> list[str]:
    """Send what is due; answer subject and text of each mail to an address, the oldest first."""
    while send_due(now=datetime.now(UTC)):
        pass
    sent = getattr(mail, "outbox", [])
    return [f"{each.subject}\n{each.body}" for each in sent if address in each.to]


def code_to(address: str) -> str:
    """Answer the code behind the # of the link in the last mail to an address."""
    found: set[str] = set(re.findall(r"#(\S+)", mails_to(address)[-1]))
    (code,) = found
    return code
