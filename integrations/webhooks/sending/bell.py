"""What threads wake one by that waits for sockets: it can be waited for together with others. Knows nothing of why."""

import os
import select
from threading import Lock


class Bell:
    """It rings from ring() to hush(), however often it was rung."""

    def __init__(self) -> None:
        """Be silent."""
        self._hears, self._tells = os.pipe()
        os.set_blocking(self._hears, False)
        self._rings, self._lock = False, Lock()

    def __del__(self) -> None:
        """Let go of the pipe."""
        os.close(self._hears)
        os.close(self._tells)

    def fileno(self) -> int:
        """Answer what can be read from while it rings."""
        return self._hears

    def ring(self) -> None:
        """Wake who waits, or who will."""
        with self._lock:
            if not self._rings:
                os.write(self._tells, b"!")
                self._rings = True

    def hush(self) -> None:
        """Be silent; what rang it is looked for after this."""
        with self._lock:
            if self._rings:
                os.read(self._hears, 1)
                self._rings = False

    def wait(self, *, within_s: float) -> None:
        """Wait for it, at most so long."""
        waiting = select.poll()
        waiting.register(self._hears, select.POLLIN)
        waiting.poll(1000 * within_s)
