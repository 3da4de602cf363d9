"""The only code that knows or switches the tenant: ONE ContextVar that the database backend reads.

Must not import models, settings or anything else of ours: every room, the engine included, may import this.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from django.db import transaction


@dataclass(frozen=True, slots=True)
class Closure:
    """Why a tenant can be read only: its account is suspended (and why), or will be deleted (and when)."""

    kind: Literal["suspended", "deletion"]
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TenantRef:
    """What is needed to act for a tenant. `schema` is also the name of the tenant's database role.

    While it is `closed`, its sessions are read-only and its log takes nothing. Some things
    wait until it is `confirmed`: one of its people has proved their e-mail address.
    """

    id: UUID
    slug: str
    schema: str
    closed: Closure | None = None
    confirmed: bool = True


class Platform:
    """The scope of code that serves the platform itself and sees the public schema."""


@dataclass(frozen=True, slots=True)
class Maintenance:
    """The scope of migrations and provisioning: the app's own role in one tenant's schema (it owns the tables)."""

    schema: str


PLATFORM: Final = Platform()
Scope: TypeAlias = TenantRef | Platform | Maintenance | None
_scope: ContextVar[Scope] = ContextVar("yunke_scope", default=None)


class NoTenant(RuntimeError):
    """Tenant data was asked for while no tenant is set: a bug, never answered with public data."""


class TenantSwitch(RuntimeError):
    """The tenant changed inside a transaction: a bug, refused before any statement runs."""


class WrongTenant(RuntimeError):
    """A row or queryset of one tenant was used while another tenant is set: a bug."""


def find_scope() -> Scope:
    """Answer what is set now: a tenant, PLATFORM, a schema under maintenance, or None."""
    return _scope.get()


def current_tenant() -> TenantRef:
    """Answer the tenant that is set now; raise NoTenant when none is."""
    scope = _scope.get()
    if isinstance(scope, TenantRef):
        return scope
    raise NoTenant("no tenant is set")


@contextmanager
def _entered(scope: Scope) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def tenant_context(tenant: TenantRef) -> Iterator[None]:
    """Act for `tenant` inside the block, in this thread or task only."""
    with _entered(tenant):
        yield


@contextmanager
def platform_context() -> Iterator[None]:
    """Act for the platform (public schema) inside the block, in this thread or task only."""
    with _entered(PLATFORM):
        yield


@contextmanager
def maintenance_context(*, schema: str) -> Iterator[None]:
    """Change the tables of `schema` inside the block. Only migrations and provisioning may."""
    with _entered(Maintenance(schema)):
        yield


def on_commit(callback: Callable[[], None]) -> None:
    """Run `callback` after the current transaction commits, under the scope that is set now.

    Django's own on_commit runs under whatever scope is set when the outermost block ends.
    """
    scope = _scope.get()

    def run() -> None:
        with _entered(scope):
            callback()

    transaction.on_commit(run)
