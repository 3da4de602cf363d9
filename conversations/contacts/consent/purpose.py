"""What a company may want its contacts' consent for: the definition kind `purpose`."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from conversations.definitions.kinds import Kind

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Wording = Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"\S")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\Z")]


class Purpose(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A purpose by its key, such as offers by mail, and the words to which people say yes, in one language or more.

    Every version stays: what somebody agreed to is told by its number and their language. With `renews` a consent to an
    older version counts no more.
    """

    name: Name
    names: Annotated[dict[Language, Name], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    wording: Annotated[dict[Language, Wording], Meta(min_length=1, max_length=20)]
    renews: bool = False


PURPOSE: Final = Kind(
    name="purpose",
    titles={"en": "Purpose of a consent", "zh": "同意用途"},
    body=Purpose,
    key=r"[a-z0-9][a-z0-9_-]{0,63}",
)
