"""A state machine of everything a client must not say, over a real socket: the server answers, closes, and lives on."""

import json
import socket
import zlib
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from conversations.live.tickets import issue_pass, sign_ticket
from tests.guarantees.trials.raw import LOOPBACK, cut_frames, frame_of, handshake_of
from tests.serving import Server
from tests.shop import Guest, Shop

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
COMPRESSED: Final = 0x80 | 0x40  # FIN, and the bit of permessage-deflate, which was not agreed on
PATIENCE_S: Final = 30.0
STEPS: Final = 25
MOST_GROWTH: Final = 50 * 1_048_576
WORDS: Final = (
    "hello",
    "subscribe",
    "unsubscribe",
    "send",
    "read",
    "typing",
    "presence",
    "ping",
    "welcome",
    "nonsense",
)
FIELDS: Final = ("id", "conversation", "text", "topic", "after", "seq", "state", "ticket", "resume", "files", "x")
ODD_TEXTS: Final[tuple[str, ...]] = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\udfff\ud800",
    "𝕏" * 40,
    "a" * 9_000,
    "../..",
    "%00",
    "NaN",
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(ODD_TEXTS),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
)


@dataclass(slots=True)
class Count:
    """What was said in all."""

    frames: int = 0
    closed: int = 0
    answers: int = 0


class Line:
    """A blocking websocket that can say anything, and comes back when it was closed."""

    def __init__(self, *, port: int, shop: Shop, guest: Guest, count: Count) -> None:
        """Connect and be welcome."""
        self.guest, self.ticket = guest, ""
        self._port, self._shop, self._count = port, shop, count
        self._socket: socket.socket | None = None
        self._rest = b""

    def say(self, *frames: bytes) -> None:
        """Send raw frames; a server that closes meanwhile is what is expected of it."""
        self._count.frames += len(frames)
        try:
            self._open().sendall(b"".join(frames))
        except OSError:
            self.leave()

    def check(self) -> None:
        """Be sure that somebody is there who acts on what is right: a ping is answered, now or after coming back."""
        for _ in range(3):
            try:
                self._open().sendall(frame_of(b'{"type":"ping"}'))
                if self._hear(b'{"type":"pong"'):
                    return
            except OSError:
                pass
            self._count.closed += 1
            self.leave()
        raise AssertionError("the server does not answer a ping any more")

    def leave(self) -> None:
        """Close."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection((LOOPBACK, self._port), timeout=PATIENCE_S)
            self._rest = b""
            self._socket.sendall(handshake_of(self._shop.tenant))
            while b"\r\n\r\n" not in self._rest:
                self._rest += self._receive()
            self._rest = self._rest.partition(b"\r\n\r\n")[2]
            self.ticket = sign_ticket(pass_=issue_pass(tenant=self._shop.tenant, actor=self.guest.actor, origin=""))
            self._socket.sendall(frame_of(json.dumps({"type": "hello", "ticket": self.ticket}).encode()))
            assert self._hear(b'{"type":"welcome"'), "nobody is let in any more"
        return self._socket

    def _hear(self, start: bytes) -> bool:
        """Read until an answer begins like this; False when the server closes."""
        while True:
            frames, self._rest = cut_frames(self._rest)
            self._count.answers += len(frames)
            for n, (opcode, payload) in enumerate(frames):
                if payload.startswith(start):
                    self._rest = b"".join(_again(*frame) for frame in frames[n + 1 :]) + self._rest
                    return True
                if opcode == CLOSE:
                    return False
            news = self._receive()
            if not news:
                return False
            self._rest += news

    def _receive(self) -> bytes:
        assert self._socket
        return self._socket.recv(65_536)


def _again(opcode: int, payload: bytes) -> bytes:
    """Answer a frame as a server sends it."""
    length = len(payload)
    head = bytes((length,)) if length < 126 else bytes((126, *length.to_bytes(2, "big")))
    return bytes((0x80 | opcode,)) + head + payload


def encode(value: Any) -> bytes:
    """Answer JSON as no well-behaved client would write it."""
    return json.dumps(value).encode(errors="surrogatepass")


class Malformed(RuleBasedStateMachine):
    """Each rule says something wrong; between them the server must still be there."""

    line: ClassVar[Line]
    strangers: ClassVar[str]  # another tenant's conversation

    def teardown(self) -> None:
        self.line.check()

    @rule(said=st.lists(st.text(max_size=60), min_size=1, max_size=40))
    def text(self, said: list[str]) -> None:
        self.line.say(*(frame_of(text.encode(errors="surrogatepass")) for text in said))

    @rule(said=st.lists(st.binary(max_size=60), min_size=1, max_size=10), opcode=st.sampled_from((TEXT, BINARY)))
    def data(self, said: list[bytes], opcode: int) -> None:
        self.line.say(*(frame_of(data, opcode) for data in said))
        self.line.check()

    @rule(said=st.lists(values, min_size=1, max_size=15))
    def other_json(self, said: list[Any]) -> None:
        self.line.say(*(frame_of(encode(value)) for value in said))

    @rule(
        said=st.lists(
            st.tuples(st.sampled_from(WORDS), st.dictionaries(st.sampled_from(FIELDS), scalars, max_size=4)),
            min_size=1,
            max_size=30,
        )
    )
    def almost_right(self, said: list[tuple[str, dict[str, Any]]]) -> None:
        self.line.say(*(frame_of(encode({"type": word, **fields})) for word, fields in said))

    @rule(cuts=st.lists(st.integers(0, 90), min_size=1, max_size=30))
    def truncated(self, cuts: list[int]) -> None:
        whole = encode({"type": "send", "id": "a", "conversation": str(self.line.guest.conversation), "text": "hi"})
        self.line.say(*(frame_of(whole[:cut]) for cut in cuts if cut < len(whole)))

    @rule(depth=st.integers(100, 20_000), bracket=st.sampled_from(("[", '{"a":')))
    def deep(self, depth: int, bracket: str) -> None:
        self.line.say(frame_of((bracket * depth).encode()[:60_000]))

    @rule(size=st.sampled_from((65_000, 65_537, 131_072, 131_073, 2_000_000)))
    def huge(self, size: int) -> None:
        self.line.say(frame_of(b'{"type":"send","text":"' + b"x" * size + b'"}'))
        self.line.check()

    @rule(digits=st.integers(20, 5_000))
    def huge_number(self, digits: int) -> None:
        said = b'{"type":"subscribe","topic":"desk","after":' + b"9" * digits + b"}"
        self.line.say(frame_of(said), frame_of(said.replace(b"9", b"-9", 1)), frame_of(b'{"type":"ping","x":NaN}'))

    @rule(topics=st.lists(st.sampled_from(("conversation", "staff", "desk", "")), min_size=1, max_size=20))
    def foreign(self, topics: list[str]) -> None:
        sent = encode({"type": "send", "id": "a", "conversation": self.strangers, "text": "hi"})
        asked = (encode({"type": "subscribe", "topic": f"{topic}:{self.strangers}", "after": 0}) for topic in topics)
        self.line.say(*(frame_of(said) for said in (sent, *asked)))

    @rule(again=st.booleans())
    def old_ticket(self, again: bool) -> None:
        if again:
            self.line.leave()
        self.line.say(frame_of(encode({"type": "hello", "ticket": self.line.ticket})))
        self.line.check()

    @rule(size=st.integers(1, 30))
    def compressed_bomb(self, size: int) -> None:
        bomb = zlib.compress(bytes(size * 1_000_000))
        self.line.say(frame_of(bomb, TEXT, first=COMPRESSED))
        self.line.check()

    @rule(count=st.integers(1, 200), payload=st.binary(max_size=125))
    def ping_flood(self, count: int, payload: bytes) -> None:
        self.line.say(*(frame_of(payload, PING) for _ in range(count)))
        self.line.check()

    @rule(opcode=st.integers(3, 15), first=st.sampled_from((0, 0x80, 0x90, 0xF0)), payload=st.binary(max_size=200))
    def broken_frame(self, opcode: int, first: int, payload: bytes) -> None:
        self.line.say(frame_of(payload, opcode, first=first))
        self.line.check()


def trial(*, server: Server, shop: Shop, other: Shop, frames: int, first_seed: int) -> dict[str, Any]:
    """Say so many frames at least; answer what came of it."""
    count = Count()
    strangers = other.welcome(text="not for you")
    line = Line(port=server.port, shop=shop, guest=shop.welcome(), count=count)
    line.check()
    made = type("Bound", (Malformed,), {"line": line, "strangers": str(strangers.conversation)})
    memory, rounds = server.memory, 0
    while count.frames < frames:
        _run(made, first_seed + rounds)
        rounds += 1
    line.check()
    line.leave()
    grown = server.memory - memory
    said = server.output()
    unhandled = said.count("Traceback") + said.count('"level": "error"') + said.count('"level": "critical"')
    return {
        "frames": count.frames,
        "answers": count.answers,
        "closed": count.closed,
        "grown_mb": round(grown / 1_048_576, 1),
        "unhandled": unhandled,
        "crashed": server.popen.poll() is not None,
        "kept": server.popen.poll() is None and not unhandled and grown < MOST_GROWTH,
    }


def _run(made: type[RuleBasedStateMachine], number: int) -> None:
    run_state_machine_as_test(
        seed(number)(made),
        settings=settings(
            max_examples=4,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
