"""What an endpoint may be, and how its requests are signed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from integrations.webhooks.rules.endpoints import check_address, check_headers, check_kinds, check_scopes
from integrations.webhooks.rules.signing import sign, write_secret
from tenants.refusals import Invalid, NotAllowed

KINDS = {"message.posted.v1", "note.posted.v1"}


@pytest.mark.parametrize("url", ["https://example.com", "https://example.com:8443/a?b=c", "https://[2606:4700::1]/"])
def test_addresses(url: str) -> None:
    assert check_address(url=url, plain=False) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "http://example.com",
        "ftp://example.com",
        "https://",
        "https:///path",
        "https://user@example.com",
        "https://user:word@example.com",
        "https://example.com/#part",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://ex\u00e4mple.com",
        "https://example.com:port",
        "https://[::1",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(Invalid):
        check_address(url=url, plain=False)


def test_kinds() -> None:
    assert check_kinds(kinds=["note.posted.v1", "message.posted.v1", "note.posted.v1"], known=KINDS) == sorted(KINDS)
    assert check_kinds(kinds=[], known=KINDS) == []
    with pytest.raises(Invalid):
        check_kinds(kinds=["message.posted"], known=KINDS)


def test_nobody_is_told_what_its_maker_may_not_see() -> None:
    def may(scope: str) -> bool:
        return scope == "audit.view"

    assert check_scopes(scopes=["notes:read", "audit.view"], may=may, is_key=False) == ["audit.view", "notes:read"]
    for scopes, is_key in ((["presence.report"], False), (["notes:read"], True), (["personal:read"], True)):
        with pytest.raises(NotAllowed):
            check_scopes(scopes=scopes, may=may, is_key=is_key)
    with pytest.raises(Invalid):
        check_scopes(scopes=["keys.manage"], may=lambda _: True, is_key=False)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "internal"},
        {"content-length": "5"},
        {"Webhook-Signature": "v1,x"},
        {"Transfer-Encoding": "chunked"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X Y": "z"},
        {"X": "a\r\nY: z"},
        {"X": ""},
        {"X": "\u4f60"},
        {"X": "a", "x": "b"},
        {"X": "a" * 1001},
        {f"X-{n}": "y" for n in range(21)},
    ],
)
def test_headers_that_nobody_may_set(headers: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        check_headers(headers=headers)


def test_headers() -> None:
    assert check_headers(headers={"Authorization": "Bearer a b"}) == {"Authorization": "Bearer a b"}


@given(st.binary(min_size=24, max_size=64), st.binary(min_size=24, max_size=64), st.text())
def test_the_reference_verifies_by_either_secret(new: bytes, old: bytes, text: str) -> None:
    secrets, body = [write_secret(raw=new), write_secret(raw=old)], f'"{text.encode().hex()}"'.encode()
    headers = sign(secrets=secrets, id_="msg_1", at=datetime.now(UTC), body=body)
    for secret in secrets:
        assert Webhook(secret).verify(body, headers) == text.encode().hex()
    with pytest.raises(WebhookVerificationError):
        Webhook(write_secret(raw=b"x" * 32)).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets[0]).verify(body + b" ", headers)
    old_headers = sign(secrets=secrets, id_="msg_1", at=datetime.now(UTC) - timedelta(minutes=6), body=body)
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets[0]).verify(body, old_headers)
