"""The judges of `./dev replay` without a server: each fault that a reader could meet is named, and nothing else."""

from typing import Any

import pytest

from config.embedded.replay.book import Book, Company, Talk
from config.embedded.replay.dialogues import Dialogue, Line
from config.embedded.replay.findings import Findings
from config.embedded.replay.readings import DeskReading, Reading, Sighting, StaffReading
from config.embedded.replay.seats import check_agents_frame, check_visitors_frame
from config.embedded.replay.site import Site

LINES = (Line("customer", "hi"), Line("agent", "hello"), Line("customer", "bye"))


@pytest.fixture
def findings() -> Findings:
    return Findings()


@pytest.fixture
def book() -> Book:
    """Two companies with a talk each; both notes are planned."""
    companies = [Company(n, f"c{n}", Site("http", f"c{n}.localhost", 80), "", "", agent="amy") for n in range(2)]
    book = Book(run="r", companies=companies, dialogues=[Dialogue(f"d{n}", LINES) for n in range(4)])
    for talk in book.talks:
        talk.contact = "eve"
        book.enter(talk=talk, conversation=f"conversation-{talk.number}")
    return book


def said(talk: Talk, n: int, *, seq: int | None = None, **how: Any) -> Sighting:
    """The event of the talk's message `n`, as it should be unless told otherwise."""
    message = talk.messages[n]
    author, sender = ("contact", "eve") if message.side == "customer" else ("member", "amy")
    body = {"author": author, "text": message.text}
    given: dict[str, Any] = {"id": message.id, "body": body, "sender": sender, "position": n + 10, **how}
    return Sighting(seq or n + 2, "message.posted.v1", **given)


def read(book: Book, findings: Findings, *events: Sighting) -> dict[str, int]:
    reading = Reading(talk=book.talks[0], who="she", missing="undelivered", book=book, findings=findings)
    reading.take(Sighting(1, "conversation.started.v1", None, {}))
    for event in events:
        reading.take(event)
    reading.finish()
    return found(findings)


def found(findings: Findings) -> dict[str, int]:
    return {str(kind): count for kind, count in findings.counts().items() if count}


def test_what_is_as_it_should_be_is_not_remarked_on(book: Book, findings: Findings) -> None:
    talk = book.talks[0]
    assert read(book, findings, *(said(talk, n) for n in range(3))) == {}
    assert findings.is_clean


def test_each_fault_has_its_name(book: Book, findings: Findings) -> None:
    talk, other = book.talks[0], book.talks[1]
    good = [said(talk, n) for n in range(3)]
    strange = {"author": "contact", "text": "who said that?"}
    cases: list[tuple[list[Sighting], dict[str, int]]] = [
        (good[:2], {"undelivered": 1}),
        ([*good, good[2]], {"duplicated": 1}),
        ([good[0], said(talk, 1, seq=4), said(talk, 2, seq=5)], {"holes": 1}),
        ([*good, said(talk, 2, seq=5)], {"duplicated": 1}),
        ([*good, said(talk, 2, seq=5, id=None)], {"duplicated": 1}),
        ([said(talk, 1, seq=2), said(talk, 0, seq=3), said(talk, 2, seq=4)], {"reordered": 1}),
        ([good[0], said(talk, 1, body={"author": "member", "text": "helo"}), good[2]], {"altered": 1}),
        ([good[0], said(talk, 1, body={"author": "contact", "text": "hello"}), good[2]], {"altered": 1}),
        ([good[0], said(talk, 1, sender="mallory"), good[2]], {"altered": 1}),
        ([*good, said(other, 0, seq=5)], {"leaked": 1}),
        ([*good, said(talk, 0, seq=5, id=None, body=strange)], {"leaked": 1}),
    ]
    assert [read(book, Findings(), *events) for events, _ in cases] == [finds for _, finds in cases]


def test_an_ack_that_named_another_place_is_found(book: Book, findings: Findings) -> None:
    book.talks[0].messages[1].seq = 7
    assert read(book, findings, *(said(book.talks[0], n) for n in range(3))) == {"reordered": 1}


def note(text: str, *, seq: int = 1) -> Sighting:
    return Sighting(seq, "note.posted.v1", "id", {"text": text})


def test_notes_are_judged_by_their_canaries(book: Book) -> None:
    talk, other = book.talks[0], book.talks[3]
    assert talk.note
    assert other.note
    cases: list[tuple[list[Sighting], dict[str, int]]] = [
        ([note(talk.note.text)], {}),
        ([], {"lost": 1}),
        ([note(other.note.text)], {"leaked": 1}),
        ([note(f"{talk.note.text}!")], {"altered": 1}),
        ([note(talk.note.text), note(talk.note.text, seq=2)], {"duplicated": 1}),
        ([note(talk.note.text, seq=2)], {"holes": 1}),
        ([note(talk.note.text), said(talk, 0, seq=2)], {"leaked": 1}),
    ]
    for events, finds in cases:
        findings = Findings()
        reading = StaffReading(talk=talk, who="she", missing="lost", book=book, findings=findings)
        for event in events:
            reading.take(event)
        reading.finish()
        assert found(findings) == finds


def test_a_visitor_gets_events_of_the_own_conversation_without_anything_of_the_staffs(book: Book) -> None:
    talk, other = book.talks[0], book.talks[1]
    good = {"type": "event", "topic": talk.public, "seq": 1, "kind": "message.posted.v1", "at": "", "body": {}}
    cases = [
        (good, {}),
        ({**good, "body": {"text": f"{book.canary}0"}}, {"exposed": 1}),
        ({**good, "kind": "conversation.assigned.v1"}, {"exposed": 1}),
        ({**good, "position": 5}, {"exposed": 1}),
        ({**good, "topic": other.public}, {"leaked": 1}),
    ]
    for frame, finds in cases:
        findings = Findings()
        check_visitors_frame(raw=str(frame), frame=frame, talk=talk, book=book, findings=findings)
        assert found(findings) == finds


def test_an_agent_gets_no_note_of_another_company(book: Book, findings: Findings) -> None:
    ours, theirs = book.companies
    check_agents_frame(raw=f"{book.canary_of(company=ours)}5", company=ours, book=book, findings=findings)
    assert found(findings) == {}
    check_agents_frame(raw=f"{book.canary_of(company=theirs)}5", company=ours, book=book, findings=findings)
    assert found(findings) == {"leaked": 1}


def test_a_desk_shows_everything_of_its_own_company_once_and_nothing_else(book: Book, findings: Findings) -> None:
    ours, theirs = book.talks[0], book.talks[1]
    ours.messages[0].seq = ours.messages[1].seq = 2
    desk = DeskReading(company=ours.company, book=book, findings=findings)
    desk.take(said(ours, 0), conversation=ours.conversation)
    desk.finish()
    assert found(findings) == {"undelivered": 1}
    desk.take(said(ours, 1, position=10), conversation=ours.conversation)
    desk.take(said(theirs, 0, position=11), conversation="unheard of")
    desk.finish()
    assert found(findings) == {"undelivered": 1, "duplicated": 1, "leaked": 2}
