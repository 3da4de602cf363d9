"""What `./dev replay` reads, how long people wait, what it answers when it cannot run."""

import gzip
import json
from pathlib import Path

import pytest

from config.embedded.obstacles import Obstacle
from config.embedded.replay.__main__ import main
from config.embedded.replay.book import Message
from config.embedded.replay.dialogues import read_files
from config.embedded.replay.pace import Pace
from config.embedded.replay.progress import clock, describe
from config.embedded.replay.site import read_site
from config.embedded.replay.tally import percentile

GOOD = '{"id": 1, "extra": {}, "messages": [{"from": "customer", "text": "hi", "at": 5, "mood": "?"}]}'


def test_plain_and_packed_files_are_known_by_their_content(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.gz", tmp_path / "b.jsonl"
    plain.write_text(f"\ufeff{GOOD}\n\n{GOOD}")
    packed.write_bytes(gzip.compress(GOOD.encode()))
    library = read_files(paths=[plain, packed])
    assert [dialogue.id for dialogue in library.dialogues] == ["1", "1", "1"]
    assert library.dialogues[0].lines[0].at == 5
    assert library.messages == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no dialogue to play"),
        (b"{", "line 1 is not a dialogue"),
        (GOOD.encode() + b"\n[]\n", "line 2 is not a dialogue: Expected `object`"),
        (b'{"id": "x"}', "missing required field `messages`"),
        (b'{"messages": [{"from": "bot", "text": "x"}]}', "Invalid enum value 'bot'"),
        (b'{"messages": [{"from": "agent", "text": 5}]}', r"Expected `str`.*messages\[0\].text|messages"),
        (b'{"messages": [{"from": "agent", "text": "\xff"}]}', "line 1 is not a dialogue"),
        (b'{"messages": ' + b"[" * 100_000, "line 1 is not a dialogue"),
        (gzip.compress(GOOD.encode() * 1000, mtime=0)[:40], "cannot unpack"),
        (b'{"messages": [{"from": "agent", "text": " "}]}', "no dialogue to play"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)
    with pytest.raises(Obstacle, match=says) as refused:
        read_files(paths=[path])
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty message"),
        (" \n", "empty message"),
        ("x" * 8_001, "message longer than 8,000 characters"),
        ("a\0b", "message with a NUL character"),
    ],
)
def test_what_nobody_could_send_is_left_out_and_counted(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "odd.jsonl"
    said = [{"from": "customer", "text": text}, {"from": "agent", "text": "x" * 8_000}]
    path.write_text(json.dumps({"messages": said}))
    library = read_files(paths=[path])
    assert library.left_out == {reason: 1}
    assert library.messages == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["x", "--speed", "0"], ["x", "--speed", "nan"], ["x", "--tenants", "0"], ["x", "--concurrency", "many"]],
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "error:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "more", [[], ["--url", "ftp://x"], ["--url", "http://localhost:notaport"], ["--url", "http://localhost:1"]]
)
def test_an_obstacle_is_status_2_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    good = tmp_path / "good.jsonl"
    good.write_text(GOOD)
    assert main([str(good if more else tmp_path / "absent"), *more]) == 2
    said = capsys.readouterr().err
    assert said.startswith("./dev replay: ")
    assert said.count("\n") == 1


def test_people_wait_as_recorded_or_as_long_as_writing_takes() -> None:
    first, second = Message("1", "customer", "hi", 100), Message("2", "agent", "hello", 130)
    untimed, chinese = Message("3", "agent", "hello", None), Message("4", "agent", "您好您好您", None)
    assert Pace(speed=None).pause(before=second, after=first) == 0
    assert Pace(speed=10).pause(before=second, after=first) == 3
    assert Pace(speed=10).pause(before=first, after=second) == 0
    assert Pace(speed=10).pause(before=second, after=None) == 0
    assert 0 < Pace(speed=1).pause(before=untimed, after=first) < Pace(speed=1).pause(before=chinese, after=first)


def test_addresses_are_read_as_browsers_write_them() -> None:
    site = read_site(url="http://acme.localhost:8000/")
    assert (site.peer, site.host, site.origin) == ("127.0.0.1", "acme.localhost:8000", "http://acme.localhost:8000")
    site = read_site(url="https://Acme.example.com")
    assert (site.peer, site.host, site.live_url) == (
        "acme.example.com",
        "acme.example.com",
        "wss://acme.example.com/live/v1",
    )


def test_figures_are_written_as_people_read_them() -> None:
    assert [clock(seconds=seconds) for seconds in (0, 7.4, 750, 3723)] == ["0:00", "0:07", "12:30", "1:02:03"]
    assert "50%  5/10 messages  1/s  0:05, 0:05 left" in describe(done=5, total=10, unit="messages", seconds=5)
    assert percentile(values=[1.0, 2.0, 3.0, 4.0], share=0.5) == 2
    assert percentile(values=[], share=0.5) == 0
