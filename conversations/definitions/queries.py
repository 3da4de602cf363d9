"""Reading definitions: what is in force, what is being written, what was."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Collate

from conversations.definitions.models import Definition, DefinitionDraft
from tenants.paging import Page, Window, cut, turn
from tenants.text import is_storable

Place = tuple[str, str]  # kind and key
Edition = tuple[int, datetime | None]


@dataclass(frozen=True, slots=True)
class Document:
    """Everything about one key: its newest version, in force or retired, and its draft; one of them is there."""

    kind: str
    key: str
    newest: Definition | None
    draft: DefinitionDraft | None


def find_newest(*, kind: str, key: str) -> Definition | None:
    """Answer the newest version, which may say that the document is retired."""
    # Both may come from a URL: not all text can be looked for.
    if not is_storable(text=kind + key):
        return None
    return Definition.objects.filter(kind=kind, key=key).order_by("-version").first()


def count_others(*, kind: str, key: str) -> int:
    """Answer how many other keys of a kind there are, published once or being written."""
    published = Definition.objects.filter(kind=kind).exclude(key=key).values("key")
    drafted = DefinitionDraft.objects.filter(kind=kind, body__isnull=False).exclude(key=key).values("key")
    return published.union(drafted).count()


def count_versions(*, kinds: Collection[str]) -> int:
    """Answer how many versions of definitions of these kinds were ever published; none of them ever goes away."""
    return Definition.objects.filter(kind__in=kinds).count()


def get_edition(*, kinds: Collection[str]) -> Edition:
    """Answer how often anything of these kinds was published, and when last: it tells whether something was since."""
    rows = Definition.objects.filter(kind__in=kinds)
    found = rows.aggregate(count=Count("id"), last=Max("published_at"))
    return found["count"], found["last"]


def get_versions(*, ids: Collection[UUID]) -> dict[UUID, Definition]:
    """Answer versions by their ids, in force or not."""
    return Definition.objects.in_bulk(list(ids))


def find_definition(*, kind: str, key: str) -> Definition | None:
    """Answer the version in force of one document."""
    newest = find_newest(kind=kind, key=key)
    return None if newest is None or newest.is_retired else newest


def find_version(*, kind: str, key: str, version: int) -> Definition | None:
    """Answer one version, in force or not."""
    if not is_storable(text=kind + key):
        return None
    return Definition.objects.filter(kind=kind, key=key, version=version).first()


def find_draft(*, kind: str, key: str) -> DefinitionDraft | None:
    """Answer the draft of one document."""
    if not is_storable(text=kind + key):
        return None
    return DefinitionDraft.objects.filter(kind=kind, key=key, body__isnull=False).first()


def find_document(*, kind: str, key: str) -> Document | None:
    """Answer everything about one key."""
    newest, draft = find_newest(kind=kind, key=key), find_draft(kind=kind, key=key)
    return None if newest is None and draft is None else Document(kind, key, newest, draft)


def get_definitions(*, kind: str) -> list[Definition]:
    """Answer the version in force of every document of a kind, by key."""
    return get_in_force(kinds=[kind])


def get_in_force(*, kinds: Collection[str]) -> list[Definition]:
    """Answer the version in force of every document of these kinds, by kind and key."""
    return [row for row in _newest().filter(kind__in=kinds) if not row.is_retired]


def get_newest(*, places: Collection[Place]) -> dict[Place, Definition]:
    """Answer the newest versions, in force or retired, of these documents; one that is not there is left out."""
    kinds, keys = {kind for kind, _ in places}, {key for _, key in places}
    rows = {(row.kind, row.key): row for row in _newest().filter(kind__in=kinds, key__in=keys)}
    return {place: rows[place] for place in places if place in rows}


def get_page(*, kind: str | None, window: Window) -> Page[Document]:
    """Answer documents by kind and key."""
    places = _get_places(kind=kind, window=window)
    newest, drafts = get_newest(places=places), _get_drafts(places)
    rows = [Document(*place, newest.get(place), drafts.get(place)) for place in places]
    return turn(rows=rows, window=window, key=lambda row: (row.kind, row.key))


def get_documents(*, kind: str) -> list[Document]:
    """Answer every document of a kind, by key: no more than a company can have."""
    newest = {row.key: row for row in _newest().filter(kind=kind)}
    drafts = {row.key: row for row in DefinitionDraft.objects.filter(kind=kind, body__isnull=False)}
    return [Document(kind, key, newest.get(key), drafts.get(key)) for key in sorted(newest.keys() | drafts.keys())]


def get_history(*, kind: str, key: str, window: Window) -> Page[Definition]:
    """Answer the versions of one document, newest first."""
    if not is_storable(text=kind + key):
        return Page([], None, None)
    rows = Definition.objects.filter(kind=kind, key=key)
    found = cut(rows=rows, fields=("version",), descending=True, window=window)
    return turn(rows=list(found), window=window, key=lambda row: (row.version,))


def _newest() -> QuerySet[Definition]:
    return Definition.objects.order_by("kind", "key", "-version").distinct("kind", "key")


def _get_places(*, kind: str | None, window: Window) -> list[Place]:
    """Answer the window's kinds and keys, in the order of their bytes: it does not hang on the database's language."""
    wanted, order = Q() if kind is None else Q(kind=kind), ("at", "name")
    in_bytes = {"at": Collate("kind", "C"), "name": Collate("key", "C")}
    published = Definition.objects.filter(wanted).annotate(**in_bytes).distinct()
    drafted = DefinitionDraft.objects.filter(wanted, body__isnull=False).annotate(**in_bytes)
    both = (
        cut(rows=published, fields=order, descending=False, window=window)
        .values_list(*order)
        .union(cut(rows=drafted, fields=order, descending=False, window=window).values_list(*order))
    )
    ordered = both.order_by(*(f"-{name}" if window.back else name for name in order))
    return [(row[0], row[1]) for row in ordered[: window.limit + 1]]


def _get_drafts(places: Collection[Place]) -> dict[Place, DefinitionDraft]:
    kinds, keys = {kind for kind, _ in places}, {key for _, key in places}
    rows = DefinitionDraft.objects.filter(kind__in=kinds, key__in=keys, body__isnull=False)
    return {(row.kind, row.key): row for row in rows}
