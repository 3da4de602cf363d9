"""The browser that tests of the pages drive: an installed Chromium, or Debian's package when we may install it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
CHINESE_FONTS: Final = ("*CJK*", "*wqy*", "*SourceHan*", "*PingFang*")
FONT_FOLDERS: Final = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
APT: Final = ("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300")


def find_chromium() -> str | None:
    """Answer the path of an installed Chromium or Chrome."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def ensure_chromium() -> str | None:
    """Install what is missing if we may; answer the browser's path, None after saying how to get one."""
    missing = ([] if find_chromium() else ["chromium"]) + ([] if _has_chinese_font() else ["fonts-noto-cjk"])
    missing += [tool for tool in ("curl", "openssl") if not shutil.which(tool)]  # the guide for partners uses them
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(missing)
    found = find_chromium()
    if not found:
        _say("the tests of the pages need Chromium: run `sudo apt-get install chromium`, then this again")
    return found


def _install(packages: list[str]) -> None:
    _say(f"installing {' and '.join(packages)} with apt-get, for the tests of the pages")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--no-install-recommends", *packages]):
        subprocess.run([*APT, *arguments], env=environment, stdout=subprocess.DEVNULL, check=False)


def _has_chinese_font() -> bool:
    return any(next(folder.rglob(pattern), None) for folder in FONT_FOLDERS for pattern in CHINESE_FONTS)


def _say(line: str) -> None:
    print(f"./dev test: {line}", file=sys.stderr, flush=True)  # noqa: T201 - it talks to the person at the terminal
