"""Filling in a canned reply."""

from collections.abc import Mapping
from typing import Final

from conversations.definitions.canned_reply.body import VARIABLE, CannedReply

LAST_RESORT: Final = "en"


def render(*, reply: CannedReply, language: str, values: Mapping[str, str]) -> str:
    """Answer the text in the language, or the nearest there is, with every variable filled in.

    What is filled in is text and nothing else: braces in it stay. A variable without a value leaves what stands
    behind its bar, or nothing.
    """
    text = reply.texts[choose_language(reply=reply, language=language)]
    return VARIABLE.sub(lambda found: values.get(found[1]) or (found[2] or "").strip(), text)


def choose_language(*, reply: CannedReply, language: str) -> str:
    """Answer the reply's language nearest to one: itself, its parents, its relatives, English, the first."""
    parts = language.split("-")
    nearest = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    relatives = sorted(name for name in reply.texts if name.split("-")[0] == parts[0])
    return next(name for name in [*nearest, *relatives, LAST_RESORT, *reply.texts] if name in reply.texts)
