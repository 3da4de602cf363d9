"""Reading a person's factors. Call it in platform_context, but for `get_page`."""

from collections.abc import Sequence
from typing import Literal, TypeAlias
from uuid import UUID

from tenants.context import platform_context
from tenants.factors.models import CodeApp, RecoveryCode, SecurityKey
from tenants.paging import Page, Window, turn_whole

Method: TypeAlias = Literal["code", "webauthn", "recovery_code"]


def has_factor(*, person_id: UUID) -> bool:
    """Answer whether a second factor is asked of the person. Recovery codes alone are none."""
    return (
        CodeApp.objects.filter(person_id=person_id, confirmed_at__isnull=False).exists()
        or SecurityKey.objects.filter(person_id=person_id).exists()
    )


def get_methods(*, person_id: UUID, site: str | None) -> list[Method]:
    """Answer how the person can show a second factor on a host whose keys are those of `site`."""
    found: list[Method] = []
    if CodeApp.objects.filter(person_id=person_id, confirmed_at__isnull=False).exists():
        found.append("code")
    if site and SecurityKey.objects.filter(person_id=person_id, site=site).exists():
        found.append("webauthn")
    if RecoveryCode.objects.filter(person_id=person_id, used_at=None).exists():
        found.append("recovery_code")
    return found


def get_code_apps(*, person_id: UUID) -> Sequence[CodeApp]:
    """Answer the authenticator apps that count, oldest first."""
    return list(CodeApp.objects.filter(person_id=person_id, confirmed_at__isnull=False).order_by("id"))


def get_security_keys(*, person_id: UUID) -> Sequence[SecurityKey]:
    """Answer the security keys, oldest first."""
    return list(SecurityKey.objects.filter(person_id=person_id).order_by("id"))


def get_page(*, person_id: UUID, window: Window) -> Page[CodeApp | SecurityKey]:
    """Answer a page of both, the oldest first, in the context of the tenant whose member asks; a person has few."""
    with platform_context():
        rows: list[CodeApp | SecurityKey] = [
            *get_code_apps(person_id=person_id),
            *get_security_keys(person_id=person_id),
        ]
    return turn_whole(rows=rows, window=window, key=lambda row: (row.created_at.isoformat(), str(row.id)))


def count_recovery_codes(*, person_id: UUID) -> int:
    """Answer how many codes are left."""
    return RecoveryCode.objects.filter(person_id=person_id, used_at=None).count()
