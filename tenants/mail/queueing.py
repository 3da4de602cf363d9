"""Queueing a mail in the transaction of what it tells of: no effect without its mail, no mail without its effect."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.template.loader import render_to_string
from django.utils import translation
from uuid_utils.compat import uuid7

from tenants.mail.models import Mail
from tenants.secrets import seal

PURPOSE: Final = "mails.body"
CHANNEL: Final = "yunke_mail"
WAKE: Final = "SELECT pg_notify('yunke_mail', '')"
_SUBJECT_CHARS: Final = 200


def queue_mail(
    *, to: str, template: str, context: Mapping[str, Any], language: str, now: datetime, tenant: UUID | None = None
) -> UUID:
    """Queue `mail/<template>.txt` and answer the mail's id. Call it in platform_context, inside the transaction.

    The template's first line is the subject, the rest the text; it is rendered in `language` ("en", "zh-hans").
    """
    with translation.override(language):
        subject, _, body = render_to_string(f"mail/{template}.txt", dict(context)).strip().partition("\n")
    mail = uuid7()
    Mail.objects.create(
        id=mail,
        tenant=tenant,
        to=to,
        template=template,
        subject=" ".join(subject.split())[:_SUBJECT_CHARS],
        body=seal(text=body.strip() + "\n", purpose=PURPOSE, tenant=tenant, row=mail),
        queued_at=now,
        next_at=now,
    )
    with connection.cursor() as cursor:
        cursor.execute(WAKE)
    return mail
