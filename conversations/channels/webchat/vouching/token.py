"""What an identity token must be. Pure: the secrets and the time are passed in.

A JWT that the company's server signs with HS256, and with nothing else, for one inbox, for an hour at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt

from conversations.contacts.profile import Profile
from tenants.refusals import FieldError, Refusal
from tenants.text import is_storable

ALGORITHM: Final = "HS256"
SECRET_BYTES: Final = 32
LONGEST: Final = timedelta(hours=1)
SKEW: Final = timedelta(seconds=60)  # by how much two clocks may differ
LENGTHS: Final = {"sub": 255, "name": 100, "email": 254, "phone": 64}

ADDRESSES: Final = ("email", "phone")


class IdentityInvalid(Refusal):
    """This identity token is not valid here."""

    code = "identity_invalid"
    status = 401


class IdentityExpired(Refusal):
    """This identity token has expired; the site has to make a new one."""

    code = "identity_expired"
    status = 401


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in clear, and which one it is."""

    id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who a token says it is, and by which secret."""

    profile: Profile
    secret: UUID


def read_identity(*, token: str, secrets: list[Secret], inbox: str, now: datetime) -> Vouched:
    """Answer whom the token vouches for in this inbox; raise IdentityInvalid or IdentityExpired."""
    for secret in secrets:
        claims = _find_claims(token, secret, inbox)
        if claims is not None:
            _check_times(claims, now)
            return Vouched(_read_profile(claims), secret.id)
    raise IdentityInvalid


def _find_claims(token: str, secret: Secret, inbox: str) -> Mapping[str, Any] | None:
    """Answer what a token says that is signed by this secret for this inbox; None for one that is not."""
    if len(secret.text.encode()) < SECRET_BYTES:
        return None
    try:
        # The times are judged by us: the library reads the clock itself.
        options: Any = {
            "require": ["sub", "aud", "exp"],
            "strict_aud": True,
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        }
        claims: dict[str, Any] = jwt.decode(token, secret.text, algorithms=[ALGORITHM], audience=inbox, options=options)
    except jwt.InvalidSignatureError:
        return None
    except (jwt.InvalidAudienceError, jwt.MissingRequiredClaimError) as error:
        raise _wrong(str(error)) from error
    except (jwt.PyJWTError, RecursionError) as error:
        raise IdentityInvalid from error
    return claims


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    earliest, latest = (now - SKEW).timestamp(), (now + SKEW).timestamp()
    expires = claims["exp"]
    if not _is_number(expires) or not expires <= latest + LONGEST.total_seconds():
        raise _wrong("exp is a time in seconds, an hour ahead at most")
    for name in ("iat", "nbf"):
        if name in claims and (not _is_number(claims[name]) or not claims[name] <= latest):
            raise _wrong(f"{name} is a time in seconds that has come")
    if not expires > earliest:
        raise IdentityExpired


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read_profile(claims: Mapping[str, Any]) -> Profile:
    said = {name: _read_text(claims, name) for name in LENGTHS}
    external_id = said["sub"]
    if external_id is None:
        raise _wrong("sub says who it is")
    verified = frozenset(name for name in ADDRESSES if _read_flag(claims, f"{name}_verified"))
    return Profile(
        external_id=external_id, name=said["name"], email=said["email"], phone=said["phone"], verified=verified
    )


def _read_flag(claims: Mapping[str, Any], name: str) -> bool:
    value = claims.get(name)
    if not isinstance(value, bool | None):
        raise _wrong(f"{name} is true or false")
    return value is True


def _read_text(claims: Mapping[str, Any], name: str) -> str | None:
    """Answer a claim; None for one that is left out, null or empty."""
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LENGTHS[name] or not is_storable(text=value):
        raise _wrong(f"{name} is a text of at most {LENGTHS[name]} characters")
    return value.strip() or None


def _wrong(detail: str) -> IdentityInvalid:
    """Say what is wrong with a token: only who has the secret gets to hear it."""
    errors: list[FieldError] = [{"field": "identity", "code": "invalid", "detail": detail}]
    return IdentityInvalid(errors=errors)
