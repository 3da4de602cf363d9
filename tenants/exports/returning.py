"""How rows of public come back with an archive: what their ids stand for here, and what cannot be as it was.

An archive is only believed where it says what the application alone could have proved (`Manifest.is_ours`).
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from uuid_utils.compat import uuid7

from tenants import belongings
from tenants.belongings import SharedTable, Table
from tenants.context import TenantRef
from tenants.database.session import quoted
from tenants.exports.inviting import Named
from tenants.provisioning.refusals import SlugTaken
from tenants.provisioning.slugs import take_slug
from tenants.secrets import Unreadable, seal, unseal

KNOWN: Final = """
SELECT id FROM public.persons
WHERE (id = %(id)s AND lower(email) = lower(%(email)s)) OR (lower(email) = lower(%(email)s) AND verified_at IS NOT NULL)
ORDER BY id = %(id)s DESC LIMIT 1
"""
PERSON: Final = """
INSERT INTO public.persons (id, email, name, password, is_active, language)
VALUES (%(id)s, %(email)s, %(name)s, %(password)s, true, %(language)s)
ON CONFLICT (id) DO NOTHING RETURNING id
"""
FLAGS: Final = """
UPDATE public.tenants SET require_second_factor = %(require_second_factor)s, sso_only = %(sso_only)s,
    created_at = %(created_at)s, confirmed_at = coalesce(%(confirmed_at)s, confirmed_at)
WHERE id = %(tenant)s
"""
HELD: Final = "SELECT EXISTS (SELECT FROM public.domains WHERE name = %s AND state = 'verified')"
OLD_SLUG: Final = "INSERT INTO public.old_slugs (slug, tenant_id, until) VALUES (%s, %s, %s)"
SSO_OFF: Final = """
UPDATE public.tenants t SET sso_only = false
WHERE t.id = %s AND NOT EXISTS (SELECT FROM public.sso_providers p WHERE p.tenant_id = t.id AND p.is_on)
"""

Row = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Return:
    """One archive's way back: whose it was, whose it is now, what ids stand for here, and what is not as it was."""

    source: UUID
    tenant: TenantRef
    is_ours: bool
    now: datetime
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    made: int = 0
    losses: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    named: list[Named] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Know the tenant itself."""
        self.ids = {"tenants": {str(self.source): str(self.tenant.id)}, "persons": {}}

    def bring(self, cursor: Any, *, rows: Mapping[str, Sequence[Row]]) -> None:
        """Write all rows of public, those first that others refer to."""
        for row in rows.get("persons", ()):
            self._know(cursor, row)
        for row in rows.get("tenants", ()):
            self._furnish(cursor, row)
        for table, declared in reversed(list(belongings.TABLES.items())):
            if declared.restored is not None:
                for row in rows.get(table, ()):
                    self._add(cursor, table, declared, row)
        for row in rows.get("old_slugs", ()) if self.is_ours else ():
            self._keep_old_slug(cursor, row)
        cursor.execute(SSO_OFF, [self.tenant.id])

    def reseal(self, *, table: str, declared: Table, rows: Sequence[Row], ids: Sequence[str]) -> Iterator[Row]:
        """Answer rows with their sealed texts sealed for where they are now; `ids` are those of here."""
        for row, id_ in zip(rows, ids, strict=True):
            try:
                yield {**row, **self._resealed(declared, row, UUID(id_))}
            except Unreadable:
                self.losses.append(f"{table} {row['id']}: the key ring does not open its secret.")
                if declared.unopened:
                    yield {**row, **declared.unopened}

    def _resealed(self, declared: Table, row: Row, to: UUID) -> Row:
        was, source, is_ = UUID(row["id"]), self.source, self.tenant.id
        return {
            column: seal(
                text=unseal(sealed=row[column], purpose=purpose, tenant=source, row=was),
                purpose=purpose,
                tenant=is_,
                row=to,
            )
            for column, purpose in declared.sealed.items()
        }

    def _know(self, cursor: Any, row: Row) -> None:
        """Find the person of an archive here, or make them: with no password, an address that nobody proved."""
        said = {"password": make_password(None), **{name: row[name] for name in ("id", "email", "name", "language")}}
        cursor.execute(KNOWN, said)
        found = cursor.fetchone()
        if found is not None:
            self.known.add(str(found[0]))
        else:
            self.made += 1
            cursor.execute(PERSON, said)
            found = cursor.fetchone()
        if found is None:  # somebody with another address has this id
            cursor.execute(PERSON, {**said, "id": str(uuid7())})
            found = cursor.fetchone()
        self.ids["persons"][row["id"]] = str(found[0])

    def _furnish(self, cursor: Any, row: Row) -> None:
        cursor.execute(FLAGS, {**row, "tenant": self.tenant.id})
        if row["suspended_at"] is not None:
            self.losses.append(f"It was suspended ({row['suspended_reason']}) and is open now.")
        if row["delete_at"] is not None:
            self.losses.append(f"It was to be deleted on {row['delete_at']} and is not any more.")

    def _add(self, cursor: Any, table: str, declared: SharedTable, row: Row) -> None:
        """Write a row for the new tenant, under its own id unless that is taken: the tenant may still be here."""
        values = self._refer(declared, row)
        if values is None:
            self.losses.append(f"{table} {row['id']}: what it belongs to is not in the archive, or twice.")
            return
        if not self.is_ours and self._is_unbelievable(table, values):
            return
        values["id"] = self._free_id(cursor, table, row["id"])
        if table in {"domains", "sso_domains"}:
            values |= self._doubt(cursor, table, row)
        values = self._seal_anew(table, declared, row, values)
        relation = f"public.{quoted(table)}"
        columns = ", ".join(map(quoted, values))
        text = (
            f"INSERT INTO {relation} ({columns}) SELECT {columns} FROM json_populate_record(NULL::{relation}, %s::json)"  # noqa: S608 # quoted names
        )
        cursor.execute(f"{text} ON CONFLICT DO NOTHING", [json.dumps(values)])  # two of its people may be one here
        if cursor.rowcount:
            self.ids.setdefault(table, {})[row["id"]] = values["id"]

    def _seal_anew(self, table: str, declared: SharedTable, row: Row, values: Row) -> Row:
        if declared.sealed and not self.is_ours:  # whoever made this up is told no secret of ours
            self.losses.append(f"{table} {row['id']}: its secret is not believed.")
            return {**values, **declared.unopened}
        kept = {**values, "id": row["id"]}
        (one,) = self.reseal(table=table, declared=declared, rows=[kept], ids=[values["id"]])
        return {**one, "id": values["id"]}

    def _is_unbelievable(self, table: str, values: Row) -> bool:
        """Tell whether a row made up elsewhere would take somebody for who they are here; invite them then."""
        if table == "sso_identities":
            self.losses.append(f"{table} {values['id']}: whom a provider means was not proved here.")
            return True
        if table != "memberships" or values["person_id"] not in self.known:
            return False
        self.losses.append(f"{table} {values['id']}: its person is known here, and is invited.")
        if values["is_active"]:
            self.named.append(Named(person=values["person_id"], role=values["role"], own_role=values["own_role_id"]))
        return True

    def _refer(self, declared: SharedTable, row: Row) -> Row | None:
        values = dict(row)
        for column, named in (declared.restored or {}).items():
            if row.get(column) is not None:
                found = self.ids.get(named, {}).get(row[column])
                if found is None and column not in declared.loose:
                    return None
                values[column] = found
        return values

    def _free_id(self, cursor: Any, table: str, id_: str) -> str:
        if table != "audit_notes":  # they are carried by their ids, and the restoring comes before them
            cursor.execute(f"SELECT EXISTS (SELECT FROM public.{quoted(table)} WHERE id = %s)", [id_])  # noqa: S608 # a name of ours
            if not cursor.fetchone()[0]:
                return id_
        return str(uuid7())

    def _doubt(self, cursor: Any, table: str, row: Row) -> Row:
        """Answer what a domain comes back with: nobody loses one, and an archive made up elsewhere proves none."""
        token = {} if self.is_ours else {"token": secrets.token_urlsafe(32)}
        if table == "sso_domains":
            return {} if self.is_ours else {**token, "proved_at": None}
        cursor.execute(HELD, [row["name"]])
        if row["state"] != "verified" or (self.is_ours and not cursor.fetchone()[0]):
            return {**token, "next_at": row["next_at"] and self.now.isoformat()}
        self.losses.append(f"{row['name']} is not proved for it: its proof is looked for now.")
        at = self.now.isoformat()
        return {**token, "state": "pending", "verified_at": None, "claimed_at": at, "next_at": at, "failures": 0}

    def _keep_old_slug(self, cursor: Any, row: Row) -> None:
        if datetime.fromisoformat(row["until"]) <= self.now or row["slug"] == self.tenant.slug:
            return
        try:
            take_slug(slug=row["slug"])
        except SlugTaken:
            self.losses.append(f"The old address {row['slug']} is somebody else's now.")
        else:
            cursor.execute(OLD_SLUG, [row["slug"], self.tenant.id, row["until"]])
