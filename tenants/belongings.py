"""What belongs to a tenant, table by table: what an export takes along and what it leaves behind, and what is deleted.

Every table, of public and of tenants' schemas, is in one of the two lists or a test fails: TABLES here for public, and
the port `tenants.ports.tenant_tables` for the service's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_OWN: Final = "tenant_id = %(tenant)s"
_LOOSE: Final = "tenant = %(tenant)s"
_SCHEMAS: Final = "schema = (SELECT schema FROM public.tenants WHERE id = %(tenant)s)"
_SOON: Final = "lives for a moment only"
_HIDDEN: Final = "is a secret"
_PERSONS: Final = "are a person's own, not the company's"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table. `left_out` says why nothing of it is exported, or None; `without` columns are left out, each with why.

    `note` says in the manifest what somebody should know who holds an export. `restored_as` gives a column that is left
    out its value in a restored tenant, as SQL over the row's other columns.
    """

    left_out: str | None = None
    without: Mapping[str, str] = field(default_factory=dict)
    restored_as: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTable(Table):
    """One table of public. `rows` says which rows are a tenant's, as SQL; None: they are nobody's.

    Rows of `kept` tables outlive the tenant, or are deleted in a way of their own. `restored` says that rows come back
    with an archive, and which of their columns name rows of which other tables.
    """

    rows: str | None = None
    kept: bool = False
    restored: Mapping[str, str] | None = None


# In the order in which they are deleted: what refers to something before what it refers to.
TABLES: Final[Mapping[str, SharedTable]] = {
    "sessions": SharedTable(rows=_OWN, left_out=_HIDDEN),
    "mails": SharedTable(rows=_LOOSE, left_out="are on their way, and may hold links that open something"),
    "audit_notes": SharedTable(rows=_LOOSE, left_out="are on their way to the tenant's own audit stream"),
    "resets": SharedTable(rows=_OWN, left_out=_SOON),
    "departures": SharedTable(rows=_OWN, left_out=_SOON),
    "invitations": SharedTable(rows=_OWN, without={"code": "opens a door"}),
    "confirmations": SharedTable(rows=_OWN, left_out=_SOON),
    "audit_anchors": SharedTable(rows=_SCHEMAS, left_out="vouch for the audit of this tenant, here"),
    "exports": SharedTable(rows=_OWN, left_out="are what this is one of"),
    "domains": SharedTable(rows=_OWN, without={"token": "proves that a domain is this tenant's"}),
    "old_slugs": SharedTable(rows=_OWN),
    "sso_identities": SharedTable(rows=_OWN),
    "sso_domains": SharedTable(rows=_OWN, without={"token": "proves that a domain is this tenant's"}),
    "sso_providers": SharedTable(rows=_OWN, without={"secret": _HIDDEN}),
    "memberships": SharedTable(
        rows=_OWN, restored={"tenant_id": "tenants", "person_id": "persons", "own_role_id": "roles"}
    ),
    "roles": SharedTable(rows=_OWN, restored={"tenant_id": "tenants"}),
    "persons": SharedTable(
        rows="id IN (SELECT person_id FROM public.memberships WHERE tenant_id = %(tenant)s)",
        without={"password": _HIDDEN, "last_login": "is the person's own, not the company's"},
        kept=True,
        note="People are their own: a restored member signs in with the password that they have where it is restored.",
    ),
    "heads": SharedTable(rows=_LOOSE),
    "tenants": SharedTable(rows="id = %(tenant)s"),
    "tombstones": SharedTable(left_out="are of tenants that are gone"),
    "ready_schemas": SharedTable(left_out="have never had a customer"),
    "live_nonces": SharedTable(left_out=_SOON),
    "tries": SharedTable(left_out=_SOON),
    "code_apps": SharedTable(left_out=_PERSONS),
    "security_keys": SharedTable(left_out=_PERSONS),
    "recovery_codes": SharedTable(left_out=_PERSONS),
    "django_migrations": SharedTable(left_out="are told by the manifest's digest"),
}
