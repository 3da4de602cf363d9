"""From connections to states, on PostgreSQL: tabs, processes, leases, graces, and whoever is killed in between."""

import asyncio
from uuid import UUID

import pytest

from conversations.engine import log
from conversations.engine.events import Audience
from conversations.engine.streams import stream_of
from conversations.live.holding import Holding
from conversations.presence.commands import choose, leave
from conversations.presence.models import Presence
from conversations.presence.queries import get_available
from conversations.presence.settling import Settling
from conversations.presence.streams import subject_of_member
from tenants.context import TenantRef, tenant_context
from tenants.database.pool import TenantPool
from tenants.members.member import Member
from tenants.presence.commands import finish, take_due
from tenants.provisioning.suspension import resume, suspend
from tests.apps.presence.conftest import in_public, settle
from tests.conftest import MakeMember, MakeTenant
from tests.peer import apart
from tests.rows import NOW

pytestmark = pytest.mark.asyncio

PENDING = """
SELECT 1 FROM held_connections
WHERE person = %(person)s AND due_at IS NOT NULL AND (ends_at IS NULL OR ends_at <= clock_timestamp())
"""


def states(tenant: TenantRef, member: Member) -> list[str]:
    """Answer what the log says of a member."""
    stream = stream_of(subject=subject_of_member(member=member.person_id), audience=Audience.STAFF)
    with tenant_context(tenant):
        return [event.body["state"] for event in log.read_stream(stream=stream, after=0)]


def let_grace_pass(person: UUID) -> None:
    in_public(
        "UPDATE held_connections SET ends_at = clock_timestamp(), due_at = clock_timestamp()"
        " WHERE person = %(person)s AND ends_at IS NOT NULL",
        person=person,
    )


def rows_of(person: UUID) -> list[tuple[object, ...]]:
    return in_public("SELECT ends_at, due_at FROM held_connections WHERE person = %(person)s", person=person)


class Person:
    """A member, on one process or several."""

    def __init__(self, tenant: TenantRef, member: Member, settling: Settling) -> None:
        self.tenant, self.member, self.settling = tenant, member, settling

    async def come(self, process: Holding) -> None:
        process.come(tenant=self.tenant.id, person=self.member.person_id)
        await process.beat()

    async def go(self, process: Holding) -> None:
        process.go(tenant=self.tenant.id, person=self.member.person_id)
        await process.beat()

    async def states(self) -> list[str]:
        """Answer the log's word once everything due is done, be it by a server that other tests have started."""
        async with asyncio.timeout(20):
            while not await apart(self._is_settled):  # noqa: ASYNC110 - another process tells nobody when it is done
                await asyncio.sleep(0.05)
        return await apart(lambda: states(self.tenant, self.member))

    def _is_settled(self) -> bool:
        settle(self.settling)
        return not in_public(PENDING, person=self.member.person_id)

    async def wait(self) -> None:
        await apart(lambda: let_grace_pass(self.member.person_id))


@pytest.fixture
def ada(tenant: TenantRef, member: Member, certain: Settling) -> Person:
    return Person(tenant, member, certain)


async def test_tabs_and_processes_are_one_person(ada: Person, process: Holding, pool: TenantPool) -> None:
    other = Holding(connections=pool)
    await ada.come(process)
    assert await ada.states() == ["online"]
    await ada.come(process)
    await ada.come(other)
    await ada.go(process)
    await ada.go(process)
    await ada.wait()
    assert await ada.states() == ["online"], "they are still on the other process"
    await ada.go(other)
    assert await ada.states() == ["online"], "the grace has not passed"
    await ada.wait()
    assert await ada.states() == ["online", "offline"]
    assert await apart(lambda: rows_of(ada.member.person_id)) == [], "nothing is left to look at"


async def test_who_loads_the_page_anew_does_not_flicker(ada: Person, process: Holding) -> None:
    await ada.come(process)
    await ada.states()
    await ada.go(process)
    await ada.come(process)
    await ada.wait()
    assert await ada.states() == ["online"]
    (row,) = await apart(lambda: rows_of(ada.member.person_id))
    assert row == (None, None), "and nobody has to look again"


async def test_a_process_that_hands_over_lets_nobody_flicker(ada: Person, process: Holding, pool: TenantPool) -> None:
    await ada.come(process)
    await ada.states()
    await process.end()
    assert await ada.states() == ["online"]
    heir = Holding(connections=pool)
    await ada.come(heir)
    await ada.wait()
    assert await ada.states() == ["online"]
    await heir.end()
    await ada.wait()
    assert await ada.states() == ["online", "offline"]


async def test_a_dead_process_takes_its_people_along_and_comes_back_as_another(ada: Person, process: Holding) -> None:
    await ada.come(process)
    assert await ada.states() == ["online"]
    expire = "UPDATE server_leases SET expires_at = clock_timestamp() - interval '1 second' WHERE id IN"
    mine = " (SELECT lease FROM held_connections WHERE person = %(person)s)"
    await apart(lambda: in_public(expire + mine, person=ada.member.person_id))
    assert await ada.states() == ["online", "offline"]
    await process.beat()
    assert await ada.states() == ["online", "offline", "online"], "it was only asleep, and registers anew"


async def test_no_lease_outlives_a_database_whose_clock_was_set_back(ada: Person, process: Holding) -> None:
    await ada.come(process)
    await ada.states()
    later = "UPDATE server_leases SET expires_at = clock_timestamp() + interval '1 hour' WHERE id IN"
    mine = " (SELECT lease FROM held_connections WHERE person = %(person)s)"
    await apart(lambda: in_public(later + mine, person=ada.member.person_id))
    await ada.states()
    look = "SELECT expires_at - clock_timestamp() < interval '17 seconds' FROM server_leases WHERE id IN" + mine
    assert await apart(lambda: in_public(look, person=ada.member.person_id)) == [(True,)]


async def test_what_somebody_took_and_did_not_finish_is_taken_again(ada: Person, process: Holding) -> None:
    await ada.come(process)
    await apart(take_due)  # and is killed
    person = ada.member.person_id
    await apart(
        lambda: in_public(
            "UPDATE held_connections SET due_at = due_at - interval '10 seconds' WHERE person = %(person)s",
            person=person,
        )
    )
    assert await ada.states() == ["online"]


async def test_what_changes_while_somebody_looks_stays_due(ada: Person, process: Holding) -> None:
    await ada.come(process)
    taken = await apart(take_due)
    await ada.go(process)
    await apart(lambda: finish(done=taken))
    await ada.wait()
    await ada.states()
    assert await apart(lambda: rows_of(ada.member.person_id)) == []


async def test_a_closed_company_waits_and_stops_no_other(
    ada: Person, process: Holding, make_tenant: MakeTenant, make_member: MakeMember
) -> None:
    def elsewhere() -> Person:
        tenant = make_tenant()
        return Person(tenant, make_member(tenant), ada.settling)

    ben = await apart(elsewhere)
    await apart(lambda: suspend(slug=ada.tenant.slug, reason="No.", now=NOW))
    await ada.come(process)
    await ben.come(process)
    assert await ben.states() == ["online"]
    assert await apart(lambda: states(ada.tenant, ada.member)) == []
    await apart(lambda: resume(slug=ada.tenant.slug, now=NOW))
    again = "UPDATE held_connections SET due_at = clock_timestamp() WHERE person = %(person)s"
    await apart(lambda: in_public(again, person=ada.member.person_id))
    assert await ada.states() == ["online"]


async def test_what_is_left_of_a_company_that_is_gone_is_forgotten(ada: Person, process: Holding) -> None:
    nowhere = UUID(int=5)
    process.come(tenant=nowhere, person=ada.member.person_id)
    await process.beat()
    await ada.states()
    process.go(tenant=nowhere, person=ada.member.person_id)
    await process.beat()
    await ada.wait()
    await ada.states()
    assert await apart(lambda: rows_of(ada.member.person_id)) == []


async def test_a_choice_waits_for_the_next_connection(ada: Person, process: Holding) -> None:
    def say() -> None:
        with tenant_context(ada.tenant):
            choose(member=ada.member.person_id, state="busy")

    await apart(say)
    await ada.come(process)
    assert await ada.states() == ["offline", "busy"]


async def test_who_can_come_in_no_more_is_gone_at_once_and_starts_anew_when_they_are_back(
    ada: Person, process: Holding
) -> None:
    def out() -> None:
        with tenant_context(ada.tenant):
            leave(member=ada.member.person_id)
            leave(member=ada.member.person_id)

    def seen() -> list[tuple[str, str, bool]]:
        with tenant_context(ada.tenant):
            return list(Presence.objects.values_list("state", "chosen", "is_gone"))

    def say() -> None:
        with tenant_context(ada.tenant):
            choose(member=ada.member.person_id, state="away")

    await ada.come(process)
    await ada.states()
    await apart(say)
    await apart(out)
    assert await apart(seen) == [("offline", "away", True)]
    await ada.go(process)
    await ada.wait()
    assert await ada.states() == ["online", "away", "offline"]
    await ada.come(process)
    assert (await ada.states())[-1] == "online"
    assert await apart(seen) == [("online", "online", False)]


async def test_routing_asks_who_is_available(
    ada: Person, process: Holding, make_member: MakeMember, certain: Settling
) -> None:
    ben, cleo = [Person(ada.tenant, await apart(lambda: make_member(ada.tenant)), certain) for _ in range(2)]
    await ben.come(process)
    await ben.states()
    await ada.come(process)
    await ada.states()

    def busy(person: Person) -> None:
        with tenant_context(ada.tenant):
            choose(member=person.member.person_id, state="busy")

    def ask() -> list[UUID]:
        with tenant_context(ada.tenant):
            return get_available(members=[each.member.person_id for each in (ada, ben, cleo)])

    assert await apart(ask) == [ben.member.person_id, ada.member.person_id], "who waits longest comes first"
    await apart(lambda: busy(ben))
    assert await apart(ask) == [ada.member.person_id]
