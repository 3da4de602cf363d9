"""A partner's server on loopback: keeps what it is told, answers what the test says."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Told:
    """One request. Names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Answer what the delivery is called."""
        return self.headers["webhook-id"]

    @property
    def said(self) -> Any:
        """Answer the body, decoded."""
        return json.loads(self.body)


Answer = Callable[[Told], tuple[int, dict[str, str], bytes]]


def accept(told: Told) -> tuple[int, dict[str, str], bytes]:
    """Take everything, and answer challenges."""
    challenge = told.said["data"].get("challenge")
    return 200, {}, json.dumps({"challenge": challenge}).encode() if challenge else b"thanks"


@dataclass
class Receiver:
    """What it was told, and what it answers from now on."""

    port: int = 0
    answer: Answer = accept
    told: list[Told] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        """Answer its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def events(self) -> list[Told]:
        """Answer what it was told that was no challenge."""
        return [told for told in list(self.told) if told.said["type"] != "webhook.challenge.v1"]

    def hear(self, told: Told) -> tuple[int, dict[str, str], bytes]:
        """Keep a request; answer it."""
        with self._news:
            self.told.append(told)
            self._news.notify_all()
        return self.answer(told)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever asks may hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Keep and answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        told = Told(self.path, headers, body)
        status, more, text = self.server.receiver.hear(told)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(text)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve a receiver."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.receiver = Receiver(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.receiver
        finally:
            server.shutdown()
            thread.join()
