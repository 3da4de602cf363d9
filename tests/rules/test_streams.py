"""The names of streams: a pair of ids a subject, told apart by their last bit."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.engine.events import Audience
from conversations.engine.streams import audience_of, new_subject, stream_of, streams_of, subject_of
from conversations.live.topics import DESK, UnknownTopic, parse_topic

subjects = st.uuids().map(lambda any_id: UUID(int=any_id.int & ~1))


@given(subjects)
def test_a_stream_says_whose_and_for_whom(subject: UUID) -> None:
    public = stream_of(subject=subject, audience=Audience.PUBLIC)
    staff = stream_of(subject=subject, audience=Audience.STAFF)
    assert [public, staff] == streams_of(subject=subject) == sorted([public, staff])
    assert (public, audience_of(stream=public)) == (subject, Audience.PUBLIC)
    assert staff != subject
    assert audience_of(stream=staff) is Audience.STAFF
    assert subject_of(stream=public) == subject_of(stream=staff) == subject


def test_new_subjects_are_even_ordered_and_of_version_7() -> None:
    made = [new_subject() for _ in range(200)]
    assert all(one.int & 1 == 0 and one.version == 7 for one in made)
    assert len(set(made)) == len(made)


@given(subjects)
def test_topics_name_streams(subject: UUID) -> None:
    public, staff = parse_topic(name=f"conversation:{subject}"), parse_topic(name=f"staff:{subject}")
    assert (public.kind, public.subject, public.stream) == ("conversation", subject, subject)
    assert (staff.kind, staff.subject) == ("staff", subject)
    assert audience_of(stream=staff.stream) is Audience.STAFF
    assert parse_topic(name="desk") is DESK


@given(subjects)
def test_a_staff_streams_id_names_no_conversation(subject: UUID) -> None:
    odd = stream_of(subject=subject, audience=Audience.STAFF)
    for name in (f"conversation:{odd}", f"staff:{odd}"):
        with pytest.raises(UnknownTopic):
            parse_topic(name=name)


@given(subjects, st.sampled_from([str.upper, "{{{}}}".format, "urn:uuid:{}".format, " {}".format, "{}\n".format]))
def test_a_topic_has_one_spelling(subject: UUID, spell: "object") -> None:
    said = spell(str(subject)) if callable(spell) else ""
    if said != str(subject):
        with pytest.raises(UnknownTopic):
            parse_topic(name=f"conversation:{said}")
    with pytest.raises(UnknownTopic):
        parse_topic(name=f"conversation:{subject.hex}")


@given(st.text(max_size=80))
def test_any_other_name_is_unknown(name: str) -> None:
    if name not in {"desk", "tickets", "presence"}:
        with pytest.raises(UnknownTopic):
            parse_topic(name=name)


def test_the_desk_has_no_stream() -> None:
    with pytest.raises(UnknownTopic):
        _ = DESK.stream
