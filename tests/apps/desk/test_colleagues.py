"""A colleague's state is set by those who assign and by leads of their team, and by nobody else; the audit says so."""

from typing import Any
from uuid import uuid4

from django.test import Client

from conversations.engine.models import Event
from conversations.threads.actors import Actor
from tenants.context import tenant_context
from tests.apps.definitions.speaking import refused
from tests.apps.desk.floor import Floor
from tests.apps.desk.test_api import JSON, People, people  # noqa: F401 - a fixture


def set_state(client: Client, whose: Actor, state: str = "busy", **more: Any) -> Any:
    return client.put(f"/api/v1/members/{whose.id}/presence", {"state": state, **more}, content_type=JSON)


def test_a_supervisor_sets_it_and_it_is_told_who_did(floor: Floor, people: People) -> None:  # noqa: F811 - a fixture
    ada, lea = floor.agent(name="Ada"), floor.agent(name="Lea", role="supervisor")
    assert set_state(people[lea], ada, "away").status_code == 200
    assert people[ada].get("/api/v1/me/presence").json()["chosen"] == "away"
    (last, *_) = people[lea].get("/api/v1/presence/changes", {"member": str(ada.id)}).json()["results"]
    assert (last["chosen"], last["by"]) == ("away", str(lea.id))
    with tenant_context(floor.shop.tenant):
        (told,) = Event.objects.filter(kind="audit.recorded.v1", body__action="presence.set")
    assert told.body["after"] == {"state": "away", "reason": None}
    assert set_state(people[lea], ada, "away").status_code == 200, "again is nothing new"
    with tenant_context(floor.shop.tenant):
        assert Event.objects.filter(kind="audit.recorded.v1", body__action="presence.set").count() == 1
    people[ada].put("/api/v1/me/presence", {"state": "online"}, content_type=JSON)
    (own, *_) = people[lea].get("/api/v1/presence/changes", {"member": str(ada.id)}).json()["results"]
    assert own["by"] is None


def test_a_lead_sets_it_in_the_own_team_alone(floor: Floor, people: People) -> None:  # noqa: F811 - a fixture
    ada, bea, lea = (floor.agent(name=name) for name in ("Ada", "Bea", "Lea"))
    members = [{"member": str(lea.id), "role": "lead"}, {"member": str(ada.id)}]
    floor.publish("team", "tea", {"name": "Tea", "members": members})
    assert set_state(people[lea], ada).status_code == 200
    assert refused(set_state(people[lea], bea)) == (403, "not_allowed")
    assert refused(set_state(people[ada], lea)) == (403, "not_allowed")
    assert refused(set_state(people[ada], ada)) == (403, "not_allowed"), "one's own is set elsewhere"


def test_who_is_nobody_here_has_no_state(floor: Floor, people: People) -> None:  # noqa: F811 - a fixture
    lea, ada = floor.agent(name="Lea", role="supervisor"), floor.agent(name="Ada")
    stranger = Actor("member", uuid4(), "")
    assert set_state(people[lea], stranger).status_code == 404
    assert refused(set_state(people[ada], stranger)) == (403, "not_allowed")
    assert set_state(people[lea], ada, reason="lunch").status_code == 422
