"""What an operator can set is written down: every name that the settings read, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "config" / "settings"
READ = re.compile(r"environ(?:\.get\(|\[)\s*\"([A-Z_]+)\"")
NEEDED = re.compile(r"^    \"([A-Z_]+)\",$", re.MULTILINE)
NAMED = re.compile(r"`((?:YUNKE_|FORWARDED_)[A-Z_]+|[A-Z]+_URL)`")


def test_every_setting_is_written_down() -> None:
    production = (SETTINGS / "production.py").read_text()
    read = set(READ.findall((SETTINGS / "base.py").read_text() + production)) | set(NEEDED.findall(production))
    assert "YUNKE_TENANT_PORT" in read, "it must see what there is"
    assert "FORWARDED_ALLOW_IPS" in read
    assert set(NAMED.findall((ROOT / "docs" / "operating.md").read_text())) == read


def test_what_is_needed_is_told_from_what_is_not() -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    needed, _, _ = page.partition("## What can be set")
    assert set(NAMED.findall(needed)) == set(NEEDED.findall((SETTINGS / "production.py").read_text()))
