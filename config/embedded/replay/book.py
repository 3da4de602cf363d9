"""What is being played where: companies, and each dialogue's conversation with its messages as they were sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from config.embedded.replay.dialogues import Dialogue, Side
from config.embedded.replay.site import Site

NOTE_EVERY: Final = 3  # one dialogue in three gets an internal note


@dataclass(slots=True)
class Company:
    """A tenant that was signed up for this run. `agent` is the owner's person id."""

    number: int
    slug: str
    site: Site
    email: str
    password: str
    inbox: str = ""
    agent: str = ""


@dataclass(slots=True)
class Message:
    """One message; `seq` is what its ack said, None before."""

    id: str
    side: Side
    text: str
    at: float | None
    seq: int | None = None


@dataclass(slots=True)
class Note:
    """An internal note; its text is the canary that no visitor and no other company may ever receive."""

    id: str
    text: str
    seq: int | None = None


@dataclass(slots=True)
class Talk:
    """A dialogue as it is played: in which company, and from when on in which conversation."""

    number: int
    name: str
    company: Company
    messages: list[Message]
    note: Note | None
    conversation: str = ""
    contact: str = ""
    resume: str | None = None
    token: str = ""
    by_id: dict[str, Message] = field(default_factory=dict)

    @property
    def public(self) -> str:
        """The topic of its public stream."""
        return f"conversation:{self.conversation}"

    @property
    def staff(self) -> str:
        """The topic of its staff stream."""
        return f"staff:{self.conversation}"


class Book:
    """All talks of a run. `canary` begins every note's text: it occurs nowhere else."""

    def __init__(self, *, run: str, companies: Sequence[Company], dialogues: Sequence[Dialogue]) -> None:
        """`run` is random, so that ids and canaries of two runs differ."""
        self.run = run
        self.companies = companies
        self.canary = f"canary-{run}-"
        self.talks = [self._plan(number, dialogue) for number, dialogue in enumerate(dialogues)]
        self.by_message = {message.id: talk for talk in self.talks for message in talk.messages}
        self.by_conversation: dict[str, Talk] = {}
        self.by_text: dict[str, set[int]] = {}
        for talk in self.talks:
            for message in talk.messages:
                self.by_text.setdefault(message.text, set()).add(talk.company.number)

    def canary_of(self, *, company: Company) -> str:
        """Answer how every note of this company begins."""
        return f"{self.canary}{company.number}-"

    def enter(self, *, talk: Talk, conversation: str) -> None:
        """A talk has its conversation."""
        talk.conversation = conversation
        self.by_conversation[conversation] = talk

    def of_company(self, *, company: Company) -> list[Talk]:
        """Answer a company's talks that have begun."""
        return [talk for talk in self.talks if talk.company is company and talk.conversation]

    def _plan(self, number: int, dialogue: Dialogue) -> Talk:
        company = self.companies[number % len(self.companies)]
        messages = [
            Message(f"{self.run}-{number}-{n}", line.side, line.text, line.at) for n, line in enumerate(dialogue.lines)
        ]
        note = None
        if number % NOTE_EVERY == 0:
            note = Note(f"{self.run}-{number}-note", f"{self.canary_of(company=company)}{number}")
        by_id = {message.id: message for message in messages}
        return Talk(number, dialogue.id, company, messages, note, by_id=by_id)
