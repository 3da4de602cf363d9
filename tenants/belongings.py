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
_HERE: Final = {"tenant_id": "tenants"}
_PERSONS: Final = "are a person's own, not the company's"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table. `left_out` says why nothing of it is exported, or None; `without` columns are left out, each with why.

    `note` says in the manifest what somebody should know who holds an export. `sealed` columns hold texts that only the
    key ring opens, each with the purpose it was sealed for: they travel so and are sealed anew where they come back.
    Where the ring does not open one, the row comes back with the values of `unopened`, or not at all without any. Those
    of tables that are left out are named for resealing.py. Columns in `returns` come back with a value of their own,
    which PostgreSQL reads: "now" is the moment of it.
    """

    left_out: str | None = None
    without: Mapping[str, str] = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)
    unopened: Mapping[str, str | bool] = field(default_factory=dict)
    returns: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTable(Table):
    """One table of public. `rows` says which rows are a tenant's, as SQL; None: they are nobody's.

    Rows of `kept` tables outlive the tenant, or are deleted in a way of their own. `restored` says that rows come back
    with an archive, and which of their columns name rows of which other tables; those of `loose` columns become null
    where the archive does not have what they name, else the row does not come back. What is sealed is bound to the
    tenant that the column `sealed_for` names, to none without one.
    """

    rows: str | None = None
    kept: bool = False
    restored: Mapping[str, str] | None = None
    loose: frozenset[str] = frozenset()
    sealed_for: str | None = None


# In the order in which they are deleted: what refers to something before what it refers to.
TABLES: Final[Mapping[str, SharedTable]] = {
    "sessions": SharedTable(rows=_OWN, left_out=_HIDDEN),
    "mails": SharedTable(
        rows=_LOOSE,
        left_out="are on their way, and may hold links that open something",
        sealed={"body": "mails.body"},
        sealed_for="tenant",
    ),
    "audit_notes": SharedTable(
        rows=_LOOSE, restored={"tenant": "tenants"}, note="They are on their way to the tenant's own audit stream."
    ),
    "resets": SharedTable(rows=_OWN, left_out=_SOON),
    "departures": SharedTable(rows=_OWN, restored=_HERE),
    "invitations": SharedTable(
        rows=_OWN,
        restored={**_HERE, "own_role_id": "roles", "invited_by_id": "persons"},
        loose=frozenset({"own_role_id", "invited_by_id"}),
        note="Of their codes it has hashes. A code opens the restored company, too, at the address that this one has."
        " One whose inviter has left is open and lets nobody in, here as there, until a member sends it again.",
    ),
    "confirmations": SharedTable(rows=_OWN, left_out=_SOON),
    "audit_anchors": SharedTable(rows=_SCHEMAS, left_out="stands in the manifest as `anchor`"),
    "exports": SharedTable(rows=_OWN, left_out="are what this is one of"),
    "domains": SharedTable(
        rows=_OWN,
        restored=_HERE,
        note="One that another company has proved then comes back unproved, as all do with an archive not made there.",
    ),
    "old_slugs": SharedTable(rows=_OWN, note="Those come back that nobody else has then."),
    "sso_identities": SharedTable(
        rows=_OWN,
        restored={**_HERE, "membership_id": "memberships"},
        note="They come back only with an archive that was made there.",
    ),
    "sso_domains": SharedTable(
        rows=_OWN, restored=_HERE, note="With an archive that was not made there they come back unproved."
    ),
    "sso_providers": SharedTable(
        rows=_OWN,
        restored={**_HERE, "own_role_id": "roles"},
        loose=frozenset({"own_role_id"}),
        sealed={"secret": "sso_providers.secret"},
        sealed_for="tenant_id",
        unopened={"secret": "", "is_on": False, "by_owner": False},
        note="The secret is sealed. Where the key ring does not open it, the provider comes back switched off.",
    ),
    "memberships": SharedTable(rows=_OWN, restored={**_HERE, "person_id": "persons", "own_role_id": "roles"}),
    "roles": SharedTable(rows=_OWN, restored=_HERE),
    "persons": SharedTable(
        rows="id IN (SELECT person_id FROM public.memberships WHERE tenant_id = %(tenant)s)",
        without={"password": _HIDDEN, "last_login": "is the person's own, not the company's"},
        kept=True,
        note="People are their own: a restored member signs in with the password that they have where it is restored.",
    ),
    "heads": SharedTable(rows=_LOOSE),
    "held_connections": SharedTable(rows=_LOOSE, left_out=_SOON),
    "outgoing": SharedTable(rows=_SCHEMAS, left_out="is set by what is to be sent"),
    "tenants": SharedTable(
        rows="id = %(tenant)s",
        note="That it was suspended or about to be deleted does not come back: it is open again.",
    ),
    "tombstones": SharedTable(left_out="are of tenants that are gone"),
    "ready_schemas": SharedTable(left_out="have never had a customer"),
    "live_nonces": SharedTable(left_out=_SOON),
    "server_leases": SharedTable(left_out=_SOON),
    "tries": SharedTable(left_out=_SOON),
    "platform_answers": SharedTable(left_out="are answers that are kept for a day"),
    "code_apps": SharedTable(left_out=_PERSONS, sealed={"secret": "code_apps.secret"}),
    "security_keys": SharedTable(left_out=_PERSONS),
    "recovery_codes": SharedTable(left_out=_PERSONS),
    "django_migrations": SharedTable(left_out="are told by the manifest's digest"),
}
