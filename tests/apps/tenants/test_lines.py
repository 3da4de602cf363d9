"""Connections that are kept: used again by whoever opened them, and by nobody for anything else."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
from django.conf import settings

from tenants.lines import AGE_S, Lines
from tenants.outbound import AddressRefused, Unreachable, fetch
from tests.naming import Names, serving_names

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Answer = Callable[[socket.socket, int], bool]


@dataclass
class Partner:
    """A server that answers as it is told: with the connection's socket and the number of the request on it, from 1.

    Where that is False it hangs up. `opened` counts connections, `asked` requests.
    """

    answer: Answer
    port: int = 0
    opened: int = 0
    asked: list[int] = field(default_factory=list)

    def serve(self, peer: socket.socket) -> None:
        """Serve one connection."""
        number = 0
        with peer:
            while True:
                heard = b""
                while not heard.endswith(b"\r\n\r\n"):
                    more = peer.recv(4096)
                    if not more:
                        return
                    heard += more
                number += 1
                self.asked.append(number)
                if not self.answer(peer, number):
                    return


@contextmanager
def partner(answer: Answer) -> Iterator[Partner]:
    """Serve a partner on loopback."""
    served, threads, peers = Partner(answer), [], []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        served.port = listening.getsockname()[1]

        def accept() -> None:
            while True:
                try:
                    peer, _ = listening.accept()
                except OSError:
                    return
                served.opened += 1
                peers.append(peer)
                threads.append(threading.Thread(target=partial(served.serve, peer)))
                threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield served
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread in threads:
                thread.join()


@pytest.fixture
def lines() -> Iterator[Lines]:
    kept = Lines()
    yield kept
    kept.forget(at=float("inf"))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    with serving_names() as served:
        monkeypatch.setattr(settings, "YUNKE_DNS_SERVERS", served.address)
        yield served


def ok(peer: socket.socket, _number: int) -> bool:
    peer.sendall(OK)
    return True


def ask(lines: Lines, port: int, *, of: str = "one", host: str = "127.0.0.1") -> bytes:
    return fetch(url=f"http://{host}:{port}/", lines=lines, of=of).body


def close(lines: Lines) -> None:
    lines.forget(at=float("inf"))


def test_it_is_used_again_by_the_same_alone(lines: Lines) -> None:
    with partner(ok) as served:
        assert [ask(lines, served.port) for _ in range(3)] == [b"ok"] * 3
        assert (served.opened, served.asked) == (1, [1, 2, 3])
        ask(lines, served.port, of="another")
        assert served.opened == 2
        close(lines)


def test_who_has_hung_up_is_called_again(lines: Lines) -> None:
    def once(peer: socket.socket, number: int) -> bool:
        peer.sendall(OK if number == 1 else b"")
        return number == 1

    with partner(once) as served:
        assert [ask(lines, served.port) for _ in range(3)] == [b"ok"] * 3
        assert (served.opened, served.asked) == (3, [1, 2, 1, 2, 1]), "each second one was said again on another"
        close(lines)


def test_whoever_hangs_up_at_once_is_not_called_twice(lines: Lines) -> None:
    with partner(lambda _peer, _number: False) as served:
        with pytest.raises(Unreachable):
            ask(lines, served.port)
        assert (served.opened, served.asked) == (1, [1])


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlies",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ],
    ids=["says more than was asked", "will close", "is old"],
)
def test_it_is_not_used_again(lines: Lines, answer: bytes) -> None:
    def say(peer: socket.socket, _number: int) -> bool:
        peer.sendall(answer)
        return True

    with partner(say) as served:
        assert [ask(lines, served.port) for _ in range(2)] == [b"ok"] * 2
        assert served.opened == 2
        close(lines)


def test_it_leads_where_it_was_opened_to_and_the_name_is_asked_again_after_a_while(
    lines: Lines, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    names.put("partner.example", "A", "127.0.0.1")
    with partner(ok) as served:
        ask(lines, served.port, host="partner.example")
        names.put("partner.example", "A", "10.0.0.1")
        assert ask(lines, served.port, host="partner.example") == b"ok"
        assert (served.opened, names.asked.count(("partner.example", "A"))) == (1, 1)
        monkeypatch.setattr("tenants.lines.AGE_S", -AGE_S)
        with pytest.raises(AddressRefused):
            ask(lines, served.port, host="partner.example")
        assert (served.opened, served.asked) == (1, [1, 2])
        close(lines)


def test_none_is_left_open_for_long(lines: Lines) -> None:
    with partner(ok) as served:
        for of in ("one", "two"):
            ask(lines, served.port, of=of)
        close(lines)
        ask(lines, served.port)
        assert served.opened == 3
        close(lines)
