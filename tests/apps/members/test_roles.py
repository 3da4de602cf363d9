"""A company's own roles: what they allow, and that nobody gives what they lack."""

from typing import Any

import pytest

from tenants.context import TenantRef
from tests.apps.members.conftest import Browser, Enter, Noted, refused
from tests.conftest import MakeTenant

VIEWING = ["conversations.view", "members.view"]


def define(by: Browser, key: str = "trainee", permissions: list[str] | None = None, **more: object) -> Any:
    given = VIEWING if permissions is None else permissions
    return by.post("roles", key=key, name="Trainee", permissions=given, **more)


def test_an_own_role_allows_what_it_says(enter: Enter, noted: Noted) -> None:
    owner, agent = enter("owner"), enter("agent")
    made = define(owner)
    assert made.status_code == 201
    assert made.json() == {
        "key": "trainee",
        "name": "Trainee",
        "permissions": VIEWING,
        "built_in": False,
        "revision": 1,
    }
    assert owner.patch(f"members/{agent.id}", role="trainee").json()["role"] == "trainee"
    me = agent.get("me").json()
    assert (me["role"], me["permissions"]) == ("trainee", VIEWING)
    assert refused(agent.get("definitions")) == (403, "not_allowed")
    assert refused(agent.get("invitations")) == (403, "not_allowed")
    changed = owner.patch("roles/trainee", revision=1, permissions=[*VIEWING, "definitions.view"])
    assert changed.json()["revision"] == 2
    assert agent.get("definitions").status_code == 200
    assert [note["after"] for note in noted("member.role_changed")] == [{"role": "trainee"}]
    assert [note["before"]["permissions"] for note in noted("role.changed")] == [VIEWING]


def test_roles_are_listed_to_members(enter: Enter, make_tenant: MakeTenant) -> None:
    owner, agent = enter("owner"), enter("agent")
    define(owner)
    rows = agent.get("roles").json()["results"]
    assert [(row["key"], row["built_in"]) for row in rows] == [
        *((key, True) for key in ("owner", "admin", "supervisor", "agent", "viewer")),
        ("trainee", False),
    ]
    assert agent.get("roles/trainee").json()["name"] == "Trainee"
    assert refused(agent.get("roles/stranger")) == (404, "not_found")
    assert refused(define(agent, key="mine")) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"key": "owner"}, 422),
        ({"key": "own"}, 422),
        ({"key": "Big"}, 422),
        ({"key": "a--b"}, 422),
        ({"name": "  "}, 422),
        ({"name": "a\u2028b"}, 422),
        ({"permissions": ["conversations.shout"]}, 422),
        ({"extra": 1}, 422),
        ({"permissions": []}, 201),
    ],
)
def test_what_a_role_may_be(enter: Enter, body: dict[str, Any], status: int) -> None:
    given = {"key": "trainee", "name": "Trainee", "permissions": VIEWING, **body}
    assert enter("owner").post("roles", **given).status_code == status


def test_nobody_defines_what_they_lack(enter: Enter) -> None:
    owner, admin = enter("owner"), enter("admin")
    assert refused(define(admin, permissions=["tenant.manage"])) == (403, "beyond_yours")
    assert define(admin, permissions=["members.manage", "members.view"]).status_code == 201
    helper = enter("agent")
    assert owner.patch(f"members/{helper.id}", role="trainee").status_code == 200
    assert refused(helper.patch("roles/trainee", revision=1, permissions=["keys.manage"])) == (403, "beyond_yours")
    assert refused(define(helper, key="more", permissions=["conversations.view"])) == (403, "beyond_yours")
    other = enter("agent")
    for path in (f"members/{other.id}", f"members/{helper.id}"):
        assert refused(helper.patch(path, role="agent")) == (403, "beyond_yours")
    assert refused(helper.post("invitations", email="x@example.com", role="agent")) == (403, "beyond_yours")


def test_a_role_above_oneself_is_not_touched(enter: Enter) -> None:
    owner, admin = enter("owner"), enter("admin")
    define(owner, key="boss", permissions=["tenant.manage"])
    assert refused(admin.patch("roles/boss", revision=1, permissions=[])) == (403, "beyond_yours")
    assert refused(admin.patch("roles/boss", revision=1, name="Lamb")) == (403, "beyond_yours")
    assert refused(admin.delete("roles/boss")) == (403, "beyond_yours")
    assert refused(admin.patch(f"members/{admin.id}", role="boss")) == (403, "beyond_yours")


def test_all_permissions_do_not_make_an_owner(enter: Enter) -> None:
    owner, helper = enter("owner"), enter("agent")
    everything = owner.get("me").json()["permissions"]
    define(owner, key="deputy", permissions=everything)
    owner.patch(f"members/{helper.id}", role="deputy")
    assert refused(helper.patch(f"members/{helper.id}", role="owner")) == (403, "owners_only")
    assert refused(helper.patch(f"members/{owner.id}", role="agent")) == (403, "owners_only")
    assert refused(helper.patch(f"members/{owner.id}", is_active=False)) == (403, "owners_only")
    assert refused(helper.delete(f"members/{owner.id}")) == (403, "owners_only")
    assert refused(helper.delete(f"members/{owner.id}/sessions")) == (403, "owners_only")
    assert refused(helper.post("invitations", email="x@example.com", role="owner")) == (403, "owners_only")


def test_two_who_change_a_role_at_once_do_not_overwrite_each_other(enter: Enter) -> None:
    owner = enter("owner")
    define(owner)
    assert owner.patch("roles/trainee", revision=1, name="One").status_code == 200
    assert refused(owner.patch("roles/trainee", revision=1, name="Two")) == (409, "conflict")
    assert refused(define(owner)) == (409, "role_taken")
    assert refused(owner.patch("roles/agent", revision=1, name="x")) == (409, "built_in")
    assert refused(owner.delete("roles/agent")) == (409, "built_in")
    assert refused(owner.patch("roles/nothing", revision=1)) == (404, "not_found")


def test_a_role_in_use_stays(enter: Enter) -> None:
    owner, agent = enter("owner"), enter("agent")
    define(owner)
    owner.patch(f"members/{agent.id}", role="trainee")
    assert refused(owner.delete("roles/trainee")) == (409, "role_in_use")
    owner.patch(f"members/{agent.id}", role="agent")
    assert owner.post("invitations", email="x@example.com", role="trainee").status_code == 201
    assert refused(owner.delete("roles/trainee")) == (409, "role_in_use")
    (invitation,) = owner.get("invitations").json()["results"]
    assert owner.delete(f"invitations/{invitation['id']}").status_code == 204
    assert owner.delete("roles/trainee").status_code == 204
    assert owner.get("invitations").json()["results"][0]["role"] is None


def test_another_companys_role_is_none_here(enter: Enter, tenant: TenantRef, make_tenant: MakeTenant) -> None:
    owner, agent = enter("owner"), enter("agent")
    assert refused(owner.patch(f"members/{agent.id}", role="trainee")) == (422, "invalid")
    assert refused(owner.patch(f"members/{agent.id}", role="own")) == (422, "invalid")
