"""Reading recorded dialogues from files of JSON lines, packed or not. Knows nothing of servers."""

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import msgspec

from config.embedded.obstacles import Obstacle

TEXT_CHARS: Final = 8_000
GZIP: Final = b"\x1f\x8b"
BOM: Final = b"\xef\xbb\xbf"

Side = Literal["customer", "agent"]


class Line(msgspec.Struct, frozen=True, rename={"side": "from"}):
    """One message; `at` is in unix seconds, None where the recording has no times."""

    side: Side
    text: str
    at: float | None = None


class Recording(msgspec.Struct, frozen=True):
    """One line of a file. Keys that we do not know are none of our business."""

    messages: list[Line]
    id: str | int | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A dialogue that can be played: at least one message, each of which a person could send."""

    id: str
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Library:
    """What was read, and why something was left out (reason -> how often)."""

    dialogues: list[Dialogue] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def messages(self) -> int:
        """How many messages there are to play."""
        return sum(len(dialogue.lines) for dialogue in self.dialogues)


def read_files(*, paths: Sequence[Path]) -> Library:
    """Answer all dialogues of the files in order; raise Obstacle, which names file and line."""
    library = Library()
    for path in paths:
        for number, line in _lines(path):
            _add(library, _parse(line, place=f"{path} line {number}"), name=f"{path.name}:{number}")
    if not library.dialogues:
        names = ", ".join(str(path) for path in paths)
        raise Obstacle(f"there is no dialogue to play in {names}")
    return library


def why_unsendable(*, text: str) -> str | None:
    """Say why nobody could send this as a chat message; None if it can be sent."""
    if not text.strip():
        return "empty message"
    if len(text) > TEXT_CHARS:
        return f"message longer than {TEXT_CHARS:,} characters"
    if "\x00" in text:
        return "message with a NUL character"
    return None


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that say something, with their numbers; whether a file is packed is seen by its content."""
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == GZIP
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                text = line.removeprefix(BOM).strip()
                if text:
                    yield number, text
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise Obstacle(f"cannot unpack {path}: {error}") from None
    except OSError as error:
        raise Obstacle(f"cannot read {path}: {error.strerror or error}") from None


def _parse(line: bytes, *, place: str) -> Recording:
    try:
        return msgspec.json.decode(line, type=Recording)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Obstacle(f"{place} is not a dialogue: {error}") from None


def _add(library: Library, recording: Recording, *, name: str) -> None:
    sendable = []
    for line in recording.messages:
        reason = why_unsendable(text=line.text)
        if reason:
            library.left_out[reason] += 1
        else:
            sendable.append(line)
    if sendable:
        identity = name if recording.id is None else str(recording.id)
        library.dialogues.append(Dialogue(identity, tuple(sendable)))
    else:
        library.left_out["dialogue without a message to play"] += 1
