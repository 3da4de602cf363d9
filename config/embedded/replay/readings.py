"""Judging what one reader got, event by event: live, over a second connection, or from the database. No I/O.

Every event that a reader gets goes through one of these; at the end they say what is missing.
"""

from dataclasses import dataclass
from typing import Any, Final

from config.embedded.replay.book import Book, Company, Talk
from config.embedded.replay.findings import Findings, Kind

MESSAGE: Final = "message.posted.v1"
NOTE: Final = "note.posted.v1"
AUTHORS: Final = {"customer": "contact", "agent": "member"}


@dataclass(frozen=True, slots=True)
class Sighting:
    """An event as a reader sees it. `sender` and `position` are None where the reader is not told."""

    seq: int
    kind: str
    id: str | None
    body: dict[str, Any]
    sender: str | None = None
    position: int | None = None


def see(*, frame: dict[str, Any]) -> Sighting:
    """Answer the event that a frame carries."""
    return Sighting(
        frame["seq"], frame["kind"], frame.get("id"), frame["body"], frame.get("sender"), frame.get("position")
    )


class Reading:
    """One talk's public stream as `who` reads it. `missing` is what it is called when a message never comes."""

    def __init__(self, *, talk: Talk, who: str, missing: Kind, book: Book, findings: Findings) -> None:
        """Nothing was read."""
        self.talk = talk
        self.last = 0
        self._who = who
        self._missing: Kind = missing
        self._book = book
        self._findings = findings
        self._seqs: dict[str, int] = {}

    def take(self, event: Sighting) -> None:
        """Judge the next event."""
        place = f"{self._who}, dialogue {self.talk.name}, seq {event.seq}"
        if event.seq <= self.last:
            self._add("duplicated", (self._who, self.talk.conversation, event.seq), f"{place} came again")
            return
        if event.seq != self.last + 1:
            key = (self.talk.conversation, self.last + 1)
            self._add("holes", key, f"{place} came after seq {self.last}")
        self.last = event.seq
        if event.kind == MESSAGE:
            self._take_message(event, place)

    def finish(self) -> None:
        """Judge the whole: what is missing, and the order."""
        highest = 0
        for message in self.talk.messages:
            seq = self._seqs.get(message.id)
            what = f"{self._who}, dialogue {self.talk.name}, message {message.id}"
            if seq is None:
                key = message.id if self._missing == "lost" else (self._who, message.id)
                self._add(self._missing, key, f"{what} is not there")
            elif seq < highest:
                self._add("reordered", message.id, f"{what} has seq {seq}, an earlier one has {highest}")
            elif message.seq is not None and message.seq != seq:
                self._add("reordered", message.id, f"{what} has seq {seq}, its ack said {message.seq}")
            highest = max(highest, seq or 0)

    def _take_message(self, event: Sighting, place: str) -> None:
        message = self.talk.by_id.get(event.id or "")
        if message is None:
            self._take_stranger(event, place)
        elif message.id in self._seqs:
            self._add("duplicated", (self.talk.conversation, event.seq), f"{place} repeats {message.id}")
        else:
            self._seqs[message.id] = event.seq
            said, by = event.body.get("text"), event.body.get("author")
            sender = self.talk.contact if message.side == "customer" else self.talk.company.agent
            if said != message.text or by != AUTHORS[message.side] or event.sender not in (None, sender):
                self._add("altered", message.id, f"{place} is not what {message.side} sent as {message.id}")

    def _take_stranger(self, event: Sighting, place: str) -> None:
        """Judge a message that was not sent here: a copy of one that was, or somebody else's."""
        text = event.body.get("text")
        key = (self.talk.conversation, event.seq)
        elsewhere = self._book.by_message.get(event.id or "")
        if elsewhere is None and any(message.text == text for message in self.talk.messages):
            self._add("duplicated", key, f"{place} repeats a text of this dialogue")
        else:
            whose = f"of company {elsewhere.company.slug}" if elsewhere else "that nobody sent here"
            self._add("leaked", key, f"{place} has a message {whose}")

    def _add(self, kind: Kind, key: Any, detail: str) -> None:
        self._findings.add(kind=kind, key=key, detail=detail)


class StaffReading:
    """One talk's staff stream as `who` reads it."""

    def __init__(self, *, talk: Talk, who: str, missing: Kind, book: Book, findings: Findings) -> None:
        """Nothing was read."""
        self.talk = talk
        self.last = 0
        self._who = who
        self._missing: Kind = missing
        self._canary = book.canary_of(company=talk.company)
        self._findings = findings
        self._noted = 0

    def take(self, event: Sighting) -> None:
        """Judge the next event."""
        place = f"{self._who}, staff side of dialogue {self.talk.name}, seq {event.seq}"
        key = (self.talk.conversation, "staff", event.seq)
        if event.seq <= self.last:
            self._findings.add(kind="duplicated", key=(self._who, *key), detail=f"{place} came again")
            return
        if event.seq != self.last + 1:
            self._findings.add(kind="holes", key=key, detail=f"{place} came after seq {self.last}")
        self.last = event.seq
        if event.kind == MESSAGE:
            self._findings.add(kind="leaked", key=key, detail=f"{place} is a message to the other side")
        if event.kind == NOTE:
            self._take_note(event, place, key)

    def finish(self) -> None:
        """Judge whether the note is there."""
        note = self.talk.note
        if note is not None and not self._noted:
            key = note.id if self._missing == "lost" else (self._who, note.id)
            detail = f"{self._who}, dialogue {self.talk.name}: the note is not there"
            self._findings.add(kind=self._missing, key=key, detail=detail)

    def _take_note(self, event: Sighting, place: str, key: Any) -> None:
        text, note = str(event.body.get("text")), self.talk.note
        self._noted += 1
        if not text.startswith(self._canary):
            self._findings.add(kind="leaked", key=key, detail=f"{place} is a note that nobody wrote here")
        elif note is None or text != note.text:
            self._findings.add(kind="altered", key=key, detail=f"{place} is not the note that was written")
        elif self._noted > 1:
            self._findings.add(kind="duplicated", key=key, detail=f"{place} repeats the note")


class DeskReading:
    """A company's desk as its agent sees it live: positions rise, and everything is the company's own."""

    def __init__(self, *, company: Company, book: Book, findings: Findings) -> None:
        """Nothing was read."""
        self.last = 0
        self.conversations: set[str] = set()
        self._company = company
        self._book = book
        self._findings = findings
        self._seen: set[str | None] = set()

    def take(self, event: Sighting, *, conversation: str) -> None:
        """Judge the next event."""
        place = f"desk of {self._company.slug}, position {event.position}"
        position = event.position or 0
        if position <= self.last:
            detail = f"{place} came after {self.last}"
            self._findings.add(kind="duplicated", key=(self._company.slug, position), detail=detail)
        self.last = max(self.last, position)
        self.conversations.add(conversation)
        self._seen.add(event.id)
        talk = self._book.by_message.get(event.id or "")
        if talk is not None and talk.company is not self._company:
            detail = f"{place} has a message of company {talk.company.slug}"
            self._findings.add(kind="leaked", key=(conversation, event.seq), detail=detail)

    def finish(self) -> None:
        """Judge whether what was seen is the company's own, and all of it."""
        talks = self._book.of_company(company=self._company)
        for message in (message for talk in talks for message in talk.messages):
            if message.seq is not None and message.id not in self._seen:
                detail = f"desk of {self._company.slug} never showed {message.id}"
                self._findings.add(kind="undelivered", key=("desk", message.id), detail=detail)
        for conversation in self.conversations - {talk.conversation for talk in talks}:
            detail = f"desk of {self._company.slug} has conversation {conversation}, which is not its own"
            self._findings.add(kind="leaked", key=(self._company.slug, conversation), detail=detail)
