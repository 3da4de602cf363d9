"""What a web-chat inbox is: the typed body of definition kind `inbox`."""

from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from conversations.definitions.inbox.form import FormField, find_mistakes
from conversations.definitions.kinds import KEY, Kind
from tenants.refusals import Invalid

KIND: Final = "inbox"
ANY_ORIGIN: Final = "*"
EDIT_WINDOW_S: Final = 900
DEFAULT_PORTS: Final = {"http": 80, "https": 443}

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Line = Annotated[str, Meta(max_length=500)]
Origin = Annotated[str, Meta(max_length=255)]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}\Z")]
Key = Annotated[str, Meta(pattern=rf"^{KEY}\Z")]


class Greeting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the widget says first, per language."""

    en: Line = "Hello! How can we help?"
    zh: Line = "您好！有什么可以帮您？"


class OutsideHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a visitor is told when nobody is there by the calendar, per language."""

    en: Line = "We are closed right now. Leave a message, and we will answer when we are back."
    zh: Line = "现在是非工作时间。请留言，我们上班后会尽快回复您。"


class WebchatInbox(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A web-chat inbox. `origins` are the sites that may embed it; "*" stands for any.

    `calendar` is the key of its business hours. `require_vouching` lets in only visitors whom the site vouches for.
    Its conversations wait in `queue`, or else for anybody who takes them. `form` is asked before the first message.
    For `edit_window_s` (left out: 15 minutes; 0: never) whoever said something may change or recall it.
    """

    name: Name
    channel: Literal["webchat"] = "webchat"
    origins: Annotated[tuple[Origin, ...], Meta(max_length=50)] = (ANY_ORIGIN,)
    greeting: Greeting = msgspec.field(default_factory=Greeting)
    color: Colour = "#2457d6"
    # Unset, these are left out of the stored body: the version of the code before then still reads it.
    calendar: Key | msgspec.UnsetType | None = msgspec.UNSET
    require_vouching: bool | msgspec.UnsetType = msgspec.UNSET
    queue: Key | msgspec.UnsetType | None = msgspec.UNSET
    outside_hours: OutsideHours | msgspec.UnsetType = msgspec.UNSET
    form: Annotated[tuple[FormField, ...], Meta(max_length=20)] | msgspec.UnsetType = msgspec.UNSET
    edit_window_s: Annotated[int, Meta(ge=0, le=86_400)] | msgspec.UnsetType = msgspec.UNSET


def window_of(*, inbox: WebchatInbox) -> int:
    """Answer for how many seconds messages may be changed there."""
    return inbox.edit_window_s if isinstance(inbox.edit_window_s, int) else EDIT_WINDOW_S


def check_inbox(body: WebchatInbox) -> WebchatInbox:
    """Answer the inbox in its plain form; raise Invalid."""
    mistakes = find_mistakes(form=body.form or ())
    if mistakes:
        raise Invalid(errors=mistakes)
    return msgspec.structs.replace(
        body,
        origins=check_origins(origins=body.origins),
        calendar=msgspec.UNSET if body.calendar is None else body.calendar,
        require_vouching=body.require_vouching or msgspec.UNSET,
        queue=msgspec.UNSET if body.queue is None else body.queue,
        form=body.form or msgspec.UNSET,
    )


def check_origins(*, origins: tuple[str, ...]) -> tuple[str, ...]:
    """Answer the origins in their plain form (scheme://host[:port]); raise Invalid for what is not one."""
    return tuple(dict.fromkeys(_plain(origin.strip()) for origin in origins if origin.strip()))


def _plain(origin: str) -> str:
    if origin == ANY_ORIGIN:
        return origin
    try:
        parts = urlsplit(origin)
        port = f":{parts.port}" if parts.port and parts.port != DEFAULT_PORTS.get(parts.scheme) else ""
    except ValueError:
        raise _wrong(origin) from None
    host = _ascii(parts.hostname or "", origin)
    clean = parts.scheme in {"http", "https"} and not parts.path.strip("/") and not (parts.query or parts.username)
    if not clean or not host or not all(c.isalnum() or c in ".-" for c in host.removeprefix("*.")):
        raise _wrong(origin)
    return f"{parts.scheme}://{host}{port}"


def _ascii(host: str, origin: str) -> str:
    """Answer a host as browsers say it: a header with other letters would be no policy at all."""
    wildcard = "*." if host.startswith("*.") else ""
    try:
        return wildcard + host.removeprefix("*.").encode("idna").decode("ascii")
    except UnicodeError:
        raise _wrong(origin) from None


def _wrong(origin: str) -> Invalid:
    detail = f"{origin[:80]!r} is not an origin such as https://www.example.com"
    return Invalid(errors=[{"field": "origins", "code": "invalid", "detail": detail}])


INBOX: Final = Kind(
    name=KIND,
    titles={"en": "Inbox", "zh": "渠道"},
    body=WebchatInbox,
    references={"calendar": "calendar", "queue": "queue"},
    key=r"[A-Za-z0-9_-]{20}",  # cannot be guessed: whoever knows it can write to the company
    check=check_inbox,
    manage="inboxes.manage",
)
