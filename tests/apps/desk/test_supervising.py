"""A supervisor looks on in silence and takes over: both are in the audit, and the first is nowhere else."""

from typing import Any

from conversations.engine.models import Event
from tenants.context import tenant_context
from tests.apps.definitions.speaking import refused
from tests.apps.desk.floor import Floor
from tests.apps.desk.test_api import People, people, post  # noqa: F401 - a fixture


def audited(floor: Floor, action: str) -> list[dict[str, Any]]:
    with tenant_context(floor.shop.tenant):
        rows = Event.objects.filter(kind="audit.recorded.v1", body__action=action).order_by("position")
        return [row.body for row in rows]


def test_looking_on_leaves_a_trace_in_the_audit_alone(floor: Floor, people: People) -> None:  # noqa: F811 - a fixture
    floor.open()
    ada, lea = floor.agent(name="Ada"), floor.agent(name="Lea", role="supervisor", state="busy")
    guest = floor.come()
    before = floor.shop.read(guest.conversation)
    assert post(people[lea], guest, "watch").status_code == 204
    assert floor.shop.read(guest.conversation) == before
    (told,) = audited(floor, "conversation.watched")
    assert (told["target_id"], told["after"]) == (str(guest.conversation), {"assignee": str(ada.id)})
    assert refused(post(people[ada], guest, "watch")) == (403, "not_allowed")
    assert len(audited(floor, "conversation.watched")) == 1


def test_taking_over_from_a_colleague_is_audited(floor: Floor, people: People) -> None:  # noqa: F811 - a fixture
    floor.open()
    ada, lea = floor.agent(name="Ada"), floor.agent(name="Lea", role="supervisor", state="busy")
    guest = floor.come()
    assert post(people[lea], guest, "take").status_code == 200
    assert post(people[lea], guest, "take").status_code == 200
    (told,) = audited(floor, "conversation.taken_over")
    assert (told["before"], told["after"]) == ({"assignee": str(ada.id)}, {"assignee": str(lea.id)})
