"""Calls to servers that customers name: over real sockets and a real DNS, and never to our own network."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from django.conf import settings

from tenants import resolving
from tenants.outbound import AddressRefused, AnswerTooLarge, OutboundRefused, TimedOut, Unreachable, fetch
from tests.naming import Names, serving_names


class Site(BaseHTTPRequestHandler):
    """Says back what it was asked."""

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest")
            self.end_headers()
            return
        text = b"x" * int(self.path[1:]) if self.path[1:].isdigit() else f"{self.headers['Host']} ".encode() + body
        self.send_response(200)
        self.send_header("X-Told", self.headers.get("X-Told", ""))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET  # noqa: N815 - http.server wants this name

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[int]:
    """A web site; answers its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    with serving_names() as served:
        monkeypatch.setattr(settings, "YUNKE_DNS_SERVERS", served.address)
        yield served


@contextlib.contextmanager
def dripping(piece: bytes) -> Iterator[int]:
    """A server that says a byte now and then, for ever; answers its port."""
    stop = threading.Event()

    def serve() -> None:
        peer, _ = listening.accept()
        with peer, contextlib.suppress(OSError):
            while not stop.is_set():
                peer.sendall(piece)
                stop.wait(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            stop.set()
            thread.join()


def test_a_name_is_looked_up_and_asked(site: int, names: Names) -> None:
    names.put("shop.example.net", "A", "127.0.0.1")
    url = f"http://shop.example.net:{site}/hi"
    told = fetch(url=url, method="POST", headers={"X-Told": "yes"}, body=b"word")
    assert (told.status, told.headers["x-told"]) == (200, "yes")
    assert told.body == f"shop.example.net:{site} word".encode()
    assert names.asked.count(("shop.example.net", "A")) == 1, "it is resolved once"


@pytest.mark.parametrize("bad", ["10.0.0.5", "169.254.169.254", "fe80::1"])
def test_one_bad_address_refuses_the_name(site: int, names: Names, bad: str) -> None:
    names.put("rebound.example.net", "A", "127.0.0.1")
    names.put("rebound.example.net", "AAAA" if ":" in bad else "A", *({bad} if ":" in bad else ("127.0.0.1", bad)))
    with pytest.raises(AddressRefused):
        fetch(url=f"http://rebound.example.net:{site}/")


def test_this_machine_is_called_in_tests_only(site: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fetch(url=f"http://127.0.0.1:{site}/").status == 200
    assert fetch(url=f"http://localhost:{site}/").status == 200
    monkeypatch.setattr(settings, "YUNKE_OUTBOUND_LOOPBACK", False)
    for host in ("127.0.0.1", "localhost", "127.1.2.3", "[::1]", "[::ffff:127.0.0.1]", "[::]"):
        with pytest.raises(AddressRefused):
            fetch(url=f"http://{host}:{site}/")


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "1.2.3.4.5"])
def test_other_spellings_of_an_address_are_names(site: int, names: Names, host: str) -> None:
    with pytest.raises(OutboundRefused):
        fetch(url=f"http://{host}:{site}/")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.net/",
        "http://",
        "http:///path",
        "http://user:word@example.net/",
        "http://example.net:port/",
        "http://example.net/a b",
        "http://example.net/\r\nX: y",
        "//example.net/",
        "http://ex\u0430mple.net/",
        "http://" + "a" * 300 + ".net/",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(OutboundRefused):
        fetch(url=url)


def test_a_redirect_is_an_answer(site: int) -> None:
    told = fetch(url=f"http://127.0.0.1:{site}/elsewhere")
    assert (told.status, told.headers["location"]) == (302, "http://169.254.169.254/latest")


def test_an_answer_has_its_limit(site: int) -> None:
    assert len(fetch(url=f"http://127.0.0.1:{site}/1000", limit_bytes=1000).body) == 1000
    with pytest.raises(AnswerTooLarge):
        fetch(url=f"http://127.0.0.1:{site}/1001", limit_bytes=1000)


@pytest.mark.parametrize("piece", [b"H", b"HTTP/1.1 200 OK\r\nA: b\r\n", b"HTTP/1.1 200 OK\r\n\r\nx"])
def test_who_drips_is_not_waited_for(piece: bytes) -> None:
    began = time.monotonic()
    with dripping(piece) as port, pytest.raises(OutboundRefused):
        fetch(url=f"http://127.0.0.1:{port}/", timeout_s=0.5)
    assert time.monotonic() - began < 3


def test_who_says_nothing_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimedOut):
        fetch(url=f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout_s=0.3)


def test_who_is_not_there(names: Names) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable):
            fetch(url=f"http://127.0.0.1:{bound.getsockname()[1]}/")
    with pytest.raises(OutboundRefused):
        fetch(url="http://nobody.example.net/")
    names.silent = True
    with pytest.raises(OutboundRefused):
        fetch(url="http://slow.example.net/", timeout_s=0.3)


def test_tls_is_checked_against_the_name(site: int) -> None:
    with pytest.raises(Unreachable):
        fetch(url=f"https://127.0.0.1:{site}/")


def test_both_questions_to_a_slow_name_server_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, float]] = []

    def look(_name: str, kind: str, timeout_s: float) -> list[str]:
        asked.append((kind, timeout_s))
        return []

    times = iter([100.0, 100.0, 103.0])
    monkeypatch.setattr(resolving, "_look", look)
    monkeypatch.setattr(resolving, "time", SimpleNamespace(monotonic=lambda: next(times)))
    assert resolving.find_addresses(name="slow.example", timeout_s=5.0) == []
    assert asked == [("A", 5.0), ("AAAA", 2.0)]
