"""The session engine (SESSION_ENGINE): Django's database sessions, read and written in public whatever is set.

And what a session says: for which tenant, which person, under which password.
"""

from dataclasses import replace
from typing import Any, Self, cast
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils.crypto import constant_time_compare
from uuid_utils.compat import uuid7

from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.members.queries import find_membership, member_from
from tenants.models import Person, Session


class SessionStore(DatabaseStore):
    """Django's own, each query inside platform_context."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Answer the table: ours says whose a session is."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Make the row out of what the session says."""
        row = cast("Session", super().create_model_instance(data))
        if "id" in data:
            row.id, row.tenant_id, row.person_id = UUID(data["id"]), UUID(data["tenant"]), UUID(data["person"])
        return row

    def _get_session_from_db(self) -> Any:
        with platform_context():
            return super()._get_session_from_db()  # type: ignore[misc] # the stubs leave it out

    def exists(self, session_key: str) -> bool:
        """Answer whether there is such a session."""
        with platform_context():
            return super().exists(session_key)

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 # Django's own shape
        """Write it."""
        with platform_context():
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        """End it."""
        with platform_context():
            super().delete(session_key)

    @classmethod
    def clear_expired(cls: type[Self]) -> None:
        """Delete what has expired."""
        with platform_context():
            super().clear_expired()


def begin(*, session: SessionBase, tenant: TenantRef, person_id: UUID) -> None:
    """Sign the person in: a new key, bound to this tenant and to the password of now."""
    with platform_context():
        person = Person.objects.get(id=person_id)
    session.flush()
    session["id"] = str(uuid7())
    session["tenant"] = str(tenant.id)
    session["person"] = str(person_id)
    session["password"] = person.get_session_auth_hash()


def end(*, session: SessionBase) -> None:
    """Sign out."""
    session.flush()


def find_session_member(*, session: SessionBase, tenant: TenantRef) -> Member | None:
    """Answer who is signed in on this tenant's host: session, password and membership must all be live."""
    if session.get("tenant") != str(tenant.id):
        return None
    membership = find_membership(tenant=tenant, person_id=UUID(session["person"]))
    if membership is None:
        return None
    if not constant_time_compare(session["password"], membership.person.get_session_auth_hash()):
        return None
    return replace(member_from(membership), session=UUID(session["id"]))
