"""Which identity tokens vouch for somebody: one algorithm, one inbox, an hour at most, and nothing that breaks."""

import base64
import hashlib
import hmac
import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from conversations.channels.webchat.vouching.token import IdentityExpired, IdentityInvalid, Secret, read_identity

NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
AT: Final = int(NOW.timestamp())
INBOX: Final = "an-inbox-of-ours-0001"
OLD, NEW = (Secret(uuid4(), letter * 32) for letter in "on")
CLAIMS: Final = {"sub": "customer-17", "aud": INBOX, "exp": AT + 600}


def signed(secret: Secret = NEW, *, algorithm: str = "HS256", header: Any = None, **changes: Any) -> str:
    """Sign the claims with some changed; UNSAID leaves one out."""
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not UNSAID}
    return jwt.encode(claims, secret.text, algorithm=algorithm, headers=header)


UNSAID: Final = object()


def read(token: str, *secrets: Secret, inbox: str = INBOX, now: datetime = NOW) -> tuple[str, UUID]:
    found = read_identity(token=token, secrets=list(secrets) or [NEW], inbox=inbox, now=now)
    return found.profile.external_id, found.secret


def by_hand(header: dict[str, Any], payload: bytes, secret: Secret = NEW) -> str:
    """Sign what no library would."""
    parts = [base64.urlsafe_b64encode(part).rstrip(b"=") for part in (json.dumps(header).encode(), payload)]
    mac = hmac.new(secret.text.encode(), b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()


def test_both_secrets_vouch_while_one_replaces_the_other() -> None:
    assert read(signed(OLD), NEW, OLD) == ("customer-17", OLD.id)
    assert read(signed(NEW), NEW, OLD) == ("customer-17", NEW.id)
    with pytest.raises(IdentityInvalid):
        read(signed(OLD), NEW)
    with pytest.raises(IdentityInvalid):
        read_identity(token=signed(), secrets=[], inbox=INBOX, now=NOW)


def test_what_it_says_of_the_person() -> None:
    token = signed(name=" 李雷 ", email="lei@example.com", phone="", picture="https://a.test/b.png")
    profile = read_identity(token=token, secrets=[NEW], inbox=INBOX, now=NOW).profile
    assert (profile.name, profile.email, profile.phone) == ("李雷", "lei@example.com", None)


@pytest.mark.parametrize("algorithm", ["HS384", "HS512", "none"])
def test_only_one_algorithm(algorithm: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library finds 32 bytes short for the others
        token = jwt.encode(CLAIMS, None if algorithm == "none" else NEW.text, algorithm=algorithm)  # type: ignore[arg-type] # none has no key
    with pytest.raises(IdentityInvalid):
        read(token)


def test_a_public_key_is_no_secret() -> None:
    """The old trick: what is signed with RSA is offered as HMAC under the public key, and the other way round."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(IdentityInvalid):
        read(jwt.encode(CLAIMS, key, algorithm="RS256"))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    token = by_hand({"alg": "HS256"}, json.dumps(CLAIMS).encode(), Secret(uuid4(), public.decode()))
    with pytest.raises(IdentityInvalid):
        read(token)


def test_a_short_secret_vouches_for_nobody() -> None:
    short = Secret(uuid4(), "s" * 31)
    with pytest.raises(IdentityInvalid):
        read(by_hand({"alg": "HS256"}, json.dumps(CLAIMS).encode(), short), short)


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": UNSAID},
        {"sub": ""},
        {"sub": " "},
        {"sub": "x" * 256},
        {"sub": "a\0b"},
        {"aud": UNSAID},
        {"aud": "another-inbox-000001"},
        {"aud": [INBOX]},
        {"aud": INBOX + " "},
        {"exp": UNSAID},
        {"exp": None},
        {"exp": True},
        {"exp": "soon"},
        {"exp": AT + 3600 + 61},
        {"exp": 10**400},
        {"iat": AT + 61},
        {"iat": "now"},
        {"nbf": AT + 61},
        {"nbf": False},
        {"name": 7},
        {"name": "x" * 101},
        {"email": ["a@b.test"]},
        {"phone": "1" * 65},
    ],
)
def test_claims_that_do_not_fit(changes: dict[str, Any]) -> None:
    payload = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not UNSAID}
    with pytest.raises(IdentityInvalid):
        read(by_hand({"alg": "HS256", "typ": "JWT"}, json.dumps(payload).encode()))


@pytest.mark.parametrize(
    ("changes", "ok"),
    [
        ({"exp": AT - 59}, True),
        ({"exp": AT - 60}, False),
        ({"exp": AT + 3600 + 60}, True),
        ({"exp": AT + 0.5}, True),
        ({"iat": AT + 60, "nbf": AT + 60}, True),
        ({"iat": AT - 10**6}, True),
    ],
)
def test_clocks_may_differ_by_a_minute(changes: dict[str, Any], ok: bool) -> None:
    token = by_hand({"alg": "HS256"}, json.dumps({**CLAIMS, **changes}).encode())
    if ok:
        assert read(token)[0] == "customer-17"
    else:
        with pytest.raises(IdentityExpired):
            read(token)


def test_it_expires() -> None:
    with pytest.raises(IdentityExpired):
        read(signed(), now=NOW + timedelta(hours=1))


def test_another_inboxes_secret_does_not_help_here() -> None:
    with pytest.raises(IdentityInvalid):
        read(signed(aud="another-inbox-000001"), inbox=INBOX)
    assert read(signed(aud="another-inbox-000001"), inbox="another-inbox-000001")[0] == "customer-17"


DEEP: Final = b"[" * 3000


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "云.云.云",
        signed()[:-2],
        signed() + "A",
        signed().replace(".", "", 1),
        base64.urlsafe_b64encode(DEEP).decode() + ".e30.AAAA",
        by_hand({"alg": "HS256"}, DEEP),
        by_hand({"alg": "HS256"}, b"[]"),
        by_hand({"alg": "HS256"}, b"null"),
        by_hand({"alg": "HS256"}, b'{"exp": NaN}'),
        by_hand({"alg": "HS256"}, json.dumps({**CLAIMS, "exp": float("nan")}).encode()),
        by_hand({"alg": "HS256"}, json.dumps({**CLAIMS, "exp": float("inf")}).encode()),
        by_hand({"alg": "HS256", "crit": ["x"], "x": 1}, json.dumps(CLAIMS).encode()),
        by_hand({"alg": "HS256", "b64": False, "crit": ["b64"]}, json.dumps(CLAIMS).encode()),
        by_hand({"alg": ["HS256"]}, json.dumps(CLAIMS).encode()),
        by_hand({"alg": None}, json.dumps(CLAIMS).encode()),
        by_hand({}, json.dumps(CLAIMS).encode()),
        by_hand({"alg": "HS256", "kid": 7}, json.dumps(CLAIMS).encode()),
    ],
)
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(IdentityInvalid):
        read(token)


@given(st.text(max_size=200))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(IdentityInvalid):
        read(text)
