"""The register of definition kinds: what each is called, what its bodies must be, what they may refer to. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import msgspec

from tenants.bodies import invalid_from
from tenants.refusals import Invalid, NotFound
from tenants.text import is_storable_json

KEY: Final = r"[a-z0-9][a-z0-9_.-]{0,63}"


class Naming(NamedTuple):
    """How a text names definitions of a kind: the first group of the pattern is a key."""

    pattern: re.Pattern[str]
    kind: str


class Reference(NamedTuple):
    """A field, by its path in the body, that names another definition."""

    path: str
    kind: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of document.

    `body` forbids unknown fields and gives every later field a default that is left out of the stored body, so that
    the version of the code before still reads it. `references` says which fields hold the key of another definition:
    a dotted path ("*" is any item of a list, or value of a map) and that one's kind; `naming` says which fields are
    texts that name others. `check` answers the body in its plain form, or raises Invalid. `manage` is the permission
    that writing such documents takes, besides the one to write any at all.

    `members` are the fields that hold the id of a member of the company, who must be one when it is published;
    `key_is_member` says that the key is one, too.

    Where bodies are nested as their writers like, `find_references` and `find_members` answer what is named besides;
    `refers_to` are the kinds that may be among those.
    """

    name: str
    titles: Mapping[str, str]
    body: type[msgspec.Struct]
    references: Mapping[str, str] = field(default_factory=dict)
    naming: Mapping[str, Naming] = field(default_factory=dict)
    key: str = KEY
    check: Callable[[Any], Any] = lambda body: body
    manage: str = "definitions.manage"
    members: tuple[str, ...] = ()
    key_is_member: bool = False
    refers_to: tuple[str, ...] = ()
    find_references: Callable[[Mapping[str, Any]], Iterable[Reference]] = lambda _: ()
    find_members: Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]] = lambda _: ()

    def may_name(self, kind: str) -> bool:
        """Answer whether documents of this kind name some of another one."""
        named = (*self.references.values(), *(each.kind for each in self.naming.values()), *self.refers_to)
        return kind in named


_KINDS: Final[dict[str, Kind]] = {}


def register_kind(*, kind: Kind) -> None:
    """Declare a kind; config/wiring.py does it at start."""
    if not kind.body.__struct_config__.forbid_unknown_fields:
        raise ValueError(f"{kind.name}: its struct must forbid unknown fields")
    _KINDS[kind.name] = kind


def get_kinds() -> list[Kind]:
    """Answer every kind by name."""
    return [_KINDS[name] for name in sorted(_KINDS)]


def find_kind(*, name: str) -> Kind | None:
    """Answer the kind of this name."""
    return _KINDS.get(name)


def get_kind(*, name: str) -> Kind:
    """Answer the kind of this name; raise NotFound."""
    if name not in _KINDS:
        raise NotFound
    return _KINDS[name]


def check_key(*, kind: Kind, key: str) -> None:
    """Raise Invalid for a key that the kind does not take."""
    if not re.fullmatch(kind.key, key):
        detail = f"A key of {kind.name} matches {kind.key}"
        raise Invalid(errors=[{"field": "key", "code": "invalid", "detail": detail}])


def check_body(*, kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the body as JSON in its plain form; raise Invalid with the place of a mistake."""
    if not is_storable_json(data=body):
        raise Invalid(detail="The body holds characters that cannot be kept.")
    try:
        typed = kind.check(msgspec.convert(body, kind.body))
    except msgspec.ValidationError as error:
        raise invalid_from(error=error) from error
    # As it will be read: a tuple comes back as a list, a date as text.
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(typed))
    return plain


def get_references(*, kind: Kind, body: Mapping[str, Any]) -> list[Reference]:
    """Answer every definition that a body names."""
    whole = [
        Reference(path, target, key)
        for pattern, target in kind.references.items()
        for path, key in _walk(body, pattern.split("."), ())
    ]
    within = [
        Reference(path, naming.kind, found[1])
        for pattern, naming in kind.naming.items()
        for path, text in _walk(body, pattern.split("."), ())
        for found in naming.pattern.finditer(text)
    ]
    return [*whole, *dict.fromkeys(within), *kind.find_references(body)]


def get_members_named(*, kind: Kind, key: str, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Answer every member that a document names: the field and the id."""
    named = [("key", key)] if kind.key_is_member else []
    named += [found for pattern in kind.members for found in _walk(body, pattern.split("."), ())]
    return [*named, *kind.find_members(body)]


def _walk(part: Any, names: list[str], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if not names:
        if isinstance(part, str):
            yield ".".join(path), part
        return
    name, *rest = names
    if name == "*" and isinstance(part, list):
        for index, item in enumerate(part):
            yield from _walk(item, rest, (*path, str(index)))
    elif name == "*" and isinstance(part, Mapping):
        for key, item in part.items():
            yield from _walk(item, rest, (*path, str(key)))
    elif isinstance(part, Mapping) and name in part:
        yield from _walk(part[name], rest, (*path, name))
