"""Checking an ID token (OpenID Connect Core 3.1.3.7): pure but for the clock that PyJWT reads for `exp`.

Only RS256 and ES256 with a key that is named are taken: no `none`, and no HS256, for which the client's secret would
be a key that signs.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
from django.utils.crypto import constant_time_compare

KEY_TYPES: Final = {"RS256": "RSA", "ES256": "EC"}
LEEWAY: Final = timedelta(seconds=60)
OLDEST: Final = timedelta(minutes=10)
_LONGEST_SUBJECT: Final = 255
_SHORTEST_RSA: Final = 2048


class BadToken(Exception):
    """The token is not what was asked for."""


class UnknownKey(BadToken):
    """The token names a key that the provider did not publish, as far as we know."""


def read(
    *, token: str, keys: Sequence[Any], issuer: str, client_id: str, nonce: str, now: datetime
) -> Mapping[str, Any]:
    """Answer the claims of a token that the issuer made for this client and this sign-in; raise BadToken."""
    try:
        header = jwt.get_unverified_header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm not in KEY_TYPES or not isinstance(key_id, str):
            raise BadToken("signed in a way that is not taken")
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(keys, key_id, algorithm),
            algorithms=[algorithm],
            audience=client_id,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
        )
        _check(claims, client_id, nonce, now)
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise BadToken(type(error).__name__) from error
    return claims


def _check(claims: Mapping[str, Any], client_id: str, nonce: str, now: datetime) -> None:
    audiences, party, subject = claims["aud"], claims.get("azp"), claims["sub"]
    if party != client_id and (party is not None or (isinstance(audiences, list) and len(audiences) > 1)):
        raise BadToken("made for another client")
    if not isinstance(claims["nonce"], str) or not constant_time_compare(claims["nonce"], nonce):
        raise BadToken("made for another sign-in")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise BadToken("names nobody")
    if now.timestamp() - float(claims["iat"]) > (OLDEST + LEEWAY).total_seconds():
        raise BadToken("made long ago")


def _key(keys: Sequence[Any], key_id: str, algorithm: str) -> Any:
    for said in keys:
        fits = isinstance(said, dict) and said.get("kid") == key_id and said.get("kty") == KEY_TYPES[algorithm]
        if fits and said.get("use", "sig") == "sig" and said.get("alg", algorithm) == algorithm:
            key = jwt.PyJWK(said, algorithm=algorithm).key
            if algorithm == "RS256" and key.key_size < _SHORTEST_RSA:
                raise BadToken("signed by a short key")
            return key
    raise UnknownKey("signed by an unknown key")
