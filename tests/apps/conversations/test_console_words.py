"""Every word of the pages exists in both languages, and what is compiled is what is written."""

import re
from pathlib import Path
from typing import Final

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOM: Final = Path(__file__).resolve().parents[3] / "conversations"
WORDS: Final = ROOM / "static" / "yunke" / "i18n"
CATALOG: Final = ROOM / "locale" / "zh_Hans" / "LC_MESSAGES"
ENTRY: Final = re.compile(r'^  (\w+): "(.*)",$', re.MULTILINE)
TRANSLATED: Final = re.compile(r"""\{% translate (["'])(.+?)\1 %\}""")
BLOCK: Final = re.compile(r"\{% blocktranslate.*?%\}(.*?)\{% endblocktranslate %\}", re.DOTALL)


def _entries(name: str) -> dict[str, str]:
    return dict(ENTRY.findall((WORDS / name).read_text()))


@pytest.mark.parametrize(
    ("english", "chinese"), [("en.js", "zh.js"), ("widget-en.js", "widget-zh.js"), ("extras-en.js", "extras-zh.js")]
)
def test_browser_words_exist_in_both_languages(english: str, chinese: str) -> None:
    one, other = _entries(english), _entries(chinese)
    assert list(one) == list(other)
    assert len(one) == (WORDS / english).read_text().count('",\n')
    for key, words in one.items():
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", other[key])), key


def test_words_that_scripts_ask_for_exist() -> None:
    desk, widget = _entries("en.js"), _entries("widget-en.js") | _entries("extras-en.js")
    for script in (ROOM / "static" / "yunke").rglob("*.js"):
        known = widget if "widget" in script.parts else desk
        asked = re.findall(r"""\bsay\("(\w+)"[,)]""", script.read_text())
        assert set(asked) <= {*known, *widget}, script.name


def test_server_words_are_translated() -> None:
    known = set()
    for room in ("conversations", "tenants"):  # Django looks in the catalogs of all rooms
        with (ROOM.parent / room / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").open("rb") as file:
            known |= {message.id for message in read_po(file) if message.string}
    for template in (ROOM / "templates").rglob("*.html"):
        text = template.read_text()
        asked = {words for _, words in TRANSLATED.findall(text)}
        asked |= {re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", words) for words in BLOCK.findall(text)}
        assert asked <= known, template.name


def test_compiled_catalog_is_up_to_date() -> None:
    with (CATALOG / "django.po").open("rb") as file:
        written = {message.id: message.string for message in read_po(file) if message.id}
    with (CATALOG / "django.mo").open("rb") as file:
        compiled = {message.id: message.string for message in read_mo(file) if message.id}
    assert written == compiled, "run: pybabel compile -D django -d conversations/locale"
