"""What receivers do wrong. Each answers a request in its own way, over the handler's own socket."""

import contextlib
import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Final

Fault = Callable[[BaseHTTPRequestHandler], None]
TOO_LONG_S: Final = 12.0  # a request may last ten
_BOMB: Final = gzip.compress(bytes(100_000_000))


def hang(_handler: BaseHTTPRequestHandler) -> None:
    """Say nothing."""
    time.sleep(TOO_LONG_S)


def trickle(handler: BaseHTTPRequestHandler) -> None:
    """Say a byte now and then."""
    until = time.monotonic() + TOO_LONG_S
    with contextlib.suppress(OSError):
        while time.monotonic() < until:
            handler.connection.sendall(b"H")
            time.sleep(0.2)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Hang up hard."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def send_much(handler: BaseHTTPRequestHandler) -> None:
    """Say 100 MB, or as much as is listened to."""
    with contextlib.suppress(OSError):
        handler.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(1000):
            handler.connection.sendall(bytes(100_000))


def send_bomb(handler: BaseHTTPRequestHandler) -> None:
    """Say 100 MB of nothing, packed."""
    with contextlib.suppress(OSError):
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(_BOMB)}\r\n\r\n"
        handler.connection.sendall(head.encode() + _BOMB)


def say(status: int, **headers: str) -> Fault:
    """Answer with a status."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()

    return answer


FAULTS: Final[dict[str, Fault]] = {
    "none": say(200),
    "hangs": hang,
    "trickles": trickle,
    "resets": reset,
    "redirects": say(302, Location="http://127.0.0.1:1/"),
    "fails": say(500),
    "is busy": say(429, Retry_After="1"),
    "is gone": say(410),
    "sends 100 MB": send_much,
    "sends a bomb": send_bomb,
}


def first(*, times: int, fault: Fault) -> Callable[[BaseHTTPRequestHandler], bool]:
    """Answer what disturbs the first so many requests, and none after them."""
    left, lock = [times], threading.Lock()

    def disturb(handler: BaseHTTPRequestHandler) -> bool:
        with lock:
            left[0] -= 1
            if left[0] < 0:
                return False
        fault(handler)
        return True

    return disturb
