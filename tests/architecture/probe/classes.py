"""The words of the register: who may ask, which ids are taken, and what binds a way in to one tenant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Final


class Who(StrEnum):
    """Who is served; whoever is not named is refused before anything is looked up."""

    NOBODY = "nobody"
    VISITOR = "visitor"
    MEMBER = "member"
    KEY = "key"
    INSTALL = "install"  # a partner's system, by its signature
    OPERATOR = "operator"  # whoever runs the processes: no request reaches it


EVERYBODY: Final = frozenset({Who.NOBODY, Who.VISITOR, Who.MEMBER, Who.KEY})
STAFF: Final = frozenset({Who.MEMBER, Who.KEY})
MEMBER: Final = frozenset({Who.MEMBER})
VISITOR: Final = frozenset({Who.VISITOR})
INSTALLED: Final = frozenset({Who.INSTALL})
INSIDE: Final = frozenset({Who.OPERATOR})


class Id(StrEnum):
    """What an id names. Each but PLAIN is tried with another tenant's and with one that never was (mirror/)."""

    CONVERSATION = "conversation"
    TICKET = "ticket"
    SECOND_TICKET = "second ticket"
    ITEM = "item"  # of a ticket's checklist
    ENTRY = "entry"  # of a ticket's time
    FILE = "file"  # of a ticket
    APPROVAL = "approval"  # of a ticket
    CONTACT = "contact"
    OTHER = "other"  # a contact who may be the same as that one
    MERGED = "merged"  # a contact who was merged into another one
    IDENTITY = "identity"  # of a contact
    PURPOSE = "purpose"  # the key of a purpose of consent, which is a definition
    TOLD = "told"  # what a company's site tells of a contact
    PERSON = "person"
    KEY = "key"
    FACTOR = "factor"
    DOMAIN = "domain"
    INBOX = "inbox"
    EXPORT = "export"
    SITE = "site"  # a domain under which a company is served
    SECRET = "secret"
    REPLY = "reply"  # the key of a definition
    DEFINITION = "definition"  # kind/key
    TEAM = "team"  # the key of a team, which is a definition
    QUEUE = "queue"  # the key of a queue, which is a definition
    RULE = "rule"  # the key of a rule, which is a definition
    MACRO = "macro"  # the same of a macro
    DRY_RUN = "dry run"
    ROLE = "role"  # the key of a company's own role
    INVITATION = "invitation"
    SESSION = "session"
    CURSOR = "cursor"
    EMAIL = "email"
    SLUG = "slug"
    CONNECTION = "connection"
    WEBHOOK = "webhook"
    DELIVERY = "delivery"
    INSTALL = "install"
    PLAIN = "plain"  # a word or a number that means the same everywhere: a kind, a version, a seq


class Bound(Enum):
    """What keeps it with one tenant."""

    HOST = "The host names the tenant; rows are looked for in its schema alone, as its role."
    ROWS = "Rows of public, filtered by the tenant of the host."
    CALLER = "It says who asks: looked for in the host's schema, or compared with the host's tenant."
    SIGNED = "The tenant stands in what is signed and is compared with the host's."
    ROLE = "A function of the database that asks for the caller's role."
    NAMED = "It carries the schema's name and is heard under that name alone."
    EACH = "It is run for one tenant at a time, in its scope."
    PLATFORM = "It is about the platform's own rows, and answers nothing of a tenant's schema."
    SAME = "It is the same for everybody: nothing of any tenant is in it."


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One way in or through. `name` is as the walk says it; `ids` are by place: {path}, body.field or ?query.

    `shown`: the kinds of credentials that it makes, reads or keeps.
    """

    name: str
    who: frozenset[Who]
    bound: Bound
    ids: Mapping[str, Id] = field(default_factory=dict)
    why: str = ""
    shown: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Found:
    """Something that the walk found. `line` is what to enter, as far as it can be guessed; `ids` must be classified."""

    name: str
    file: str
    line: str
    ids: frozenset[str] = frozenset()


def within(name: str, bound: Bound, why: str) -> Entry:
    """Answer an entry of something that no request names."""
    return Entry(name=name, who=INSIDE, bound=bound, why=why)


ADVICE: Final = (
    "What is below is new and not classified (tests/architecture/probe/register/). Enter each line where it says, with"
    " who may ask, what each id names and what binds it to one tenant; tests/architecture/probe/classes.py has the"
    " words. From then on the probe tries every id of it with another tenant's."
)


def explain(*, found: Found) -> str:
    """Answer what to do about something that is not classified."""
    return f"{found.name}\n    in register/{found.file}: {found.line}"
