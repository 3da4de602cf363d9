"""What dies is started again, ever more slowly; stopping is in order."""

import time
from pathlib import Path

import pytest

from config.embedded import supervise
from config.embedded.obstacles import Obstacle
from config.embedded.supervise import Command, Household, Watched, describe_exit


class FakePart:
    def __init__(self, *, name: str = "part", diary: list[str] | None = None) -> None:
        self.name = name
        self.diary = [] if diary is None else diary
        self.dead: str | None = None
        self.refuses = False

    def start(self) -> None:
        self.diary.append(f"start {self.name}")
        if self.refuses:
            raise Obstacle("not now")
        self.dead = None

    def death(self) -> str | None:
        return self.dead

    def stop(self) -> None:
        self.diary.append(f"stop {self.name}")


def silent(_: str) -> None:
    pass


def test_the_living_are_left_alone() -> None:
    part = FakePart()
    watched = Watched(part=part, say=silent)
    watched.start(now=0)
    watched.check(now=100)
    assert part.diary == ["start part"]


def test_the_dead_are_started_again_after_a_delay_that_doubles() -> None:
    part, said = FakePart(), list[str]()
    watched = Watched(part=part, say=said.append)
    watched.start(now=0)
    now, delays = 0.0, []
    for _ in range(8):
        part.dead = "killed by SIGKILL"
        watched.check(now=now)
        delays.append(float(said[-1].split()[-2]))
        watched.check(now=now + delays[-1] - 0.1)
        assert part.dead  # too early
        now += delays[-1]
        watched.check(now=now)
        assert part.dead is None
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert said[0] == "part died (killed by SIGKILL), starting it again in 0.5 s"


def test_who_ran_steadily_is_forgiven() -> None:
    part, said = FakePart(), list[str]()
    watched = Watched(part=part, say=said.append)
    watched.start(now=0)
    for now in (1.0, 100.0):
        part.dead = "exit status 1"
        watched.check(now=now)
        watched.check(now=now + 1)
    assert said[0] == said[1]


def test_a_start_that_is_refused_is_one_more_death() -> None:
    part, said = FakePart(), list[str]()
    watched = Watched(part=part, say=said.append)
    watched.start(now=0)
    part.dead, part.refuses = "its process ended", True
    watched.check(now=1)
    watched.check(now=2)
    assert said[-1] == "part died (not now), starting it again in 1 s"


def test_all_are_stopped_backwards() -> None:
    diary: list[str] = []
    household = Household(say=silent)
    for name in ("database", "worker", "server"):
        household.add(FakePart(name=name, diary=diary))
    household.stop()
    household.stop()
    assert diary[3:] == ["stop server", "stop worker", "stop database"]


def test_a_part_that_could_not_start_is_stopped_too() -> None:
    part, household = FakePart(), Household(say=silent)
    part.refuses = True
    with pytest.raises(Obstacle):
        household.add(part)
    household.stop()
    assert part.diary == ["start part", "stop part"]


def test_a_command_runs_dies_and_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "manage.py").write_text("import sys\nprint('about to go')\nsys.exit(3)\n")
    monkeypatch.setattr(supervise, "ROOT", tmp_path)
    command = Command(name="server", arguments=[], env={}, log=tmp_path / "server.log")
    assert command.death() == "it was never started"
    command.start()
    deadline = time.monotonic() + 20
    while command.death() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert command.death() == "exit status 3"
    assert command.last_words() == "about to go"
    command.stop()


def test_ends_are_told_in_words() -> None:
    assert describe_exit(None) is None
    assert describe_exit(0) == "exit status 0"
    assert describe_exit(-9) == "killed by SIGKILL"
