"""What the REST API shows of definitions."""

import re
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from conversations.definitions import differences, kinds, queries, transfer
from conversations.definitions.models import Definition, DefinitionDraft
from tenants.describing import Answer


class Kind(Answer, frozen=True):
    """A kind: its name in each language, which fields hold keys of which other kinds, the JSON Schema of its bodies."""

    kind: str
    titles: dict[str, str]
    key_pattern: str
    references: dict[str, str]
    schema: dict[str, Any]


class Draft(Answer, frozen=True):
    """What is being written, begun from version `base` (0: from nothing); saving it needs its `revision`."""

    revision: int
    base: int
    body: dict[str, Any]
    edited_at: datetime
    edited_by: UUID | None


class Document(Answer, frozen=True):
    """One key: its newest version, whose body is null if it is retired, and its draft. `by` is a person or a key."""

    kind: str
    key: str
    state: Literal["draft", "published", "retired"]
    version: int | None
    body: dict[str, Any] | None
    published_at: datetime | None
    published_by: UUID | None
    draft: Draft | None


class Version(Answer, frozen=True):
    """One version. `retired` ones take the document out of force."""

    version: int
    retired: bool
    body: dict[str, Any]
    published_at: datetime
    published_by: UUID | None


class Change(Answer, frozen=True):
    """One place (RFC 6901) that differs; what was added has no `before`, what was removed no `after`."""

    path: str
    action: Literal["added", "removed", "changed"]
    before: Any
    after: Any


class Diff(Answer, frozen=True, rename={"before": "from", "after": "to"}):
    """What changes from one version, or the draft, to another."""

    before: int | Literal["draft"]
    after: int | Literal["draft"]
    changes: list[Change]


class Planned(Answer, frozen=True):
    """What an import does to one key, and the version that is in force then."""

    kind: str
    key: str
    action: Literal["create", "new_version", "unchanged"]
    version: int
    changes: list[Change]


class Imported(Answer, frozen=True):
    """What an import did, or would do."""

    dry_run: bool
    results: list[Planned]


def show_kind(*, kind: kinds.Kind) -> Kind:
    """Answer a kind; its patterns in the dialect of JSON Schema, where `$` is the very end."""
    schema = msgspec.json.encode(msgspec.json.schema(kind.body)).decode()
    return Kind(
        kind=kind.name,
        titles=dict(kind.titles),
        key_pattern=f"^{kind.key}$",
        references=dict(kind.references),
        schema=msgspec.json.decode(re.sub(r'\\\\Z"', '$"', schema)),
    )


def show_document(*, document: queries.Document) -> Document:
    """Answer a document."""
    newest, draft = document.newest, document.draft
    in_force = newest is not None and not newest.is_retired
    return Document(
        kind=document.kind,
        key=document.key,
        state="published" if in_force else "retired" if newest else "draft",
        version=newest.version if newest else None,
        body=newest.body if newest and in_force else None,
        published_at=newest.published_at if newest else None,
        published_by=newest.published_by if newest else None,
        draft=_draft(draft) if draft else None,
    )


def show_version(*, row: Definition) -> Version:
    """Answer a version."""
    return Version(
        version=row.version,
        retired=row.is_retired,
        body=row.body,
        published_at=row.published_at,
        published_by=row.published_by,
    )


def show_changes(*, changes: list[differences.Change]) -> list[Change]:
    """Answer what differs."""
    return [Change(path=one.path, action=one.action, before=one.before, after=one.after) for one in changes]


def show_plan(*, plan: list[transfer.Planned], dry_run: bool) -> Imported:
    """Answer what an import does."""
    results = [
        Planned(
            kind=one.kind,
            key=one.key,
            action=one.action,
            version=one.version,
            changes=show_changes(changes=one.changes),
        )
        for one in plan
    ]
    return Imported(dry_run=dry_run, results=results)


def _draft(row: DefinitionDraft) -> Draft:
    return Draft(
        revision=row.revision, base=row.base, body=row.body or {}, edited_at=row.edited_at, edited_by=row.edited_by
    )
