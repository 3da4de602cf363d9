"""API keys: made, shown once, used on their own tenant's host, rotated, revoked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.test import Client

from conversations.access.models import ApiKey
from conversations.audit.queries import STREAM
from conversations.engine import log
from tenants.context import platform_context, tenant_context
from tenants.members.departures import tell_departures
from tenants.members.member import Member
from tenants.models import Membership
from tests.apps.access.conftest import KeyClient, with_secret
from tests.apps.threads.test_api import post, refused
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.shop import Shop

KEYS: Final = "/api/v1/keys"
BASE: Final = "/api/v1/conversations"
MakeKey = Callable[..., dict[str, Any]]


def test_a_secret_is_shown_once_and_kept_nowhere(shop: Shop, owner: Client, make_key: MakeKey) -> None:
    made = make_key("conversations.view")
    secret = made["secret"]
    assert secret.startswith(f"sk_{shop.tenant.slug}_")
    assert len(secret.removeprefix(f"sk_{shop.tenant.slug}_")) >= 40
    assert made["hint"] == secret[-4:]
    for response in (owner.get(KEYS), owner.get(f"{KEYS}/{made['id']}")):
        assert secret not in response.content.decode()
    with tenant_context(shop.tenant):
        assert secret not in str(list(ApiKey.objects.values()))
    (listed,) = owner.get(KEYS).json()["results"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}


def test_the_list_page_by_page(owner: Client, make_key: MakeKey) -> None:
    made = [make_key()["id"] for _ in range(3)]
    first = owner.get(f"{KEYS}?limit=2").json()
    rest = owner.get(first["next"].partition(".localhost")[2]).json()
    assert [key["id"] for key in first["results"] + rest["results"]] == made[::-1]
    assert rest["next"] is None
    assert first["previous"] is None
    assert rest["previous"]


def test_a_key_reads_what_its_scopes_say(shop: Shop, key_client: KeyClient) -> None:
    guest = shop.welcome(text="my number is 555")
    program = key_client("conversations.view")
    (shown,) = program.get(BASE).json()["results"]
    assert shown["id"] == str(guest.conversation)
    assert shown["last_text"] is None
    stranger = {"name": None, "vouched": False, "blocked": False, "external_id": None}
    assert shown["contact"] == {"id": str(guest.actor.id), **stranger}
    assert refused(program.get("/api/v1/members")) == (403, "not_allowed")
    assert refused(post(program, f"{BASE}/{guest.conversation}/resolve")) == (403, "not_allowed")
    trusted = key_client("conversations.view", "personal:read", "members.view", "conversations.resolve")
    assert trusted.get(f"{BASE}/{guest.conversation}").json()["last_text"] == "my number is 555"
    assert len(trusted.get("/api/v1/members").json()["results"]) == 2
    assert post(trusted, f"{BASE}/{guest.conversation}/resolve").json()["status"] == "resolved"


def test_a_key_needs_no_csrf_token(shop: Shop, make_key: MakeKey, client_for: ClientFor) -> None:
    guest = shop.welcome(text="x")
    secret = make_key("conversations.view", "conversations.note")["secret"]
    program = with_secret(client_for(shop.tenant, csrf=True), secret)
    noted = post(program, f"{BASE}/{guest.conversation}/notes", {"id": "1", "text": "from the CRM"})
    assert noted.status_code == 201
    assert shop.read(guest.conversation)[-1].body == {"name": "Robot", "text": "from the CRM", "mentions": []}


@pytest.mark.parametrize("path", ["/api/v1/me", KEYS])
def test_what_is_for_people_only(key_client: KeyClient, path: str) -> None:
    assert refused(key_client().get(path)) == (403, "not_allowed")


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("admin", 200), ("supervisor", 403), ("viewer", 403)])
def test_who_manages_keys(
    shop: Shop, make_member: MakeMember, client_for: ClientFor, make_key: MakeKey, role: str, status: int
) -> None:
    path = f"{KEYS}/{make_key()['id']}"
    client = client_for(shop.tenant, make_member(shop.tenant, role=role))
    assert client.get(KEYS).status_code == client.get(path).status_code == status
    assert post(client, f"{path}/rotate").status_code == status
    if status == 403:
        assert refused(client.delete(path)) == (403, "not_allowed")
        assert refused(post(client, KEYS, {"name": "x", "scopes": ["members.view"]})) == (403, "not_allowed")


def test_rotation_with_overlap(shop: Shop, owner: Client, make_key: MakeKey, client_for: ClientFor) -> None:
    made = make_key()
    old = with_secret(client_for(shop.tenant), made["secret"])
    rotated = post(owner, f"{KEYS}/{made['id']}/rotate", {"overlap_s": 600}).json()
    new = with_secret(client_for(shop.tenant), rotated["secret"])
    assert old.get(BASE).status_code == new.get(BASE).status_code == 200
    left = datetime.fromisoformat(rotated["old_secret_until"]) - datetime.now(UTC)
    assert timedelta(seconds=580) < left <= timedelta(seconds=600)
    last = with_secret(
        client_for(shop.tenant), post(owner, f"{KEYS}/{made['id']}/rotate", {"overlap_s": 0}).json()["secret"]
    )
    assert [c.get(BASE).status_code for c in (old, new, last)] == [401, 401, 200]


def test_revoked(shop: Shop, owner: Client, make_key: MakeKey, client_for: ClientFor) -> None:
    made = make_key()
    program = with_secret(client_for(shop.tenant), made["secret"])
    assert program.get(BASE).status_code == 200
    assert owner.delete(f"{KEYS}/{made['id']}").status_code == 204
    assert refused(program.get(BASE)) == (401, "not_signed_in")
    assert owner.get(f"{KEYS}/{made['id']}").json()["status"] == "revoked"
    assert owner.delete(f"{KEYS}/{made['id']}").status_code == 204
    assert refused(post(owner, f"{KEYS}/{made['id']}/rotate")) == (409, "revoked")


def test_expired(shop: Shop, owner: Client, make_key: MakeKey, client_for: ClientFor) -> None:
    made = make_key(expires_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    program = with_secret(client_for(shop.tenant), made["secret"])
    assert program.get(BASE).status_code == 200
    with tenant_context(shop.tenant):
        ApiKey.objects.filter(id=made["id"]).update(expires_at=datetime.now(UTC))
    assert refused(program.get(BASE)) == (401, "not_signed_in")
    assert owner.get(f"{KEYS}/{made['id']}").json()["status"] == "expired"


def test_addresses(shop: Shop, make_key: MakeKey, client_for: ClientFor) -> None:
    program = with_secret(client_for(shop.tenant), make_key(networks=["203.0.113.0/24"])["secret"])
    assert program.get(BASE, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert refused(program.get(BASE, REMOTE_ADDR="127.0.0.1")) == (401, "not_signed_in")


def test_last_use_is_noted_now_and_then(shop: Shop, make_key: MakeKey, client_for: ClientFor) -> None:
    made = make_key()
    program = with_secret(client_for(shop.tenant), made["secret"])

    def used() -> datetime | None:
        with tenant_context(shop.tenant):
            return ApiKey.objects.get(id=made["id"]).last_used_at

    assert used() is None
    program.get(BASE)
    first = used()
    program.get(BASE)
    assert first is not None
    assert used() == first
    with tenant_context(shop.tenant):
        ApiKey.objects.update(last_used_at=first - timedelta(minutes=11))
    program.get(BASE)
    again = used()
    assert again is not None
    assert again > first - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": ["members.view"]}, "name"),
        ({"name": " ", "scopes": ["members.view"]}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["keys.manage"]}, "scopes"),
        ({"name": "x", "scopes": ["members.view"], "networks": ["somewhere"]}, "networks"),
        ({"name": "x", "scopes": ["members.view"], "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "scopes": ["members.view"], "expires_at": "2090-01-01T00:00:00"}, "expires_at"),
        ({"name": "x", "scopes": ["members.view"], "more": 1}, "more"),
    ],
)
def test_keys_that_cannot_be_made(owner: Client, body: dict[str, Any], field: str) -> None:
    response = post(owner, KEYS, body)
    assert refused(response) == (422, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == [field]


def exactly(response: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    return response.status_code, sorted(response.items()), response.content


def test_another_tenants_key_is_answered_like_a_wrong_one(
    shop: Shop, make_key: MakeKey, make_tenant: MakeTenant, client_for: ClientFor, make_member: MakeMember
) -> None:
    other = make_tenant()
    theirs, wrong = make_key()["secret"], f"sk_{shop.tenant.slug}_{'x' * 43}"
    for path in (BASE, "/api/v1/members", "/api/v1/nowhere"):
        answers = [exactly(with_secret(client_for(other), secret).get(path)) for secret in (theirs, wrong)]
        assert answers[0] == answers[1]
        assert answers[0][0] in {401, 404}
    signed_in = with_secret(client_for(other, make_member(other)), theirs)
    assert refused(signed_in.get(BASE)) == (401, "not_signed_in"), "a cookie does not help a wrong key"


@pytest.mark.parametrize("shown", ["", " ", "Bearer", "Bearer ", "bearer \xff\xfe", "Basic eDp4", "Bearer a b"])
def test_nonsense_is_nobody(shop: Shop, client_for: ClientFor, shown: str) -> None:
    client = client_for(shop.tenant)
    assert refused(client.get(BASE, headers={"authorization": shown})) == (401, "not_signed_in")


def test_another_tenants_key_id_does_not_exist(
    owner: Client, make_key: MakeKey, make_tenant: MakeTenant, client_for: ClientFor, make_member: MakeMember
) -> None:
    other = make_tenant()
    stranger = client_for(other, make_member(other, role="owner"))
    path = f"{KEYS}/{make_key()['id']}"
    assert refused(stranger.get(path)) == refused(stranger.delete(path)) == (404, "not_found")
    assert refused(post(stranger, f"{path}/rotate")) == (404, "not_found")
    assert owner.get(path).json()["status"] == "live"


def test_a_key_may_no_more_than_who_made_it(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> None:
    """Another role, and it is cut; out of the company, and it does not open; back, and it opens again."""
    maker = make_member(shop.tenant, role="admin")
    body = {"name": "Robot", "scopes": ["conversations.view", "members.view", "definitions.manage", "personal:read"]}
    secret = post(client_for(shop.tenant, maker), KEYS, body).json()["secret"]
    program = with_secret(client_for(shop.tenant), secret)
    draft = "/api/v1/definitions/canned_reply/x/draft"

    def asked() -> list[int]:
        return [program.get(BASE).status_code, program.delete(draft).status_code]

    assert asked() == [200, 404]
    for change, codes in (({"role": "viewer"}, [200, 403]), ({"is_active": False}, [401, 401])):
        with platform_context():
            Membership.objects.filter(id=maker.membership_id).update(**change)
        assert asked() == codes
    with platform_context():
        Membership.objects.filter(id=maker.membership_id).update(role="admin", is_active=True)
    assert asked() == [200, 404]


def test_who_rotates_a_key_answers_for_it(
    shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor
) -> None:
    """Nobody gets a secret that may more than they may; a key of somebody who left is taken over by rotating it."""
    maker, other = make_member(shop.tenant, role="admin"), make_member(shop.tenant, role="owner")
    made = post(client_for(shop.tenant, maker), KEYS, {"name": "Robot", "scopes": ["conversations.view"]}).json()
    with platform_context():
        Membership.objects.filter(id=maker.membership_id).update(is_active=False)
    assert with_secret(client_for(shop.tenant), made["secret"]).get(BASE).status_code == 401
    taken = post(client_for(shop.tenant, other), f"{KEYS}/{made['id']}/rotate", {"overlap_s": 0}).json()
    assert taken["created_by"] == str(other.person_id)
    assert with_secret(client_for(shop.tenant), taken["secret"]).get(BASE).status_code == 200


def test_a_key_is_suspended_with_who_answers_for_it(
    shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor
) -> None:
    """And the list says so: what it shows is what the key can do at this moment."""
    maker = make_member(shop.tenant, role="admin")
    body = {"name": "Theirs", "scopes": ["conversations.view"]}
    made = client_for(shop.tenant, maker).post(KEYS, body, content_type="application/json").json()
    program = with_secret(client_for(shop.tenant), made["secret"])
    path, person = f"{KEYS}/{made['id']}", f"/api/v1/members/{maker.person_id}"

    def state() -> tuple[str, list[str], int]:
        shown = owner.get(path).json()
        assert owner.get(KEYS).json()["results"][0] == shown
        return shown["status"], shown["scopes_now"], program.get(BASE).status_code

    assert state() == ("live", ["conversations.view"], 200)
    role = {"key": "mute", "name": "Mute", "permissions": ["members.view"]}
    assert owner.post("/api/v1/roles", role, content_type="application/json").status_code == 201
    assert owner.patch(person, {"role": "mute"}, content_type="application/json").status_code == 200
    assert state() == ("live", [], 403)
    assert owner.patch(person, {"is_active": False}, content_type="application/json").status_code == 200
    assert state() == ("suspended", [], 401)
    rotated = post(owner, f"{path}/rotate").json()
    assert (rotated["status"], rotated["scopes_now"]) == ("live", ["conversations.view"]), (
        "somebody answers for it again"
    )


@pytest.mark.parametrize("told", [True, False], ids=["told", "not yet told"])
def test_who_comes_back_finds_their_keys_shut(
    shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor, told: bool
) -> None:
    """Whatever the worker has done meanwhile; then the keys are revoked, once, and the audit says so."""
    maker, json = make_member(shop.tenant, role="admin"), "application/json"
    theirs, body = client_for(shop.tenant, maker), {"name": "Theirs", "scopes": ["conversations.view"]}
    made, person = theirs.post(KEYS, body, content_type=json).json(), f"/api/v1/members/{maker.person_id}"
    program = with_secret(client_for(shop.tenant), made["secret"])
    assert program.get(BASE).status_code == 200
    owner.patch(person, {"is_active": False}, content_type=json)
    if told:
        tell_departures(now=datetime.now(UTC))
    assert owner.patch(person, {"is_active": True}, content_type=json).status_code == 200
    assert program.get(BASE).status_code == 401
    assert owner.get(f"{KEYS}/{made['id']}").json()["status"] == ("revoked" if told else "suspended")
    for _ in range(2):
        tell_departures(now=datetime.now(UTC))
    assert program.get(BASE).status_code == 401
    assert owner.get(f"{KEYS}/{made['id']}").json()["status"] == "revoked"
    with tenant_context(shop.tenant):
        found = log.read_stream(stream=STREAM, after=0)
    revoked = [one.body for one in found if one.body["action"] == "key.revoked"]
    assert [(one["target_id"], one["who"], one["after"]) for one in revoked] == [
        (made["id"], "system", {"why": "member_left"})
    ]
    again = client_for(shop.tenant, maker).post(KEYS, body, content_type=json).json()
    assert with_secret(client_for(shop.tenant), again["secret"]).get(BASE).status_code == 200


def test_who_is_invited_again_finds_their_keys_shut(
    shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor
) -> None:
    maker = make_member(shop.tenant, role="admin")
    body = {"name": "Theirs", "scopes": ["conversations.view"]}
    made = client_for(shop.tenant, maker).post(KEYS, body, content_type="application/json").json()
    program = with_secret(client_for(shop.tenant), made["secret"])
    assert owner.delete(f"/api/v1/members/{maker.person_id}").status_code == 204
    make_member_again(shop, maker)
    assert program.get(BASE).status_code == 401
    tell_departures(now=datetime.now(UTC))
    assert program.get(BASE).status_code == 401


def make_member_again(shop: Shop, maker: Member) -> None:
    with platform_context():
        Membership.objects.create(tenant_id=shop.tenant.id, person_id=maker.person_id, role="viewer")


def leave(owner: Client, who: Member, *, back: bool = False) -> None:
    for is_active in (False, True)[: 1 + back]:
        changed = owner.patch(
            f"/api/v1/members/{who.person_id}", {"is_active": is_active}, content_type="application/json"
        )
        assert changed.status_code == 200, changed.content


@pytest.mark.parametrize("when", ["before", "in between"])
@pytest.mark.parametrize("told", [True, False], ids=["told", "not yet told"])
def test_the_secret_before_ends_with_who_was_shown_it(
    shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor, when: str, told: bool
) -> None:
    """Whoever rotates the key meanwhile, and however late the worker is; the key itself goes on."""
    maker = make_member(shop.tenant, role="admin")
    body = {"name": "Theirs", "scopes": ["conversations.view"]}
    made = post(client_for(shop.tenant, maker), KEYS, body).json()
    old, path = with_secret(client_for(shop.tenant), made["secret"]), f"{KEYS}/{made['id']}"
    if when == "before":
        leave(owner, maker)
    rotated = post(owner, f"{path}/rotate").json()
    if when == "in between":
        assert old.get(BASE).status_code == 200
        assert owner.get(path).json()["old_secret_until"] == rotated["old_secret_until"] is not None
        leave(owner, maker)
    new = with_secret(client_for(shop.tenant), rotated["secret"])
    for _ in range(2):
        assert (old.get(BASE).status_code, new.get(BASE).status_code) == (401, 200)
        shown = owner.get(path).json()
        assert (shown["status"], shown["old_secret_until"]) == ("live", None)
        leave(owner, maker, back=True)
        if told:
            tell_departures(now=datetime.now(UTC))
    with tenant_context(shop.tenant):
        found = [one.body for one in log.read_stream(stream=STREAM, after=0)]
    ended = [one["after"] for one in found if one["action"] == "key.old_secret_ended"]
    assert ended == [{"why": "member_left"}] * told


def test_who_is_back_and_rotates_a_key_keeps_it(
    shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor, make_key: MakeKey
) -> None:
    """Before the worker has told that they were away, and after."""
    admin = make_member(shop.tenant, role="admin")
    made = make_key("conversations.view")
    leave(owner, admin, back=True)
    rotated = post(client_for(shop.tenant, admin), f"{KEYS}/{made['id']}/rotate").json()
    program = with_secret(client_for(shop.tenant), rotated["secret"])
    for _ in range(2):
        assert program.get(BASE).status_code == 200
        assert owner.get(f"{KEYS}/{made['id']}").json()["status"] == "live"
        tell_departures(now=datetime.now(UTC))
