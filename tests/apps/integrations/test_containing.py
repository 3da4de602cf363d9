"""No webhook reaches our own network, however its address is spelt: a canary on loopback is never hit."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Final

import pytest
from django.conf import settings

from tenants.outbound import OutboundRefused, fetch
from tests.naming import Names, serving_names

# Each leads to this machine, to our network, to a cloud's own addresses, or to nowhere, in one notation or another.
LOOPBACK: Final = (
    *("127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "127.255.255.255", "127.0.0.1.", "127.1.", "0", "0.0.0.0", "0."),  # noqa: S104 - nobody binds
    *("0.0.0.1", "0x0", "00", "0x7f.1", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "0x7f000001", "0X7F000001", "0x7F.1"),
    *("0x7f.0.1", "0x000000007f.0.0.1", "0177.0.0.1", "0177.1", "0177.0.1", "017700000001", "00177.0.0.1"),
    *("0177.0x0.0.1", "000000177.0.0.1", "2130706433", "2130706433.", "02130706433", "127.0.0.001", "127.000.000.001"),
    *("127.0.0.0x1", "127.0.0.01", "4294967296", "6425673729", "127.0.0.1%00", "127.0.0.1%2f", "127%2e0%2e0%2e1"),
    *("%31%32%37.0.0.1", "127\u3002\u0030.0.1", "\uff11\uff12\uff17.0.0.1", "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460"),
    *(
        "\U0001d7cf\U0001d7d0\U0001d7d5.0.0.1",
        "127\uff0e0\uff0e0\uff0e1",
        "127\uff610\uff610\uff611",
        "12\u00ad7.0.0.1",
    ),
    *(
        "localhost",
        "LOCALHOST",
        "LocalHost",
        "localhost.",
        "localhost..",
        "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
    ),
    *("loc\u00adalhost", "\uff4cocalhost", "l\u2060ocalhost", "localhost%00.example.com", "localhost%2eexample.com"),
    *("127.0.0.1.nip.example", "spoofed.example", "a.localhost", "localhost.localdomain", "ip6-localhost"),
)
INSIDE: Final = (
    *("10.0.0.1", "10.1", "0xa.0.0.1", "012.0.0.1", "167772161", "0x0a000001", "10.255.255.255", "172.16.0.1"),
    *("172.31.255.254", "0xac.0x10.0.1", "2886729729", "192.168.0.1", "192.168.1", "0xc0a80001", "3232235521"),
    *("0300.0250.0.1", "169.254.169.254", "169.254.43518", "0xa9.0xfe.0xa9.0xfe", "0xa9fea9fe", "2852039166"),
    *("0251.0376.0251.0376", "025177524776", "169.254.169.254.", "169.254.170.2", "100.64.0.1", "100.100.100.200"),
    *("100.127.255.254", "192.0.0.1", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.19.255.254", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "0xffffffff", "4294967295"),
    *("metadata.google.internal", "metadata", "instance-data", "kubernetes.default.svc", "host.docker.internal"),
)
IPV6: Final = (
    *(
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[0000:0000:0000:0000:0000:0000:0000:0001]",
        "[::0001]",
        "[0::1]",
        "[::0:1]",
    ),
    *("[::127.0.0.1]", "[::7f00:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:7F00:0001]"),
    *("[0:0:0:0:0:ffff:127.0.0.1]", "[0:0:0:0:0:FFFF:7F00:1]", "[::ffff:0:127.0.0.1]", "[::ffff:0:7f00:1]"),
    *("[::ffff:10.0.0.1]", "[::ffff:a00:1]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[::ffff:192.168.0.1]"),
    *("[::ffff:c0a8:1]", "[::ffff:172.16.0.1]", "[::ffff:100.64.0.1]", "[::ffff:0.0.0.0]", "[::ffff:0:0]"),
    *("[::10.0.0.1]", "[::169.254.169.254]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]"),
    *("[64:ff9b::a00:1]", "[64:ff9b::169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b::c0a8:1]"),
    *("[64:ff9b::0.0.0.0]", "[64:ff9b:1::1]", "[64:ff9b:1::127.0.0.1]", "[64:ff9b:1:7f00:1::]", "[2002:7f00:1::]"),
    *("[2002:7f00:0001::1]", "[2002:a00:1::]", "[2002:c0a8:1::]", "[2002:a9fe:a9fe::]", "[2002:ac10:1::1]"),
    *("[2001::1]", "[2001:0:7f00:1::]", "[2001:0:53aa:64c:0:0:80ff:fffe]", "[2001:db8::1]", "[2001:10::1]"),
    *("[2001:2::1]", "[100::1]", "[fc00::1]", "[fd00::1]", "[fd12:3456:789a::1]", "[fd00:ec2::254]", "[fe80::1]"),
    *("[fe80::1%25eth0]", "[fe80::1%eth0]", "[::1%25lo]", "[::1%lo]", "[fe80::a9fe:a9fe]", "[febf::1]", "[fec0::1]"),
    *("[ff00::1]", "[ff02::1]", "[ff02::fb]", "[ff05::1:3]", "[ff0e::1]", "[3fff::1]", "[5f00::1]", "[4000::1]"),
    *("[8000::1]", "[0:0:0:0:0:0:0:0]", "[::0]", "[::1.]", "[::1", "::1]", "[127.0.0.1]", "[localhost]", "[v1.x]"),
    *("[::ffff:127.1]", "[::ffff:0x7f.0.0.1]", "[::ffff:127.0.0.1%25lo]", "[0x::1]", "[:::1]", "[1]"),
)
USERS: Final = (
    *("example.com@127.0.0.1", "127.0.0.1@127.0.0.1", "a:b@127.0.0.1", "@127.0.0.1", ":@127.0.0.1", "a@[::1]"),
    *("example.com:80@127.0.0.1", "example.com%40@127.0.0.1", "a@b@127.0.0.1", "127.0.0.1%23@spoofed.example"),
    *("127.0.0.1\\@spoofed.example", "spoofed.example\\@127.0.0.1", "127.0.0.1\t", " 127.0.0.1", "127.0.0.1 "),
    *("127.0.0.1\r\n", "127.\n0.0.1", "127.0.0.1\x00", "local\thost", "127.0.0.1;spoofed.example"),
    *("127.0.0.1,spoofed.example", "{127.0.0.1}", "127.0.0.1|x", "*", "-", "_", "..", ".", "."),
    *("a" * 64 + ".example", "a." * 130 + "example", "xn--", "xn--a", "xn--80ak6aa92e", "127.0.0.1.xn--p1ai"),
)
SPELLINGS: Final = tuple(dict.fromkeys((*LOOPBACK, *INSIDE, *IPV6, *USERS)))
# What a name server may say of a name: one address that is not of the public internet refuses all.
ANSWERS: Final = (
    {"A": ("127.0.0.1",)},
    {"A": ("8.8.8.8", "127.0.0.1")},
    {"A": ("127.0.0.1", "8.8.8.8")},
    {"A": ("8.8.8.8", "10.0.0.1")},
    {"A": ("8.8.8.8", "169.254.169.254")},
    {"A": ("8.8.8.8",), "AAAA": ("::1",)},
    {"A": ("8.8.8.8",), "AAAA": ("::ffff:127.0.0.1",)},
    {"A": ("8.8.8.8",), "AAAA": ("64:ff9b::7f00:1",)},
    {"A": ("8.8.8.8",), "AAAA": ("2606:4700::1111", "fd00::1")},
    {"AAAA": ("::1",)},
    {"AAAA": ("fe80::1",)},
    {"A": ("0.0.0.0",)},  # noqa: S104 - the same
    {"A": ("192.168.1.1",), "AAAA": ("2606:4700::1111",)},
)


class Canary:
    """Somebody on loopback whom nobody may call, by IPv4 and, where there is one, by IPv6."""

    def __init__(self) -> None:
        self.hits = 0
        self.port = 0


@contextlib.contextmanager
def singing() -> Iterator[Canary]:
    canary, stop = Canary(), threading.Event()
    first = socket.create_server(("127.0.0.1", 0))
    canary.port = first.getsockname()[1]
    listening = [first]
    if socket.has_ipv6:
        with contextlib.suppress(OSError):  # a machine without it
            listening.append(socket.create_server(("::1", canary.port), family=socket.AF_INET6))

    def listen(one: socket.socket) -> None:
        one.settimeout(0.02)
        while not stop.is_set():
            try:
                peer, _ = one.accept()
            except TimeoutError:
                continue
            canary.hits += 1
            peer.close()

    threads = [threading.Thread(target=listen, args=(one,)) for one in listening]
    for thread in threads:
        thread.start()
    try:
        yield canary
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        for one in listening:
            one.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    with singing() as canary:
        yield canary


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    """A name server that leads everything it is asked for to loopback, if it knows nothing better."""
    with serving_names() as served:
        monkeypatch.setattr(settings, "YUNKE_DNS_SERVERS", served.address)
        monkeypatch.setattr(settings, "YUNKE_OUTBOUND_LOOPBACK", False)
        yield served


def test_there_are_enough_spellings() -> None:
    assert len(SPELLINGS) >= 200


def test_no_spelling_reaches_the_canary(canary: Canary, names: Names) -> None:
    for host in ("spoofed.example", "127.0.0.1.nip.example", "a.localhost", "localhost.localdomain", "metadata"):
        names.put(host, "A", "127.0.0.1")
    reached = []
    for spelling in SPELLINGS:
        for scheme in ("http", "https"):
            for url in (f"{scheme}://{spelling}:{canary.port}/hook", f"{scheme}://{spelling}/hook"):
                try:
                    fetch(url=url, method="POST", body=b"{}", timeout_s=3)
                except OutboundRefused:
                    continue
                reached.append(url)
    assert reached == []
    assert canary.hits == 0


@pytest.mark.parametrize("answers", ANSWERS, ids=str)
def test_one_address_of_ours_refuses_the_name(
    canary: Canary, names: Names, answers: dict[str, tuple[str, ...]]
) -> None:
    for kind, addresses in answers.items():
        names.put("partner.example", kind, *addresses)
    with pytest.raises(OutboundRefused) as refused:
        fetch(url=f"http://partner.example:{canary.port}/", timeout_s=3)
    assert refused.value.code == "address_refused"
    assert canary.hits == 0


def test_a_name_that_is_rebound_is_asked_for_once(
    canary: Canary, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was checked is what is connected to: the second answer, which leads inside, is never asked for."""
    names.put("rebinding.example", "A", "8.8.8.8")
    connected: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], **_: object) -> socket.socket:
        names.put("rebinding.example", "A", "127.0.0.1")
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("tenants.lines.socket.create_connection", connect)
    with pytest.raises(OutboundRefused):
        fetch(url=f"http://rebinding.example:{canary.port}/", timeout_s=3)
    assert connected == [("8.8.8.8", canary.port)]
    assert names.asked.count(("rebinding.example", "A")) == 1
    assert canary.hits == 0


def test_the_canary_would_be_hit(canary: Canary, names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the tests' own switch it is: the test above can fail."""
    monkeypatch.setattr(settings, "YUNKE_OUTBOUND_LOOPBACK", True)
    with pytest.raises(OutboundRefused):
        fetch(url=f"http://127.0.0.1:{canary.port}/", timeout_s=3)
    assert canary.hits == 1
