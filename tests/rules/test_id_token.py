"""Every way in which an ID token can be wrong, and the few in which it is right."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tenants.sso.id_token import BadToken, read
from tests.oidc import CLIENT, SECRET, Key

ISSUER, NONCE = "https://login.acme.example", "n-1"
KEY = Key("RS256")

Sign = Callable[[Key, dict[str, Any]], str]


def signed(key: Key, claims: dict[str, Any], **header: Any) -> str:
    return jwt.encode(claims, key.private, algorithm=key.algorithm, headers={"kid": key.id, **header})


def without(name: str) -> Sign:
    return lambda key, claims: signed(key, {key_: value for key_, value in claims.items() if key_ != name})


def with_(**changes: Any) -> Sign:
    return lambda key, claims: signed(key, {**claims, **changes})


def cut(key: Key, claims: dict[str, Any]) -> str:
    head, body, _ = signed(key, claims).split(".")
    return f"{head}.{body}."


LONG_AGO = int(time.time()) - 3600
WRONG: dict[str, Sign] = {
    "another key": lambda key, claims: signed(Key("RS256", id=key.id), claims),
    "an unknown key": lambda _key, claims: signed(Key("RS256"), claims),
    "a key without a name": lambda key, claims: jwt.encode(claims, key.private, algorithm="RS256"),
    "none": lambda _key, claims: jwt.encode(claims, "", algorithm="none"),
    "no signature": cut,
    "HS256 with the secret": lambda key, claims: jwt.encode(
        claims, SECRET.ljust(32), algorithm="HS256", headers={"kid": key.id}
    ),
    "RS512": lambda key, claims: jwt.encode(claims, key.private, algorithm="RS512", headers={"kid": key.id}),
    "expired": with_(exp=LONG_AGO + 60),
    "made long ago": with_(iat=LONG_AGO),
    "made in the future": with_(iat=int(time.time()) + 3600),
    "another audience": with_(aud="somebody-else"),
    "an audience besides, and no party": with_(aud=[CLIENT, "somebody-else"]),
    "another party": with_(azp="somebody-else"),
    "another issuer": with_(iss="https://evil.example"),
    "another nonce": with_(nonce="replayed"),
    "an odd nonce": with_(nonce=[1]),
    "no subject": without("sub"),
    "an odd subject": with_(sub=7),
    "an empty subject": with_(sub=""),
    "no nonce": without("nonce"),
    "no end": without("exp"),
    "an odd end": with_(exp="soon"),
    "an endless end": with_(exp=1e400),
    "no time": without("iat"),
    "garbage": lambda _key, _claims: "a.b.c",
    "text": lambda _key, _claims: "é\0",
}


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {"iss": ISSUER, "aud": CLIENT, "sub": "s-1", "nonce": NONCE, "iat": now, "exp": now + 300}
    return {**said, **changes}


def told(token: str, key: Key = KEY) -> Any:
    keys = ["odd", {"kty": "oct", "kid": key.id, "k": "AAAA"}, key.published]
    return read(token=token, keys=keys, issuer=ISSUER, client_id=CLIENT, nonce=NONCE, now=datetime.now(UTC))


@pytest.mark.parametrize("wrong", WRONG)
def test_a_token_that_is_not_right(wrong: str) -> None:
    with pytest.raises(BadToken):
        told(WRONG[wrong](KEY, claims()))


@pytest.mark.parametrize("right", [{}, {"azp": CLIENT}, {"aud": [CLIENT, "more"], "azp": CLIENT}, {"aud": [CLIENT]}])
@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_token_that_is_right(algorithm: str, right: dict[str, Any]) -> None:
    key = Key(algorithm)
    assert told(signed(key, claims(**right)), key)["sub"] == "s-1"


def test_a_short_key_is_none() -> None:
    key = Key("RS256")
    key.private = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - it is to be refused
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = signed(key, claims())
    with pytest.raises(BadToken):
        told(token, key)


def test_a_key_that_is_for_something_else_is_none() -> None:
    for said in ({"use": "enc"}, {"alg": "RS512"}, {"kty": "EC"}, {"n": "AAAA"}, {"n": 7}):
        with pytest.raises(BadToken):
            read(
                token=signed(KEY, claims()),
                keys=[{**KEY.published, **said}],
                issuer=ISSUER,
                client_id=CLIENT,
                nonce=NONCE,
                now=datetime.now(UTC),
            )
