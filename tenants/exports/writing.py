"""Writing a tenant's archive: every table as it is in one and the same moment, row by row, never all at once."""

import hashlib
import tempfile
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, Final

from django.db import connection, transaction

from tenants import belongings, ports
from tenants.belongings import SharedTable, Table
from tenants.context import TenantRef, maintenance_context
from tenants.database.session import quoted
from tenants.exports.archive import FORMAT, Anchor, LeftOut, Manifest, Packing, Part, Scope, file_of, packing

# One snapshot for all that follows; must be the transaction's first statement.
SNAPSHOT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
MIGRATIONS: Final = "SELECT app || '.' || name FROM django_migrations ORDER BY id"
ABOUT: Final = """
SELECT t.name, t.slug, h.position, a.entries, a.digest, a.signature
FROM public.tenants t
JOIN public.heads h ON h.schema = t.schema
LEFT JOIN public.audit_anchors a ON a.schema = t.schema
WHERE t.id = %s
"""
COLUMNS: Final = """
SELECT a.attname FROM pg_attribute a
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum
"""
KEY: Final = """
SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(attnum, place)
JOIN pg_attribute a ON a.attnum = k.attnum
WHERE i.indrelid = %s::regclass AND i.indisprimary AND a.attrelid = i.indrelid ORDER BY k.place
"""


def write_archive(*, tenant: TenantRef, out: Any, now: datetime) -> Manifest:
    """Write everything the tenant owns to `out`; answer the manifest."""
    with (
        maintenance_context(schema=tenant.schema),
        transaction.atomic(),
        connection.cursor() as cursor,
        packing(out=out, at=now) as archive,
    ):
        cursor.execute(SNAPSHOT)
        cursor.execute(ABOUT, [tenant.id])
        name, slug, position, entries, digest, signature = cursor.fetchone()
        manifest = Manifest(
            format=FORMAT,
            tenant=tenant.id,
            slug=slug,
            name=name,
            made_at=now,
            migrations=migrations_digest(cursor),
            position=position,
            tables=_write_tables(cursor, archive, tenant),
            left_out=_left_out(),
            anchor=entries and Anchor(entries=entries, digest=digest, signature=signature),
        ).signed()
        archive.close_with(manifest=manifest)
    return manifest


def migrations_digest(cursor: Any) -> str:
    """Answer a digest of the migrations that the schema on the search_path has had."""
    cursor.execute(MIGRATIONS)
    return hashlib.sha256(" ".join(name for (name,) in cursor.fetchall()).encode()).hexdigest()


def _write_tables(cursor: Any, archive: Packing, tenant: TenantRef) -> list[Part]:
    own = [
        _write_table(cursor, archive, "tenant", name, table, f"{quoted(tenant.schema)}.{quoted(name)}", "true", {})
        for name, table in sorted(ports.tenant_tables.items())
        if table.left_out is None
    ]
    params = {"tenant": tenant.id}
    shared = [
        _write_table(cursor, archive, "public", name, table, f"public.{quoted(name)}", table.rows, params)
        for name, table in sorted(belongings.TABLES.items())
        if table.left_out is None and table.rows is not None
    ]
    return own + shared


def _write_table(
    cursor: Any,
    archive: Packing,
    scope: Scope,
    name: str,
    table: Table,
    relation: str,
    rows: str,
    params: Mapping[str, Any],
) -> Part:
    columns = [
        column for column in names(cursor=cursor, query=COLUMNS, relation=relation) if column not in table.without
    ]
    picked = ", ".join(map(quoted, columns))
    order = ", ".join(map(quoted, names(cursor=cursor, query=KEY, relation=relation)))
    query = f"SELECT row_to_json(r)::text FROM (SELECT {picked} FROM {relation} WHERE {rows} ORDER BY {order}) r"  # noqa: S608 # quoted names and our own conditions
    with tempfile.TemporaryFile() as file:
        count, total = _copy(cursor, query, params, file)
        size = file.tell()
        file.seek(0)
        archive.put(name=file_of(scope=scope, table=name), file=file, size=size)
    return Part(
        scope=scope,
        table=name,
        file=file_of(scope=scope, table=name),
        rows=count,
        bytes=size,
        sha256=total,
        columns=columns,
        without=dict(table.without),
        note=table.note,
    )


def _copy(cursor: Any, query: str, params: Mapping[str, Any], file: IO[bytes]) -> tuple[int, str]:
    """Write one line a row; answer how many there are and their checksum."""
    count, total = 0, hashlib.sha256()
    with cursor.copy(f"COPY ({query}) TO STDOUT", params) as rows:
        for (text,) in rows.rows():
            line = text.encode() + b"\n"
            file.write(line)
            total.update(line)
            count += 1
    return count, total.hexdigest()


def _left_out() -> list[LeftOut]:
    tables: list[tuple[Scope, str, Table]] = [
        *(("tenant", name, table) for name, table in sorted(ports.tenant_tables.items())),
        *(("public", name, table) for name, table in sorted(belongings.TABLES.items())),
    ]
    return [
        LeftOut(scope=scope, table=name, why=table.left_out)
        for scope, name, table in tables
        if table.left_out is not None and not (isinstance(table, SharedTable) and table.rows is None)
    ]


def names(*, cursor: Any, query: str, relation: str) -> list[str]:
    """Answer the columns of a table that `query` (COLUMNS, KEY) asks for."""
    cursor.execute(query, [relation])
    return [name for (name,) in cursor.fetchall()]
