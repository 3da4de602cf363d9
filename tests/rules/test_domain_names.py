"""Which names can be a company's domain, and when a claim is looked at."""

from datetime import UTC, datetime, timedelta

import pytest

from tenants.domains.rules import GIVEN_UP_AFTER, LONGEST_PAUSE, check_name, next_look
from tenants.refusals import Invalid

OWN = frozenset({"yunke.example", "localhost", "127.0.0.1"})
NOW = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("chat.example.com", "chat.example.com"),
        (" Chat.Example.COM. ", "chat.example.com"),
        ("客服.example.cn", "xn--kpry57d.example.cn"),
        ("notyunke.example", "notyunke.example"),
        ("example.com", "example.com"),
    ],
)
def test_a_name_is_plain(said: str, name: str) -> None:
    if name.startswith("xn--"):
        name = said.encode("idna").decode()
    assert check_name(name=said, own=OWN) == name


@pytest.mark.parametrize(
    "said",
    [
        "",
        "com",
        "localhost",
        "shop.localhost",
        "nas.local",
        "db.internal",
        "yunke.example",
        "acme.yunke.example",
        "a.b.yunke.example",
        "127.0.0.1",
        "10.0.0.1",
        "::1",
        "[::1]",
        "chat.example.com:8000",
        "http://chat.example.com",
        "chat.example.com/path",
        "chat example.com",
        "-chat.example.com",
        "chat-.example.com",
        "chat..example.com",
        "chat.example.com\n.evil.net",
        "user@example.com",
        "*.example.com",
        "_yunke.example.com",
        "a" * 64 + ".com",
        ("a" * 60 + ".") * 5 + "com",
        "1.0.0.127.in-addr.arpa",
        "\0.com",
        "\ud800.com",
    ],
)
def test_what_is_no_companys_domain(said: str) -> None:
    with pytest.raises(Invalid):
        check_name(name=said, own=OWN)


def test_a_claim_is_looked_at_less_and_less() -> None:
    looks = [next_look(claimed_at=NOW, failures=n, now=NOW) for n in range(1, 40)]
    pauses = [look - NOW for look in looks if look]
    assert len(pauses) == 39
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert next_look(claimed_at=NOW, failures=3, now=NOW + GIVEN_UP_AFTER - timedelta(seconds=1))
    assert next_look(claimed_at=NOW, failures=3, now=NOW + GIVEN_UP_AFTER) is None
