"""Making a new tenant of an archive: all of it in one transaction, or nothing at all is left behind."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

import msgspec
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from tenants import belongings, ports
from tenants.context import TenantRef, maintenance_context
from tenants.database.clone import clone_template
from tenants.database.locks import TEMPLATE, lock_key
from tenants.database.names import new_schema_name
from tenants.database.roles import create_schema
from tenants.database.session import quoted
from tenants.exports.archive import FORMAT, MANIFEST, Manifest, Part, unpack
from tenants.exports.refusals import Unfit
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
KNOWN: Final = """
SELECT id FROM public.persons
WHERE (id = %(id)s AND lower(email) = lower(%(email)s)) OR (lower(email) = lower(%(email)s) AND verified_at IS NOT NULL)
ORDER BY id = %(id)s DESC LIMIT 1
"""
PERSON: Final = """
INSERT INTO public.persons (id, email, name, password, is_active)
VALUES (%(id)s, %(email)s, %(name)s, %(password)s, true)
ON CONFLICT (id) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Restored:
    """The new tenant; how many of its people are known here under another id or had to be made."""

    tenant: TenantRef
    renamed: int
    made: int


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


def restore(*, file: IO[bytes], slug: str, now: datetime, name: str | None = None) -> Restored:
    """Make a new tenant of an archive under `slug`; ids and positions stay, what is secret does not come back.

    Raises Unfit, Invalid, SlugTaken. What the service does by itself goes on from where it was.
    """
    manifest = check_archive(file=file)
    tenant = TenantRef(id=uuid7(), slug=slug, schema=new_schema_name())
    called = manifest.name if name is None else name
    refuse_invalid_company(name=called, slug=slug)
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
        shared = _fill(cursor, manifest, file, tenant)
    renamed = sum(was != is_ for was, is_ in shared.ids["persons"].items())
    return Restored(tenant, renamed=renamed, made=shared.made)


Row = dict[str, Any]


@dataclass(slots=True)
class _Shared:
    """The rows of public of an archive, and what their ids stand for here, by table."""

    rows: dict[str, list[Row]]
    ids: dict[str, dict[str, str]]
    made: int = 0


def _fill(cursor: Any, manifest: Manifest, file: IO[bytes], tenant: TenantRef) -> _Shared:
    parts = {part.file: part for part in manifest.tables}
    shared = _Shared({}, {"tenants": {str(manifest.tenant): str(tenant.id)}, "persons": {}})
    for name, content in unpack(file=file):
        part = parts.get(name)
        if part is not None and part.scope == "tenant":
            _fill_table(cursor, part, content, tenant.schema)
        elif part is not None:
            shared.rows[part.table] = [json.loads(line) for line in content]
    for row in shared.rows.get("persons", []):
        _know(cursor, row, shared)
    for table, declared in reversed(list(belongings.TABLES.items())):
        for row in shared.rows.get(table, []):
            if declared.restored is not None:
                _add_shared(cursor, table, row, declared.restored, shared)
    return shared


def _fill_table(cursor: Any, part: Part, content: IO[bytes], schema: str) -> None:
    table = ports.tenant_tables.get(part.table)
    if table is None or table.left_out is not None:
        raise Unfit(detail=f"The table {part.table} is not one of ours.")
    relation = f"{quoted(schema)}.{quoted(part.table)}"
    if set(part.columns) != {*names(cursor=cursor, query=COLUMNS, relation=relation)} - {*table.without}:
        raise Unfit(detail=f"The columns of {part.table} are not ours.")
    made = table.restored_as
    into = ", ".join(map(quoted, [*part.columns, *made]))
    what = ", ".join([*map(quoted, part.columns), *made.values()])
    text = f"INSERT INTO {relation} ({into}) SELECT {what} FROM json_populate_recordset(NULL::{relation}, %s::json)"  # noqa: S608 # quoted names and our own expressions
    for lines in _batches(content):
        cursor.execute(text, [f"[{','.join(lines)}]"])


def _batches(content: IO[bytes]) -> Iterator[list[str]]:
    lines: list[str] = []
    for line in content:
        lines.append(line.decode())
        if len(lines) == ROWS:
            yield lines
            lines = []
    if lines:
        yield lines


def _know(cursor: Any, row: Row, shared: _Shared) -> None:
    """Find the person of an archive here, or make them: with no password, and with an address that nobody proved."""
    said = {"id": row["id"], "email": row["email"], "name": row["name"], "password": make_password(None)}
    cursor.execute(KNOWN, said)
    found = cursor.fetchone()
    if found is None:
        shared.made += 1
        cursor.execute(PERSON, said)
        found = cursor.fetchone()
    if found is None:  # somebody with another address has this id
        cursor.execute(PERSON, {**said, "id": str(uuid7())})
        found = cursor.fetchone()
    shared.ids["persons"][row["id"]] = str(found[0])


def _add_shared(cursor: Any, table: str, row: Row, references: Mapping[str, str], shared: _Shared) -> None:
    """Write a row for the new tenant, under its own id unless that is taken: the tenant it was of may still be here."""
    values = dict(row)
    for column, named in references.items():
        if values.get(column) is not None:
            values[column] = shared.ids[named][values[column]]
    relation = f"public.{quoted(table)}"
    cursor.execute(f"SELECT EXISTS (SELECT FROM {relation} WHERE id = %s)", [row["id"]])  # noqa: S608 # a name of ours
    if cursor.fetchone()[0]:
        values["id"] = str(uuid7())
    shared.ids.setdefault(table, {})[row["id"]] = values["id"]
    columns = ", ".join(map(quoted, values))
    text = f"INSERT INTO {relation} ({columns}) SELECT {columns} FROM json_populate_record(NULL::{relation}, %s::json)"  # noqa: S608 # the same
    cursor.execute(f"{text} ON CONFLICT DO NOTHING", [json.dumps(values)])  # two of its people may be one here


def _sum(content: IO[bytes]) -> tuple[int, int, str]:
    rows = size = 0
    total = hashlib.sha256()
    while piece := content.read(1 << 20):
        rows += piece.count(b"\n")
        size += len(piece)
        total.update(piece)
    return rows, size, total.hexdigest()
