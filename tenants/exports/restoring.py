"""Making a new tenant of an archive: all of it in one transaction, or nothing at all is left behind."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

import msgspec
from django.conf import settings
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from tenants import belongings, ports
from tenants.audit.noting import RESTORED, Target, Who, note
from tenants.belongings import Table
from tenants.context import TenantRef, maintenance_context
from tenants.database.clone import clone_template, see_public
from tenants.database.locks import TEMPLATE, lock_key
from tenants.database.names import new_schema_name
from tenants.database.roles import create_schema
from tenants.database.session import quoted
from tenants.exports.archive import FORMAT, MANIFEST, Manifest, Part, unpack
from tenants.exports.inviting import invite_named
from tenants.exports.refusals import Unfit
from tenants.exports.returning import Return, Row
from tenants.exports.writing import COLUMNS, migrations_digest, names
from tenants.provisioning.slugs import take_slug
from tenants.provisioning.validation import refuse_invalid_company

ROWS: Final = 500
LONGEST_LINE: Final = 64 << 20

TENANT: Final = """
INSERT INTO public.tenants (id, name, slug, schema, state, created_at, confirmed_at)
VALUES (%s, %s, %s, %s, 'active', %s, %s)
"""
HEAD: Final = "INSERT INTO public.heads (schema, tenant, position) VALUES (%s, %s, %s)"
ANCHOR: Final = "INSERT INTO public.audit_anchors (schema, entries, digest, signature) VALUES (%s, %s, %s, %s)"
OPERATOR: Final = Who(kind="operator")


@dataclass(frozen=True, slots=True)
class Restored:
    """The new tenant; how many of its people are known here under another id or had to be made; what is not as it was.

    `is_ours` tells whether the archive was made by an application with the same key ring.
    """

    tenant: TenantRef
    renamed: int
    made: int
    is_ours: bool
    losses: tuple[str, ...]


def check_archive(*, file: IO[bytes]) -> Manifest:
    """Answer the archive's manifest once every file in it is as the manifest says; raise Unfit."""
    found: dict[str, tuple[int, int, str]] = {}
    manifest: Manifest | None = None
    try:
        for name, content in unpack(file=file):
            if name == MANIFEST:
                manifest = msgspec.json.decode(content.read(LONGEST_LINE), type=Manifest)
            else:
                found[name] = _sum(content)
    except (OSError, EOFError, ValueError, msgspec.MsgspecError) as error:
        raise Unfit(detail=f"The archive cannot be read ({type(error).__name__}).") from error
    except Exception as error:  # tarfile and zlib have errors of their own
        raise Unfit(detail=f"The archive is damaged ({type(error).__name__}).") from error
    if manifest is None or manifest.format != FORMAT:
        raise Unfit(detail=f"This is not an archive of the form {FORMAT}.")
    said = {part.file: (part.rows, part.bytes, part.sha256) for part in manifest.tables}
    wrong = sorted(name for name in said.keys() | found.keys() if said.get(name) != found.get(name))
    if wrong:
        raise Unfit(detail=f"These files are not as the manifest says: {', '.join(wrong)}.")
    return manifest


def restore(*, file: IO[bytes], slug: str, now: datetime, name: str | None = None, site: str | None = None) -> Restored:
    """Make a new tenant of an archive under `slug`; ids and positions stay. That it was done is in its audit.

    Whom an archive that was not made here names, and who is known here, is invited by mail: `site` is where it will be
    served, for the link; by default https under the platform's domain. What the service does by itself goes on from
    where it was. Raises Unfit, Invalid, SlugTaken.
    """
    manifest = check_archive(file=file)
    tenant = TenantRef(id=uuid7(), slug=slug, schema=new_schema_name())
    called = manifest.name if name is None else name
    refuse_invalid_company(name=called, slug=slug)
    back = Return(source=manifest.tenant, tenant=tenant, is_ours=manifest.is_ours, now=now)
    with (
        maintenance_context(schema=settings.YUNKE_TEMPLATE_SCHEMA),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock_key(TEMPLATE)])
        if migrations_digest(cursor) != manifest.migrations:
            raise Unfit(detail="The archive was made by another version: its tables are not ours.")
        take_slug(slug=slug)
        cursor.execute(TENANT, [tenant.id, called, slug, tenant.schema, now, now])
        cursor.execute(HEAD, [tenant.schema, tenant.id, manifest.position])
        create_schema(cursor, schema=tenant.schema)
        clone_template(cursor, schema=tenant.schema)
        see_public(cursor)
        _write_down(cursor, manifest, tenant, now)
        _fill(cursor, manifest, file, back)
        for named in back.named:
            invite_named(tenant=tenant, company=called, named=named, site=site or _site_of(slug), now=now)
    for tell in ports.tenant_restored:
        tell(tenant, now)
    renamed = sum(was != is_ for was, is_ in back.ids["persons"].items())
    return Restored(tenant, renamed=renamed, made=back.made, is_ours=back.is_ours, losses=tuple(back.losses))


def _site_of(slug: str) -> str:
    return f"https://{slug}.{settings.YUNKE_TENANT_DOMAIN}"


def _write_down(cursor: Any, manifest: Manifest, tenant: TenantRef, now: datetime) -> None:
    """Let the audit begin where the other one ended: its anchor, and then the entry that says whose it was."""
    if manifest.anchor is not None:
        end = manifest.anchor
        cursor.execute(ANCHOR, [tenant.schema, end.entries, end.digest, end.signature])
    target = Target(kind="tenant", id=str(manifest.tenant), label=manifest.slug)
    after = {"made_at": manifest.made_at.isoformat(), "position": manifest.position}
    note(tenant=tenant.id, who=OPERATOR, action=RESTORED, target=target, now=now, after=after)


def _fill(cursor: Any, manifest: Manifest, file: IO[bytes], back: Return) -> None:
    parts = {part.file: part for part in manifest.tables}
    shared: dict[str, list[Row]] = {}
    for name, content in unpack(file=file):
        part = parts.get(name)
        if part is not None and part.scope == "tenant":
            _fill_table(cursor, part, content, back)
        elif part is not None:
            _check_columns(cursor, part, belongings.TABLES.get(part.table), f"public.{quoted(part.table)}")
            shared[part.table] = [json.loads(line) for line in content]
    back.bring(cursor, rows=shared)


def _fill_table(cursor: Any, part: Part, content: IO[bytes], back: Return) -> None:
    relation = f"{quoted(back.tenant.schema)}.{quoted(part.table)}"
    declared = _check_columns(cursor, part, ports.tenant_tables.get(part.table), relation)
    columns = ", ".join(map(quoted, part.columns))
    text = (
        f"INSERT INTO {relation} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{relation}, %s::json)"  # noqa: S608 # quoted names
    )
    for lines in _batches(content):
        if declared.sealed or declared.returns:
            rows = [json.loads(line) for line in lines]
            kept = back.reseal(table=part.table, declared=declared, rows=rows, ids=[row["id"] for row in rows])
            cursor.execute(text, [json.dumps([{**row, **declared.returns} for row in kept])])
        else:
            cursor.execute(text, [f"[{','.join(lines)}]"])


def _check_columns(cursor: Any, part: Part, table: Table | None, relation: str) -> Table:
    """Answer the table of this name, if it is one that comes in an archive and has these columns; raise Unfit."""
    if table is None or table.left_out is not None:
        raise Unfit(detail=f"The table {part.table} is not one of ours.")
    if set(part.columns) != {*names(cursor=cursor, query=COLUMNS, relation=relation)} - {*table.without}:
        raise Unfit(detail=f"The columns of {part.table} are not ours.")
    return table


def _batches(content: IO[bytes]) -> Iterator[list[str]]:
    lines: list[str] = []
    for line in content:
        lines.append(line.decode())
        if len(lines) == ROWS:
            yield lines
            lines = []
    if lines:
        yield lines


def _sum(content: IO[bytes]) -> tuple[int, int, str]:
    rows = size = 0
    total = hashlib.sha256()
    while piece := content.read(1 << 20):
        rows += piece.count(b"\n")
        size += len(piece)
        total.update(piece)
    return rows, size, total.hexdigest()
