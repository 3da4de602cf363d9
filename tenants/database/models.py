"""TenantModel: rows and querysets that know whose they are and refuse to be used as another tenant's."""

from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models.sql import Query
from uuid_utils.compat import uuid7

from tenants.context import TenantRef, WrongTenant, find_scope

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


def new_id() -> UUID:
    """Answer a UUIDv7, made here so that no two tenants ever have a row with the same key."""
    return uuid7()


def _find_schema() -> str | None:
    scope = find_scope()
    return scope.schema if isinstance(scope, TenantRef) else None


def _checked(*, stamp: str | None, what: str) -> str | None:
    """Answer the stamp to keep; a thing made where no tenant was set belongs to the first that uses it."""
    schema = _find_schema()
    if stamp is not None and stamp != schema:
        raise WrongTenant(f"{what} of one tenant was used while another, or none, is set")
    return schema


class TenantQuerySet(models.QuerySet[M_co]):
    """Remembers the tenant under which it was made; any use of it under another raises WrongTenant."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Remember whose rows these are."""
        self._schema = _find_schema()
        super().__init__(*args, **kwargs)

    def guard(self) -> None:
        """Raise WrongTenant if the tenant that is set is not the one this was made under."""
        self._schema = _checked(stamp=self._schema, what=f"a queryset of {self.model.__name__}")

    @property
    def query(self) -> Query:
        """Check before anything asks for the query: refining, compiling, running and cloning all do."""
        self.guard()
        return models.QuerySet.query.fget(self)  # type: ignore[attr-defined,no-any-return] # the same

    @query.setter
    def query(self, value: Query) -> None:
        models.QuerySet.query.fset(self, value)  # type: ignore[attr-defined] # the same

    def _fetch_all(self) -> None:
        self.guard()
        super()._fetch_all()

    def __getitem__(self, key: Any) -> Any:
        """Check before rows already read answer, too."""
        self.guard()
        return super().__getitem__(key)

    def count(self) -> int:
        """Check before rows already read are counted, too."""
        self.guard()
        return super().count()

    def exists(self) -> bool:
        """Check before rows already read answer, too."""
        self.guard()
        return super().exists()

    def contains(self, obj: models.Model) -> bool:
        """Check before rows already read answer, too."""
        self.guard()
        return super().contains(obj)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        """Check every row, then update."""
        rows = list(objs)
        for row in rows:
            if isinstance(row, TenantModel):
                row.guard()
        return super().bulk_update(rows, fields, batch_size)

    def _insert(self, objs: Collection[models.Model], *args: Any, **kwargs: Any) -> Any:
        self.guard()
        for row in objs:
            if isinstance(row, TenantModel):
                row.guard()
        return super()._insert(objs, *args, **kwargs)  # type: ignore[misc] # the stubs leave it out


class TenantManager(models.Manager[M_co]):
    """The manager of every tenant table."""

    def get_queryset(self) -> TenantQuerySet[M_co]:
        """Answer a queryset stamped with the tenant that is set now."""
        return TenantQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined] # not in stubs


class TenantModel(models.Model):
    """A row of a tenant's own schema: stamped when made or loaded, checked when saved, deleted, refreshed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Stamp the row with the tenant that is set now."""
        super().__init__(*args, **kwargs)
        self._schema = _find_schema()

    def guard(self) -> None:
        """Raise WrongTenant if the tenant that is set is not the row's."""
        self._schema = _checked(stamp=self._schema, what=f"a row of {type(self).__name__}")

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """Check, then write: every way to save one row comes through here."""
        self.guard()
        super().save_base(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Check, then delete."""
        self.guard()
        return super().delete(*args, **kwargs)

    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        """Check, then read again; a deferred field comes through here, too."""
        self.guard()
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)
