"""The one base of every expected "no". Concrete refusals live in the room that refuses.

Must not import anything of ours: every room, the engine included, may import this.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, TypedDict


class FieldError(TypedDict):
    """One refused field of a request: its name, a stable code, a sentence."""

    field: str
    code: str
    detail: str


def wrong(*, field: str, detail: str) -> FieldError:
    """Answer that a field's value cannot be taken, and why."""
    return {"field": field, "code": "invalid", "detail": detail}


class Refusal(Exception):
    """The request was refused."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    more: Mapping[str, Any] = MappingProxyType({})  # what the problem says besides, by name
    leads_to: ClassVar[str] = ""  # the page on which people can do something about it

    def __init__(self, *, detail: str | None = None, errors: list[FieldError] | None = None) -> None:
        """Say why, in `detail` if the class's docstring (the default message) does not say enough."""
        self.detail = detail or (type(self).__doc__ or "").strip().split("\n")[0]
        self.errors = errors or []
        super().__init__(self.detail)


class NotFound(Refusal):
    """There is no such thing here."""

    code = "not_found"
    status = 404


class NotAllowed(Refusal):
    """You may not do this."""

    code = "not_allowed"
    status = 403


class Suspended(Refusal):
    """This company's account takes no changes at present."""

    code = "suspended"
    status = 403


class Invalid(Refusal):
    """Some fields are not right."""

    code = "invalid"
    status = 422
