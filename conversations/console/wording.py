"""What is not right in a form, said in the reader's language. Programs are told it in English, by the API."""

import re
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext

from tenants.refusals import Refusal

OTHER: Final = "One of the fields is not right."
ORIGIN: Final = "“%(origin)s” is not the address of a site such as https://www.example.com."
INBOX: Final[Mapping[str, str]] = {
    "name": "Enter a name of at most 100 characters.",
    "color": "Choose a colour.",
    "origins": "At most 50 sites may show it.",
    "greeting": "A greeting has at most 500 characters.",
}
KEY: Final[Mapping[str, str]] = {
    "scopes": "Choose at least one thing that the key may do.",
    "networks": "Enter networks such as 203.0.113.0/24, or addresses, one a line and at most 50.",
    "expires_at": "Choose a day that is still to come, in the next hundred years.",
}
_END: Final = re.compile(r"[.\[].*", re.DOTALL)


def say_wrong(*, refusal: Refusal | None, words: Mapping[str, str]) -> list[str]:
    """Answer a sentence for each field that was refused, or why all was; nothing where nothing was."""
    if refusal is None:
        return []
    fields = dict.fromkeys(_END.sub("", error["field"]) for error in refusal.errors)
    return [gettext(words.get(field, OTHER)) for field in fields] or [gettext(refusal.detail)]
