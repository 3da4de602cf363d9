"""Whatever a client sends: a frame, or a refusal whose text never depends on the input."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.live.frames import (
    FRAME_BYTES,
    HELLO_BYTES,
    TEXT_CHARS,
    ClientFrame,
    Malformed,
    Ping,
    Send,
    Subscribe,
    TooLarge,
    UnknownType,
    decode,
)

CONSTANT: Final = {kind: kind().detail for kind in (Malformed, TooLarge, UnknownType)}
ID: Final = "01900000-0000-7000-8000-000000000010"
WORDS: Final = ("hello", "subscribe", "unsubscribe", "send", "read", "typing", "presence", "ping", "nope")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(ID),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(["ticket", "resume", "topic", "after", "id", "conversation", "text", "files", "seq", "state"])
any_frames = st.builds(
    lambda word, fields: {"type": word, **fields},
    st.sampled_from(WORDS) | values,
    st.dictionaries(names | st.text(max_size=8), values, max_size=6),
)


def outcome(text: str) -> ClientFrame | str:
    """Decode, and hold every refusal to its constant text."""
    try:
        return decode(text=text)
    except (Malformed, TooLarge, UnknownType) as refusal:
        said, kind = refusal.detail, type(refusal)
    assert said == CONSTANT[kind]
    return kind.code


def send(**changed: Any) -> str:
    frame = {"type": "send", "id": "a-1", "conversation": ID, "text": "hello", **changed}
    return json.dumps(frame, ensure_ascii=False)


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text(text: str) -> None:
    outcome(text)


@given(values)
def test_any_json(value: Any) -> None:
    assert outcome(json.dumps(value)) in {"malformed", "unknown_type"}


@given(any_frames, st.booleans())
def test_any_fields(frame: dict[str, Any], escaped: bool) -> None:
    said = outcome(json.dumps(frame, ensure_ascii=escaped))
    if isinstance(said, Send):
        said.text.encode()
        assert "\x00" not in said.text


@given(any_frames, st.integers(0, 200), st.text(max_size=3))
def test_broken_json(frame: dict[str, Any], at: int, with_: str) -> None:
    text = json.dumps(frame)
    outcome(text[:at] + with_ + text[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "5",
        '"ping"',
        "{}",
        '{"type":5}',
        '{"type":null}',
        '{"type":"ping","more":1}',
        '{"type":"ping"}{"type":"ping"}',
        '{"type":"ping"',
        '\ufeff{"type":"ping"}',
        "[" * 20_000,
        '{"type":"ping","x":' + '{"x":' * 3_000 + "1" + "}" * 3_001,
        '{"type":"read","conversation":"' + ID + '","seq":' + "9" * 5_000 + "}",
        '{"type":"read","conversation":"' + ID + '","seq":0}',
        '{"type":"read","conversation":"' + ID + '","seq":-1}',
        '{"type":"read","conversation":"' + ID + '","seq":1.5}',
        '{"type":"read","conversation":"' + ID + '","seq":NaN}',
        '{"type":"read","conversation":"' + ID + '","seq":1e400}',
        '{"type":"subscribe","topic":"desk","after":9007199254740993}',
        '{"type":"presence","state":"NaN"}',
        '{"type":"subscribe","topic":"\ud800"}',
        '{"type":"subscribe","topic":"\\udc00"}',
        '{"type":"nope\\ud800"}',
        send(text="\x00"),
        send(text="a\x00b"),
        send(text="\ud800"),
        send(text="tail?").replace("?", "\\udfff"),
        send(text="\udfff tail"),
        send(text=""),
        send(text=" \n\t "),
        send(text="x" * (TEXT_CHARS + 1)),
        send(id=""),
        send(id="a" * 65),
        send(id="a b"),
        send(id="a\n"),
        send(id="é"),
        send(conversation="nobody"),
        send(files=[5]),
        send(access=1),
    ],
)
def test_malformed(text: str) -> None:
    assert outcome(text) == "malformed"


def test_unknown_type() -> None:
    assert outcome('{"type":"nope"}') == outcome('{"type":"welcome","session":1}') == "unknown_type"


def test_sizes_are_bytes() -> None:
    assert isinstance(outcome(send(text="云" * TEXT_CHARS)), Send)
    assert outcome('{"type":"ping"}' + " " * FRAME_BYTES) == "too_large"
    wide = '"' + "云" * (FRAME_BYTES // 3 + 1) + '"'
    assert outcome(wide) == "too_large"
    with pytest.raises(TooLarge):
        decode(text='{"type":"ping"}' + " " * HELLO_BYTES, limit=HELLO_BYTES)


def test_what_is_right_is_taken() -> None:
    assert decode(text='{"type":"ping"}') == Ping()
    assert decode(text='{"type":"subscribe","topic":"desk","after":9007199254740992}') == Subscribe(
        topic="desk", after=2**53
    )
    said = decode(text=send(text="\U0001f600 \\ \u2028 ok", id="A_b-9"))
    assert isinstance(said, Send)
    assert said.text == "\U0001f600 \\ \u2028 ok"
