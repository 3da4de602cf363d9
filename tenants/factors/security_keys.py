"""Security keys and passkeys (WebAuthn), as py_webauthn checks them. Call all of it in platform_context.

User verification is preferred, attestation is not asked for: a key is a second factor here, never the only one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import webauthn
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tenants.factors.models import SecurityKey
from tenants.models import Person

_LONGEST_ID: Final = 1_023


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """What a key must have signed for: the site, the page's origin, and a challenge that is used once."""

    site: str
    origin: str
    challenge: bytes


def registering(*, person: Person, ceremony: Ceremony) -> dict[str, Any]:
    """Answer what `navigator.credentials.create` is given."""
    options = webauthn.generate_registration_options(
        rp_id=ceremony.site,
        rp_name="Yunke",
        user_id=person.id.bytes,
        user_name=person.email,
        user_display_name=person.name,
        challenge=ceremony.challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_known(person.id, ceremony.site),
    )
    return _as_json(options)


def showing(*, person_id: UUID, ceremony: Ceremony) -> dict[str, Any]:
    """Answer what `navigator.credentials.get` is given."""
    options = webauthn.generate_authentication_options(
        rp_id=ceremony.site,
        challenge=ceremony.challenge,
        allow_credentials=_known(person_id, ceremony.site),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _as_json(options)


def register(
    *, person: Person, name: str, credential: Mapping[str, Any], ceremony: Ceremony, now: datetime
) -> SecurityKey | None:
    """Keep a new key; None where what the browser brought is not right or is kept already."""
    try:
        found = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=ceremony.challenge,
            expected_rp_id=ceremony.site,
            expected_origin=ceremony.origin,
        )
    except Exception:  # noqa: BLE001 - whatever its parsers of CBOR, ASN.1 and JSON stumble over was sent by a stranger
        return None
    if len(found.credential_id) > _LONGEST_ID:
        return None
    key, is_new = SecurityKey.objects.get_or_create(
        credential=found.credential_id,
        defaults={
            "person": person,
            "name": name,
            "site": ceremony.site,
            "public_key": found.credential_public_key,
            "sign_count": found.sign_count,
            "transports": _transports(credential),
            "created_at": now,
        },
    )
    return key if is_new else None


def accept(*, person_id: UUID, credential: Mapping[str, Any], ceremony: Ceremony, now: datetime) -> bool:
    """Answer whether one of the person's keys has signed this challenge here. A key that counts back is refused."""
    key = _find(person_id, ceremony.site, credential)
    if key is None:
        return False
    try:
        found = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=ceremony.challenge,
            expected_rp_id=ceremony.site,
            expected_origin=ceremony.origin,
            credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
        )
    except Exception:  # noqa: BLE001 - as above
        return False
    same = SecurityKey.objects.filter(id=key.id, sign_count=key.sign_count)
    return bool(same.update(sign_count=found.new_sign_count, used_at=now))


def _find(person_id: UUID, site: str, credential: Mapping[str, Any]) -> SecurityKey | None:
    try:
        named = base64url_to_bytes(str(credential.get("id", ""))[: 2 * _LONGEST_ID])
    except ValueError:
        return None
    return SecurityKey.objects.filter(person_id=person_id, site=site, credential=named).first()


def _known(person_id: UUID, site: str) -> list[PublicKeyCredentialDescriptor]:
    known = {transport.value for transport in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=bytes(key.credential),
            transports=[AuthenticatorTransport(said) for said in key.transports if said in known],
        )
        for key in SecurityKey.objects.filter(person_id=person_id, site=site).order_by("id")
    ]


def _transports(credential: Mapping[str, Any]) -> list[str]:
    response = credential.get("response")
    said = response.get("transports") if isinstance(response, dict) else None
    known = {transport.value for transport in AuthenticatorTransport}
    return [name for name in said if isinstance(name, str) and name in known] if isinstance(said, list) else []


def _as_json(options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return found
