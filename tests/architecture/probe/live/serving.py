"""The product's server, with sockets of its own, in a thread of this process."""

import threading
import time
from types import TracebackType
from typing import Final, Self

from config.server import DrainingServer, configure
from tests.serving import free_port

STARTS_S: Final = 60.0
STOPS_S: Final = 30.0


class NearServer:
    """`with` starts it and ends it; only one at a time can be in a process."""

    def __init__(self) -> None:
        self.port = free_port()
        self._server = DrainingServer(configure(host="127.0.0.1", port=self.port))
        self._thread = threading.Thread(target=self._server.run, name="near-server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        until = time.monotonic() + STARTS_S
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise AssertionError("the server does not start")
            time.sleep(0.02)
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(STOPS_S)
        assert not self._thread.is_alive()
