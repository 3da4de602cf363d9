"""What people do to what is their own is noted: who, what, before and after, from where."""

from typing import Any

from tenants.context import TenantRef
from tests.apps.members.conftest import Enter, Noted
from tests.conftest import PASSWORD, ClientFor, MakeMember


def test_a_profile(enter: Enter, noted: Noted) -> None:
    agent = enter("agent", name="Ada")
    agent.client.defaults |= {"REMOTE_ADDR": "203.0.113.5", "HTTP_USER_AGENT": "Tests/3"}
    agent.patch("me", name="Grace", language="zh-hans")
    agent.patch("me", name=" Grace ", language="zh-hans")
    agent.patch("me", name="a\nb")
    agent.client.post("/settings/account", {"do": "profile", "name": "Grace", "language": "en"})
    agent.client.post("/language", {"language": "zh-hans"})
    found = noted("profile.changed")
    assert [(note["before"], note["after"]) for note in found] == [
        ({"name": "Ada", "language": ""}, {"name": "Grace", "language": "zh-hans"}),
        ({"language": "zh-hans"}, {"language": "en"}),
        ({"language": "en"}, {"language": "zh-hans"}),
    ]
    assert found[0]["who"] == {"kind": "member", "id": agent.id, "label": "Ada"}
    assert found[0]["target"] == {"kind": "person", "id": agent.id, "label": "Ada"}
    assert {(note["address"], note["agent"]) for note in found} == {("203.0.113.5", "Tests/3")}


def test_signing_out(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor, noted: Noted) -> None:
    member = make_member(tenant)
    body = {"email": member.email, "password": PASSWORD}
    for out in ("DELETE", "POST"):
        client = client_for(tenant)
        client.defaults |= {"REMOTE_ADDR": "203.0.113.5"}
        token = client.post("/api/v1/session", body, content_type="application/json").json()["csrf_token"]
        client.defaults |= {"REMOTE_ADDR": "203.0.113.6", "HTTP_X_CSRFTOKEN": token}
        session = client.get("/api/v1/sessions").json()["results"][0]
        answer = client.delete("/api/v1/session") if out == "DELETE" else client.post("/sign-out")
        assert answer.status_code in {204, 302}
        assert client.get("/api/v1/me").status_code == 401
        note = noted("session.ended")[-1]
        assert note["target"] == {"kind": "session", "id": session["id"], "label": member.name}
        assert note["who"]["id"] == str(member.person_id)
        assert (note["before"]["address"], note["before"]["way"]) == ("203.0.113.5", "password")
        assert (note["address"], note["after"]) == ("203.0.113.6", {"why": "signed_out"})
        client.post("/sign-out")
    assert len(noted("session.ended")) == 2, "nobody signs out twice"


def test_sessions_that_end_with_something_else(enter: Enter, noted: Noted) -> None:
    here, owner = enter("agent"), enter("owner")
    others = [enter(member=here.member) for _ in range(3)]
    ids = [row["id"] for row in here.get("sessions").json()["results"]]
    here.delete(f"sessions/{ids[0]}")
    here.delete("sessions")
    owner.patch(f"members/{here.id}", is_active=False)
    assert [whys(note) for note in noted("session.ended")] == [
        *(("ended", here.id),) * 3,
        ("membership_ended", owner.id),
    ]
    assert [other.get("me").status_code for other in (here, *others)] == [401] * 4


def whys(note: dict[str, Any]) -> tuple[str, str]:
    """Answer why a session ended, and who ended it."""
    return note["after"]["why"], note["who"]["id"]
