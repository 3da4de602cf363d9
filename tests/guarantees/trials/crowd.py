"""Many sockets in a process of their own, so that what they do does not delay who measures beside them.

`python -m tests.guarantees.trials.crowd`: where and who comes as JSON on the first line of stdin, then commands.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, Final, Self

import django
import msgspec

if __name__ == "__main__":
    django.setup()

from tests.guarantees.trials.raw import connect_all  # only after django.setup()
from tests.guarantees.trials.seats import Seat  # only after django.setup()
from tests.serving import ROOT  # as above

STARTS_S: Final = 300.0
SETTINGS: Final = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}


class Orders(msgspec.Struct):
    """Where to connect, as whom; `name` makes the ids of the crowd its own."""

    port: int
    name: str
    seats: list[Seat]


class Crowd:
    """The crowd as whoever commands it sees it."""

    def __init__(self, *, child: asyncio.subprocess.Process) -> None:
        """Take a child that was just started."""
        self._child = child

    @classmethod
    async def gather(cls, *, port: int, seats: Sequence[Seat], name: str) -> Self:
        """Start one and wait until everybody is connected."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.guarantees.trials.crowd"),
            cwd=ROOT,
            env={**os.environ, **SETTINGS},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        crowd = cls(child=child)
        await crowd._ask(msgspec.json.encode(Orders(port=port, name=name, seats=list(seats))).decode())
        return crowd

    async def flow(self, *, window: int) -> None:
        """Let each socket keep so many messages on their way."""
        await self._ask(f"flow {window}")

    async def say(self, *, count: int) -> None:
        """Let each socket send so many messages at once."""
        await self._ask(f"say {count}")

    async def count(self) -> dict[str, int]:
        """Answer how many messages were acked, refused, and how many sockets were closed."""
        answer: dict[str, int] = await self._ask("count")
        return answer

    async def leave(self) -> None:
        """End it."""
        assert self._child.stdin
        self._child.stdin.close()
        await self._child.wait()

    async def _ask(self, line: str) -> Any:
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.write(f"{line}\n".encode())
        await self._child.stdin.drain()
        async with asyncio.timeout(STARTS_S):
            answer = await self._child.stdout.readline()
        assert answer, "the crowd has ended"
        return json.loads(answer)


async def obey() -> None:
    """Be the crowd."""
    orders = msgspec.json.decode(sys.stdin.readline(), type=Orders)
    sockets = await connect_all(port=orders.port, seats=orders.seats, name=orders.name)
    _answer({"connected": len(sockets)})
    while line := await asyncio.to_thread(sys.stdin.readline):
        word, _, number = line.strip().partition(" ")
        for socket in sockets:
            if word == "flow":
                socket.flow(int(number))
            elif word == "say":
                socket.say(int(number))
        _answer(
            {
                "acked": sum(socket.acked for socket in sockets),
                "refused": sum(socket.refused for socket in sockets),
                "closed": sum(socket.is_over for socket in sockets),
            }
        )
    for socket in sockets:
        socket.leave()


def _answer(said: dict[str, int]) -> None:
    print(json.dumps(said), flush=True)  # noqa: T201 - the words between the two processes


if __name__ == "__main__":
    asyncio.run(obey())
