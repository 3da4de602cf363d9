"""The session engine (SESSION_ENGINE): Django's database sessions, read and written in public whatever is set.

And what a session says: for which tenant, which person, under which password, and what they have shown. One of
somebody who is still on their way in says for which tenant, too, and is known on no other host.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self, cast
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils.crypto import constant_time_compare
from uuid_utils.compat import uuid7

from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.members.proof import Proof, Verdict, Way, judge
from tenants.members.queries import find_membership, house_of, member_from
from tenants.models import Membership, Person, Session
from tenants.origin import current_origin

RECENT: Final = timedelta(minutes=10)
SEEN_EVERY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Seat:
    """Who has a session here, and whether the company's rules let them in with it."""

    member: Member
    verdict: Verdict


class SessionStore(DatabaseStore):
    """Django's own, each query inside platform_context."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Answer the table: ours says whose a session is."""
        return Session

    _row: Session | None = None

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Make the row out of what the session says; when it began, and from where, stays as it is."""
        row = cast("Session", super().create_model_instance(data))
        kept, origin = self._row, current_origin()
        if kept is not None and kept.session_key == row.session_key:
            row.created_at, row.seen_at = kept.created_at, kept.seen_at
            row.address, row.agent = kept.address, kept.agent
        else:
            row.address, row.agent = origin.address, origin.agent
        if "id" in data:
            row.id, row.tenant_id, row.person_id = UUID(data["id"]), UUID(data["tenant"]), UUID(data["person"])
            row.way, row.factor = data.get("way", row.way), data.get("factor", row.factor)
        return row

    def _get_session_from_db(self) -> Any:
        with platform_context():
            self._row = super()._get_session_from_db()  # type: ignore[misc] # the stubs leave it out
        return self._row

    def note_seen(self, *, now: datetime) -> None:
        """Note from where it was used now, at most every five minutes."""
        row, origin = self._row, current_origin()
        if row is not None and row.seen_at < now - SEEN_EVERY:
            seen: dict[str, Any] = {"seen_at": now, "address": origin.address, "agent": origin.agent}
            with platform_context():
                Session.objects.filter(id=row.id).update(**seen)

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


def begin(*, session: SessionBase, tenant: TenantRef, person_id: UUID, proof: Proof, now: datetime) -> None:
    """Sign the person in: a new key, bound to this tenant, to the password of now and to what was shown."""
    with platform_context():
        person = Person.objects.get(id=person_id)
    session.flush()
    session["id"] = str(uuid7())
    session["tenant"] = str(tenant.id)
    session["person"] = str(person_id)
    session["password"] = person.get_session_auth_hash()
    session["language"] = person.language
    session["way"], session["factor"] = proof.way.value, proof.factor
    if proof.is_own:
        note_proof(session=session, now=now)


def keep_password(*, session: SessionBase, person: Person) -> None:
    """Let the session in hand go on under the person's new password."""
    session["password"] = person.get_session_auth_hash()


def end(*, session: SessionBase) -> None:
    """Sign out."""
    session.flush()


def note_factor(*, session: SessionBase, factor: bool) -> None:
    """Remember that the person has a second factor now and has shown it, or that they have none."""
    session["factor"] = factor


def note_proof(*, session: SessionBase, now: datetime) -> None:
    """Remember that the person has just shown by their own means who they are."""
    session["proved_at"] = now.timestamp()


def was_proved_lately(*, session: SessionBase, now: datetime) -> bool:
    """Answer whether they have done so within the last ten minutes."""
    return bool(now.timestamp() - session.get("proved_at", 0) <= RECENT.total_seconds())


def is_lent(*, session: SessionBase, tenant: TenantRef, now: datetime) -> bool:
    """Tell whether only a company's provider says who this is, while they are, or can be, somebody elsewhere, too.

    Such a session changes nothing that is the same in every company, until the person shows their own means.
    """
    if proof_of(session=session).is_own or was_proved_lately(session=session, now=now):
        return False
    person = UUID(session["person"])
    with platform_context():
        proved = Person.objects.filter(id=person, verified_at__isnull=False)
        elsewhere = Membership.objects.filter(person_id=person).exclude(tenant_id=tenant.id)
        return proved.exists() or elsewhere.exists()


def proof_of(*, session: SessionBase) -> Proof:
    """Answer what the session began with. Another company must be shown the same: see tenants/members/proof.py."""
    tenant = UUID(session["tenant"])
    return Proof(way=Way(session.get("way", Way.PASSWORD)), factor=session.get("factor", False), tenant=tenant)


def find_seat(*, session: SessionBase, tenant: TenantRef) -> Seat | None:
    """Answer who is signed in on this tenant's host: session, password and membership must all be live."""
    if session.get("tenant") != str(tenant.id) or "person" not in session:
        return None  # another tenant's, or one that is on its way in
    membership = find_membership(tenant=tenant, person_id=UUID(session["person"]))
    if membership is None:
        return None
    if not constant_time_compare(session["password"], membership.person.get_session_auth_hash()):
        return None
    member = replace(member_from(membership), session=UUID(session["id"]))
    proof, house = proof_of(session=session), house_of(membership.tenant)
    role = membership.role
    return Seat(member, judge(proof=proof, tenant=tenant.id, house=house, role=role, has_factor=proof.factor))
