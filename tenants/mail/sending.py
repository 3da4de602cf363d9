"""Sending what is queued, one mail a transaction: whoever locks the row sends it.

A process that is killed between the mail server's yes and COMMIT sends it once more, under the same Message-ID.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from tenants.context import platform_context
from tenants.mail.models import Mail
from tenants.mail.queueing import PURPOSE
from tenants.secrets import Unreadable, unseal

logger = structlog.get_logger(__name__)
AT_ONCE: Final = 50
KEPT_FOR: Final = timedelta(days=30)
PAUSES: Final = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 57600))


def send_due(*, now: datetime) -> int:
    """Send what is due, at most AT_ONCE; answer how many were sent. Several processes may do so at once."""
    sent = 0
    with platform_context():
        for _ in range(AT_ONCE):
            done = _send_one(now)
            if done is None:
                break
            sent += done
    return sent


def forget_sent(*, now: datetime) -> None:
    """Delete what was sent, or given up, long ago."""
    with platform_context():
        Mail.objects.filter(next_at=None, queued_at__lt=now - KEPT_FOR).delete()


def _send_one(now: datetime) -> bool | None:
    """Send the mail that waits longest; answer whether it went out, None when none is due."""
    with transaction.atomic():
        mail = Mail.objects.select_for_update(skip_locked=True).filter(next_at__lte=now).order_by("next_at").first()
        if mail is None:
            return None
        try:
            _deliver(mail)
        except Unreadable:
            logger.exception("mail.unreadable", mail=str(mail.id))
            _finish(mail, error="unreadable")
        except Exception as error:  # noqa: BLE001 - whatever the server did, the other mails must go out
            logger.warning("mail.failed", mail=str(mail.id), error=type(error).__name__)
            _put_off(mail, now, type(error).__name__)
        else:
            mail.sent_at = now
            _finish(mail)
    return mail.sent_at is not None


def _deliver(mail: Mail) -> None:
    body = unseal(sealed=mail.body, purpose=PURPOSE, tenant=mail.tenant, row=mail.id)
    headers = {"Message-ID": f"<{mail.id}@{settings.YUNKE_TENANT_DOMAIN}>", "Auto-Submitted": "auto-generated"}
    message = EmailMessage(
        mail.subject, body, settings.DEFAULT_FROM_EMAIL, [mail.to], connection=get_connection(), headers=headers
    )
    message.send()


def _put_off(mail: Mail, now: datetime, error: str) -> None:
    mail.attempts += 1
    if mail.attempts > len(PAUSES):
        _finish(mail, error=error)
        return
    mail.error, mail.next_at = error, now + PAUSES[mail.attempts - 1]
    mail.save(update_fields=["attempts", "error", "next_at"])


def _finish(mail: Mail, *, error: str = "") -> None:
    mail.body, mail.next_at, mail.error = "", None, error
    mail.save(update_fields=["body", "next_at", "error", "sent_at", "attempts"])
