"""What a canned reply is: the typed body of definition kind `canned_reply`."""

import re
from collections.abc import Iterator
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from conversations.definitions.kinds import Kind, Naming
from tenants.refusals import FieldError, Invalid

VARIABLES: Final = ("contact.name", "agent.name", "inbox.name", "conversation.id")
VARIABLE: Final = re.compile(r"\{\{\s*([a-z0-9_.]{1,90})\s*(?:\|([^{}|]{0,100}))?\}\}")
ATTRIBUTE: Final = re.compile(r"\{\{\s*contact\.attributes\.([a-z][a-z0-9_]{0,63})\s*(?:\|[^{}|]*)?\}\}")

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\Z")]
Text = Annotated[str, Meta(max_length=8000, pattern=r"\S")]


class CannedReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A text in one language or more, with variables such as {{contact.name}}.

    {{contact.attributes.plan}} is a contact's attribute, which must be in force. What follows a bar is said instead
    where there is no value: {{contact.name|you}}.
    """

    name: Name
    texts: Annotated[dict[Language, Text], Meta(min_length=1, max_length=20)]


def check_reply(body: CannedReply) -> CannedReply:
    """Answer the reply; raise Invalid with every variable that is not known and every brace that is left open."""
    errors: list[FieldError] = [
        {"field": f"texts.{language}", "code": "invalid", "detail": detail}
        for language, text in body.texts.items()
        for detail in _find_mistakes(text)
    ]
    if errors:
        raise Invalid(errors=errors)
    return body


def _find_mistakes(text: str) -> Iterator[str]:
    known = ", ".join((*VARIABLES, "contact.attributes.<key>"))
    for name in dict.fromkeys(found[1] for found in VARIABLE.finditer(text)):
        if name not in VARIABLES and not ATTRIBUTE.fullmatch(f"{{{{{name}}}}}"):
            yield f"{{{{{name}}}}} is not known; these are: {known}."
    rest = VARIABLE.sub("", text)
    if "{{" in rest or "}}" in rest:
        yield f"Double braces stand around a variable; these are known: {known}."


CANNED_REPLY: Final = Kind(
    name="canned_reply",
    titles={"en": "Canned reply", "zh": "快捷回复"},
    body=CannedReply,
    key=r"[a-z0-9][a-z0-9_-]{0,31}",
    check=check_reply,
    naming={"texts.*": Naming(ATTRIBUTE, "contact_attribute")},
)
