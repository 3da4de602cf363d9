"""Every application and every room has its place in .importlinter, the architecture document."""

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NO_ROOMS = {"migrations", "static", "templates", "locale", "management"}


def _layers(contract: str) -> set[str]:
    document = configparser.ConfigParser()
    document.read(ROOT / ".importlinter")
    return set(re.findall(r"\w+", document[f"importlinter:contract:{contract}"]["layers"]))


def _packages(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob("*/__init__.py")}


def test_every_room_has_its_place() -> None:
    assert _packages(ROOT / "conversations") - NO_ROOMS <= _layers("rooms")


def test_every_application_has_its_place() -> None:
    assert _packages(ROOT) - {"tests"} <= _layers("applications")
