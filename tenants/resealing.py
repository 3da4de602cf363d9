"""Sealing anew what is stored sealed, once the key ring has a new first key: so that the old key can be taken out.

What is not sealed by the first key is found in the rows themselves, and a few rows are one transaction: whoever is
killed is followed by somebody who goes on. Each text stays bound to its tenant and row. Must not know what texts say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from tenants import belongings, ports
from tenants.belongings import SharedTable, Table
from tenants.context import maintenance_context, platform_context
from tenants.database.session import quoted
from tenants.queries import get_active_tenants
from tenants.secrets import Unreadable, find_current, seal, unseal

AT_ONCE: Final = 100
_FIRST: Final = UUID(int=0)

_FIND: Final = """
SELECT id, {column}, {tenant} FROM {table}
WHERE id > %s AND {column} <> '' AND split_part({column}, '.', 2) <> %s ORDER BY id LIMIT %s FOR UPDATE
"""
_WRITE: Final = "UPDATE {table} SET {column} = %s WHERE id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """How many texts were sealed anew, and which ones (table and row) no key of the ring opens."""

    count: int
    unreadable: tuple[str, ...]


def reseal_all() -> Resealed:
    """Seal anew whatever the ring's first key has not sealed, of the platform and of every tenant."""
    count, unreadable = 0, list[str]()
    with platform_context():
        count += _reseal_tables(belongings.TABLES, None, unreadable)
    for tenant in get_active_tenants():
        with maintenance_context(schema=tenant.schema):  # of tenants whose sessions may only read, too
            count += _reseal_tables(ports.tenant_tables, tenant.id, unreadable)
    return Resealed(count=count, unreadable=tuple(unreadable))


def _reseal_tables(tables: Mapping[str, Table], tenant: UUID | None, unreadable: list[str]) -> int:
    count = 0
    for name, table in tables.items():
        for column, purpose in table.sealed.items():
            owner = table.sealed_for if isinstance(table, SharedTable) else None
            words = {
                "table": quoted(name),
                "column": quoted(column),
                "tenant": quoted(owner) if owner else "NULL::uuid",
            }
            after: UUID | None = _FIRST
            while after is not None:
                done, after = _reseal_some(words, name, purpose, tenant, after, unreadable)
                count += done
    return count


def _reseal_some(
    words: dict[str, str], name: str, purpose: str, tenant: UUID | None, after: UUID, unreadable: list[str]
) -> tuple[int, UUID | None]:
    """Seal the next rows anew, in one transaction; answer how many, and after which row to go on, if any."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FIND.format(**words), [after, find_current(), AT_ONCE])
        rows: list[tuple[UUID, str, UUID | None]] = cursor.fetchall()
        anew: list[tuple[Any, ...]] = []
        for id_, sealed, owner in rows:
            place: dict[str, Any] = {"purpose": purpose, "tenant": tenant or owner, "row": id_}
            try:
                anew.append((seal(text=unseal(sealed=sealed, **place), **place), id_))
            except Unreadable:
                unreadable.append(f"{name} {id_}")
        cursor.executemany(_WRITE.format(**words), anew)
    return len(anew), rows[-1][0] if len(rows) == AT_ONCE else None
