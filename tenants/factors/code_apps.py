"""Codes of authenticator apps (TOTP, RFC 6238: 6 digits, 30 s, one step of tolerance), each accepted once.

Call all of it in platform_context.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import pyotp
from django.utils.crypto import constant_time_compare
from uuid_utils.compat import uuid7

from tenants.factors.models import CodeApp
from tenants.models import Person
from tenants.secrets import seal, unseal

STEP_S: Final = 30
_PURPOSE: Final = "code_apps.secret"
_ISSUER: Final = "Yunke"


def begin(*, person: Person, name: str, now: datetime) -> CodeApp:
    """Draw a secret; it counts once a code confirms it. What was begun before and never confirmed is forgotten."""
    CodeApp.objects.filter(person=person, confirmed_at=None).delete()
    row = uuid7()
    sealed = seal(text=pyotp.random_base32(), purpose=_PURPOSE, tenant=None, row=row)
    return CodeApp.objects.create(id=row, person=person, name=name, secret=sealed, created_at=now)


def secret_of(app: CodeApp) -> str:
    """Answer the secret, to be shown once: while the app is not confirmed."""
    return unseal(sealed=app.secret, purpose=_PURPOSE, tenant=None, row=app.id)


def uri_of(app: CodeApp, *, email: str) -> str:
    """Answer what a QR code says to the app."""
    return pyotp.TOTP(secret_of(app)).provisioning_uri(name=email, issuer_name=_ISSUER)


def find_unconfirmed(*, person_id: UUID, app_id: UUID) -> CodeApp | None:
    """Answer an app that waits for its first code."""
    return CodeApp.objects.filter(id=app_id, person_id=person_id, confirmed_at=None).first()


def confirm(*, app: CodeApp, code: str, now: datetime) -> bool:
    """Let the app count if the code is right."""
    if not _accept(app, code, now):
        return False
    return bool(CodeApp.objects.filter(id=app.id, confirmed_at=None).update(confirmed_at=now))


def accept(*, person_id: UUID, code: str, now: datetime) -> bool:
    """Answer whether it is a code of one of the person's apps that has not been used; use it up."""
    apps = CodeApp.objects.filter(person_id=person_id, confirmed_at__isnull=False).order_by("id")
    return any(_accept(app, code, now) for app in apps)


def _accept(app: CodeApp, code: str, now: datetime) -> bool:
    said, totp = "".join(code.split()), pyotp.TOTP(secret_of(app))
    this = int(now.timestamp()) // STEP_S
    for counter in (this - 1, this, this + 1):
        if counter > app.last_counter and constant_time_compare(totp.generate_otp(counter), said):
            unused = CodeApp.objects.filter(id=app.id, last_counter__lt=counter)
            return bool(unused.update(last_counter=counter, used_at=now))
    return False
