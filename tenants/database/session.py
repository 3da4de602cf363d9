"""What a database session must be set to for each scope, as ONE statement. The only place that names these settings."""

from dataclasses import dataclass

from django.conf import settings

from tenants.context import Maintenance, NoTenant, Platform, Scope, TenantRef

SET_SESSION = (
    "SELECT set_config('role', %s, {local}), set_config('search_path', %s, {local}),"
    " set_config('app.tenant', %s, {local}), set_config('statement_timeout', %s, {local}),"
    " set_config('{read_only}', %s, {local})"
)
# For a statement alone in its transaction: it does not wait for the disk. A crash of the whole database may lose it.
COMMIT_SOON = "SELECT set_config('synchronous_commit', 'off', true)"
# Inside a transaction it is too late for the default of transactions.
SET_FOR_SESSION = SET_SESSION.format(local="false", read_only="default_transaction_read_only")
SET_FOR_TRANSACTION = SET_SESSION.format(local="true", read_only="transaction_read_only")
RESET_SESSION = "RESET ROLE; RESET ALL; CLOSE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all()"


@dataclass(frozen=True, slots=True)
class SessionState:
    """The settings that make a session one tenant's, the platform's, or an owner's at work in one schema."""

    role: str
    search_path: str
    tenant: str
    statement_timeout: str
    read_only: str = "off"

    @property
    def parameters(self) -> tuple[str, str, str, str, str]:
        """Answer them in the order of SET_SESSION."""
        return (self.role, self.search_path, self.tenant, self.statement_timeout, self.read_only)


def quoted(name: str) -> str:
    """Quote an identifier; psycopg's own quoting needs a connection to be right, names of ours do not."""
    return '"' + name.replace('"', '""') + '"'


def state_for(scope: Scope) -> SessionState:
    """Answer what a session must be set to for `scope`; raise NoTenant when nothing is set."""
    timeout = str(settings.YUNKE_STATEMENT_TIMEOUT_MS)
    match scope:
        case TenantRef(id=tenant, schema=schema, closed=closed):
            return SessionState(schema, quoted(schema), str(tenant), timeout, "on" if closed else "off")
        case Platform():
            return SessionState("none", "public", "", timeout)
        case Maintenance(schema=schema):
            return SessionState("none", quoted(schema), "", "0")
    raise NoTenant("the database was asked while neither a tenant nor the platform is set")
