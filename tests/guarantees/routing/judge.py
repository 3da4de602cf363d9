"""What a log says of routing: who had what when. It reads events alone, never the read model.

Finds what was given twice, to somebody full, or to nobody; and times each hand-out from when it became possible.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from conversations.desk.events import (
    ConversationOfferDeclined,
    ConversationOffered,
    ConversationOfferLapsed,
    ConversationQueued,
)
from conversations.desk.rules.work import KINDS, Work, after
from conversations.engine.events import Fact, Recorded
from conversations.engine.streams import subject_of
from conversations.presence.events import PresenceChanged
from conversations.threads.events import ConversationAssigned, MessagePosted

HELD: Final = ("offered", "assigned")


@dataclass
class Judge:
    """`room` is how many each agent may have; whoever declined is asked again after `again`."""

    room: Mapping[UUID, int]
    again: timedelta
    seen: Mapping[int, datetime]
    count: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    works: dict[UUID, Work] = field(default_factory=dict)
    _load: Counter[UUID] = field(default_factory=Counter)
    _here: dict[UUID, datetime] = field(default_factory=dict)  # since when somebody is online, if they are
    _free: dict[UUID, datetime] = field(default_factory=dict)  # since when there is room
    _since: dict[UUID, datetime] = field(default_factory=dict)  # since when a conversation is nobody's
    _asked: dict[tuple[UUID, UUID], datetime] = field(default_factory=dict)

    def read(self, *, events: Sequence[Recorded]) -> None:
        """Take in a log, in its order."""
        for event in events:
            self._read(event)
        left = [str(id_) for id_, work in self.works.items() if work.state != "done"]
        if left:
            self.wrong.append(f"{len(left)} were forgotten: {left[:3]}")

    def _read(self, event: Recorded) -> None:
        if event.kind == PresenceChanged.kind:
            self._come_or_go(UUID(event.body["member"]), event)
            return
        id_ = subject_of(stream=event.stream)
        if event.kind == MessagePosted.kind:
            self.works.setdefault(id_, Work(conversation=id_))
            self._since.setdefault(id_, event.at)
        if event.kind not in KINDS:
            return
        fact, before = event.fact(), self.works.get(id_, Work(conversation=id_))
        self.count[event.kind.split(".")[1]] += 1
        self._check(before, fact, event)
        self._note(before, fact, event)
        self.works[id_] = after(work=before, fact=fact, at=event.at)
        self._weigh(before, self.works[id_], event)

    def _come_or_go(self, member: UUID, event: Recorded) -> None:
        if event.body["state"] == "online":
            self._here.setdefault(member, event.at)
        else:
            self._here.pop(member, None)

    def _check(self, before: Work, fact: Fact, event: Recorded) -> None:
        """Judge a hand-out, and time it."""
        id_ = before.conversation
        match fact:
            case ConversationOffered(to=to):
                if before.state != "waiting":
                    self.wrong.append(f"{id_} was offered while it was {before.state}")
                self._time(id_, to, event)
            case ConversationAssigned(to=to) if to is not None:
                if before.state == "waiting":
                    self._time(id_, to, event)
                elif before.state != "offered" or before.member != to:
                    self.wrong.append(f"{id_} was given to {to} while it was {before.state} of {before.member}")
            case ConversationOfferLapsed(reason="timed_out"):
                if before.until is None or event.at < before.until:
                    self.wrong.append(f"{id_} lapsed too early")

    def _note(self, before: Work, fact: Fact, event: Recorded) -> None:
        """Remember from when on the next hand-out is possible."""
        id_ = before.conversation
        match fact:
            case ConversationOfferDeclined(by=member) | ConversationOfferLapsed(to=member):
                self._asked[id_, member] = event.at
                self._since[id_] = event.at
                if isinstance(fact, ConversationOfferLapsed) and fact.reason == "timed_out" and before.until:
                    self._since[id_] = before.until  # that the timer was late counts
            case ConversationQueued(not_to=member):
                if before.queued_at is not None:
                    self._since[id_] = event.at
                if member is not None:
                    self._asked[id_, member] = event.at

    def _weigh(self, before: Work, now: Work, event: Recorded) -> None:
        """Count who has how much, and since when there is room."""
        was = before.member if before.state in HELD else None
        has = now.member if now.state in HELD else None
        if was == has:
            return
        if was is not None:
            if self._load[was] >= self.room[was]:
                self._free[was] = event.at
            self._load[was] -= 1
        if has is not None:
            self._load[has] += 1
            if self._load[has] > self.room[has]:
                self.wrong.append(f"{has} had {self._load[has]} of {self.room[has]} at {event.position}")

    def _time(self, id_: UUID, to: UUID, event: Recorded) -> None:
        seen = self.seen.get(event.position)
        possible = [self._since.get(id_), self._here.get(to), self._free.get(to)]
        asked = self._asked.get((id_, to))
        possible.append(None if asked is None else asked + self.again)
        known = [at for at in possible if at is not None]
        if to not in self._here:
            self.count["to somebody who had just gone"] += 1
        elif seen is not None and known:
            self.waits_s.append(max((seen - max(known)).total_seconds(), 0.0))
