"""Migration operations for tenant schemas. Clones copy from the template what these leave there."""

from typing import Any, Final

from django.conf import settings
from django.db import router
from django.db.migrations.operations.base import Operation

from tenants.database.session import quoted

PRIVILEGES: Final = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})


class Grant(Operation):
    """Grant `privileges` ("SELECT, INSERT") on a table of the current schema, to its own role or the writer."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str, privileges: str, to: str = "tenant", columns: tuple[str, ...] = ()) -> None:
        """Take the table's name; `columns` narrows every privilege to these columns."""
        self.table, self.privileges, self.to, self.columns = table, privileges, to, columns
        if to not in {"tenant", "writer"}:
            raise ValueError(f"a grant goes to the tenant or the writer, not to {to!r}")
        if not self._privileges <= PRIVILEGES:
            raise ValueError(f"unknown privilege in {privileges!r}")

    @property
    def _privileges(self) -> set[str]:
        return {privilege.strip().upper() for privilege in self.privileges.split(",")}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Grants are not part of the models' state."""

    def database_forwards(self, app_label: str, schema_editor: Any, _from: Any, _to: Any) -> None:
        """Grant."""
        self._run(app_label, schema_editor, "GRANT {} ON {} TO {}")

    def database_backwards(self, app_label: str, schema_editor: Any, _from: Any, _to: Any) -> None:
        """Revoke."""
        self._run(app_label, schema_editor, "REVOKE {} ON {} FROM {}")

    def _run(self, app_label: str, schema_editor: Any, statement: str) -> None:
        connection = schema_editor.connection
        if not router.allow_migrate(connection.alias, app_label):
            return
        role = settings.YUNKE_WRITER_ROLE if self.to == "writer" else connection.schema_name
        columns = f" ({', '.join(map(quoted, self.columns))})" if self.columns else ""
        what = ", ".join(f"{privilege}{columns}" for privilege in sorted(self._privileges))
        schema_editor.execute(statement.format(what, quoted(self.table), quoted(role)), params=None)

    def describe(self) -> str:
        """Say it in one line."""
        return f"Grant {self.privileges} on {self.table} to the {self.to}"


class TenantFunction(Operation):
    """Make a function in public that tenants' roles may call, and nobody else: it does what they have no right to."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, name: str, text: str) -> None:
        """Take its name with the types of its arguments, as DROP FUNCTION wants it, and the text that makes it."""
        self.name, self.text = name, text

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Functions are not part of the models' state."""

    def database_forwards(self, app_label: str, schema_editor: Any, _from: Any, _to: Any) -> None:
        """Make it."""
        if router.allow_migrate(schema_editor.connection.alias, app_label):
            schema_editor.execute(self.text, params=None)
            schema_editor.execute(f"REVOKE ALL ON FUNCTION {self.name} FROM PUBLIC")
            schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {self.name} TO {quoted(settings.YUNKE_TENANTS_ROLE)}")

    def database_backwards(self, app_label: str, schema_editor: Any, _from: Any, _to: Any) -> None:
        """Take it back."""
        if router.allow_migrate(schema_editor.connection.alias, app_label):
            schema_editor.execute(f"DROP FUNCTION {self.name}")

    def describe(self) -> str:
        """Say it in one line."""
        return f"Make {self.name} for the tenants"
