"""Visitors whom the site vouches for: known everywhere, joined with what their browser said before, nobody else's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client, override_settings

from conversations.channels.webchat.commands import add_inbox, get_conversation_to_write_in, let_in
from conversations.contacts.commands import ContactMerged, forget_tokens
from conversations.contacts.models import Contact, ContactIdentity
from conversations.engine.models import Stream
from conversations.engine.streams import streams_of
from conversations.threads.events import ConversationResolved
from conversations.threads.models import ConversationRow
from tenants.context import tenant_context
from tests.apps.threads.test_commands import at_once
from tests.apps.webchat.conftest import bearing, come, converse, refused
from tests.conftest import ClientFor, MakeTenant
from tests.shop import Guest, Shop
from tests.site import Site

NOW = datetime.now(UTC)
AT_ONCE = 4


def count(shop: Shop) -> tuple[int, int, int]:
    with tenant_context(shop.tenant):
        return Contact.objects.count(), ContactIdentity.objects.count(), ConversationRow.objects.count()


def test_they_are_known_in_every_browser(shop: Shop, site: Site, browser: Client) -> None:
    first = come(browser, shop.inbox, identity=site.vouch("c-1", name="李雷"))
    assert first.status_code == 201
    met = first.json()
    assert (met["vouched"], met["contact"]["name"], met["conversations"]) == (True, "李雷", [])
    conversation = converse(browser, met["token"]).json()["id"]
    there = come(browser, shop.inbox, identity=site.vouch("c-1")).json()
    assert there["contact"] == met["contact"]
    assert there["token"] not in {None, met["token"]}
    assert (there["conversation"], there["conversations"]) == (conversation, [conversation])
    assert come(browser, shop.inbox, identity=site.vouch("c-2")).json()["contact"]["id"] != met["contact"]["id"]


def test_who_shows_their_token_keeps_it(shop: Shop, site: Site, browser: Client) -> None:
    met = come(browser, shop.inbox, identity=site.vouch("c-1")).json()
    again = come(browser, shop.inbox, identity=site.vouch("c-1", email="c@a.test"), token=met["token"])
    assert again.status_code == 200
    assert again.json()["token"] is None
    alone = come(browser, shop.inbox, token=met["token"])
    assert (alone.status_code, alone.json()["vouched"]) == (200, True)


def test_what_the_same_browser_said_before_is_theirs(shop: Shop, site: Site, browser: Client) -> None:
    guest = shop.welcome(text="before")
    met = come(browser, shop.inbox, identity=site.vouch("c-1", name="Lei"), token=guest.token).json()
    assert met["conversation"] == str(guest.conversation)
    (merged,) = [event for event in shop.read(guest.conversation) if event.kind == "contact.merged.v1"]
    assert merged.stream.int & 1, "on the staff stream"
    said = {"was": str(guest.actor.id), "contact": met["contact"]["id"], "name": "Lei", "external_id": "c-1"}
    assert merged.body == said
    with tenant_context(shop.tenant):
        moved = Stream.objects.filter(id__in=streams_of(subject=guest.conversation))
        assert list(moved.values_list("access", flat=True)) == [2, 2]
        row = ConversationRow.objects.get(id=guest.conversation)
        assert (str(row.contact_id), row.staff_seq, row.last_text) == (met["contact"]["id"], 1, "before")
    assert converse(browser, met["token"]).json() == {"id": str(guest.conversation)}


def test_the_anonymous_token_opens_nothing_any_more(shop: Shop, site: Site, browser: Client) -> None:
    guest = shop.welcome(text="before")
    come(browser, shop.inbox, identity=site.vouch("c-1"), token=guest.token)
    assert refused(converse(browser, guest.token)) == (401, "not_signed_in")
    assert refused(browser.post("/api/v1/live-tickets", headers=guest.headers)) == (401, "not_signed_in")
    stranger = come(browser, shop.inbox, token=guest.token).json()
    assert stranger["contact"]["id"] != str(guest.actor.id)
    assert (stranger["vouched"], stranger["conversations"]) == (False, [])


def test_two_open_conversations_stay_two(shop: Shop, site: Site, browser: Client) -> None:
    first = come(browser, shop.inbox, identity=site.vouch("c-1")).json()
    older = converse(browser, first["token"]).json()["id"]
    guest = shop.welcome(text="elsewhere")
    met = come(browser, shop.inbox, identity=site.vouch("c-1"), token=guest.token).json()
    assert met["conversations"] == [older, str(guest.conversation)]
    assert met["conversation"] == str(guest.conversation), "where somebody spoke last"
    shop.write(guest.conversation, [ConversationResolved()])
    assert come(browser, shop.inbox, identity=site.vouch("c-1")).json()["conversation"] == older


def test_nobody_is_joined_to_who_is_vouched_for_as_somebody_else(shop: Shop, site: Site, browser: Client) -> None:
    one = come(browser, shop.inbox, identity=site.vouch("c-1")).json()
    theirs = converse(browser, one["token"]).json()["id"]
    two = come(browser, shop.inbox, identity=site.vouch("c-2"), token=one["token"]).json()
    assert two["contact"]["id"] != one["contact"]["id"]
    assert two["conversations"] == []
    assert refused(converse(browser, one["token"])) == (401, "not_signed_in"), "this browser is somebody else now"
    assert come(browser, shop.inbox, identity=site.vouch("c-1")).json()["conversations"] == [theirs]


def test_signing_out_leaves_nothing_behind(shop: Shop, site: Site, browser: Client) -> None:
    met = come(browser, shop.inbox, identity=site.vouch("c-1")).json()
    assert browser.delete("/api/v1/visitors/current", headers=bearing(met["token"])).status_code == 204
    assert refused(converse(browser, met["token"])) == (401, "not_signed_in")
    assert refused(browser.delete("/api/v1/visitors/current")) == (401, "not_signed_in")
    clean = come(browser, shop.inbox, token=met["token"]).json()
    assert (clean["vouched"], clean["contact"]["id"] == met["contact"]["id"]) == (False, False)


def test_a_vouched_token_ends_after_a_day(shop: Shop, site: Site) -> None:
    def at(now: datetime, token: str | None = None, identity: str | None = None) -> tuple[bool, str | None]:
        with tenant_context(shop.tenant):
            visitor = let_in(inbox=shop.inbox, token=token, identity=identity, now=now)
            return visitor.vouched, visitor.token

    _, token = at(NOW, identity=site.vouch("c-1"))
    assert at(NOW + timedelta(hours=23), token) == (True, None)
    assert at(NOW + timedelta(hours=24), token)[0] is False
    before = count(shop)
    with tenant_context(shop.tenant):
        forget_tokens(now=NOW + timedelta(hours=23))
        assert count(shop) == before
        forget_tokens(now=NOW + timedelta(hours=25))
    assert count(shop) == (before[0], before[1] - 1, before[2]), "anonymous tokens and who is vouched for stay"


@pytest.mark.parametrize("elsewhere", ["inbox", "tenant"])
def test_it_lets_nobody_in_elsewhere(
    shop: Shop, site: Site, make_tenant: MakeTenant, client_for: ClientFor, elsewhere: str
) -> None:
    """Neither the token of the site nor the visitor's own, in another inbox or at another company."""
    other = shop if elsewhere == "inbox" else Shop(tenant=make_tenant())
    with tenant_context(other.tenant):
        key = add_inbox(name="Other", now=NOW).key
    there = client_for(other.tenant)
    theirs = Site(tenant=other.tenant, inbox=key)
    met = come(client_for(shop.tenant), shop.inbox, identity=site.vouch("c-1")).json()
    before = count(other)
    for identity in (site.vouch("c-1"), site.vouch("c-1", aud=key), theirs.vouch("c-1", aud=shop.inbox)):
        assert refused(come(there, key, identity=identity, token=met["token"])) == (401, "identity_invalid")
    assert count(other) == before, "nothing was written"
    same = come(there, key, identity=theirs.vouch("c-1"), token=met["token"]).json()
    assert same["contact"]["id"] != met["contact"]["id"], "the same name there is somebody else"
    assert same["conversations"] == []


def test_an_inbox_without_a_secret_believes_nobody(shop: Shop, browser: Client) -> None:
    forged = Site(tenant=shop.tenant, inbox=shop.inbox, secret="x" * 64)
    assert refused(come(browser, shop.inbox, identity=forged.vouch("c-1"))) == (401, "identity_invalid")


def test_what_is_wrong_is_said_to_who_has_the_secret(shop: Shop, site: Site, browser: Client) -> None:
    answer = come(browser, shop.inbox, identity=site.vouch("c-1", exp=int(NOW.timestamp()) + 90_000)).json()
    assert answer["errors"][0]["detail"] == "exp is a time in seconds, an hour ahead at most"
    assert refused(come(browser, shop.inbox, identity=site.vouch("c-1", exp=1))) == (401, "identity_expired")


def test_where_vouching_is_needed(shop: Shop, site: Site, browser: Client, admin: Client) -> None:
    guest = shop.welcome(text="hello")
    path = f"/api/v1/inboxes/{shop.inbox}"
    assert admin.get("/api/v1/inboxes").json()["results"][0]["require_vouching"] is False
    shown = admin.patch(path, {"require_vouching": True}, content_type="application/json").json()
    assert shown["require_vouching"] is True
    assert refused(come(browser, shop.inbox)) == (403, "vouching_required")
    assert refused(come(browser, shop.inbox, token=guest.token)) == (403, "vouching_required")
    assert refused(converse(browser, guest.token)) == (403, "vouching_required")
    kept = {**guest.headers, "idempotency-key": "k"}
    answer = browser.post("/api/v1/visitors/conversation", {}, content_type="application/json", headers=kept)
    assert refused(answer) == (403, "vouching_required")
    met = come(browser, shop.inbox, identity=site.vouch("c-1"), token=guest.token).json()
    assert met["conversation"] == str(guest.conversation)
    assert converse(browser, met["token"]).status_code == 200
    admin.patch(path, {"require_vouching": False}, content_type="application/json")
    assert come(browser, shop.inbox).status_code == 201


def test_members_see_who_is_vouched_for(shop: Shop, site: Site, browser: Client, admin: Client) -> None:
    guest = shop.welcome(text="hello")
    said = {"name": "Lei", "email": "lei@a.test", "phone": "+86 1"}
    met = come(browser, shop.inbox, identity=site.vouch("c-1", **said), token=guest.token).json()
    known = {"vouched": True, "external_id": "c-1", **said, "merged_into": None}
    contact = met["contact"]["id"]
    assert known.items() <= admin.get(f"/api/v1/contacts/{contact}").json().items()
    (row,) = admin.get("/api/v1/conversations").json()["results"]
    assert row["contact"] == {"id": contact, "name": "Lei", "vouched": True, "blocked": False, "external_id": "c-1"}
    (full,) = admin.get("/api/v1/conversations?expand=contact").json()["results"]
    assert (full["contact"]["email"], full["contact"]["phone"]) == ("lei@a.test", "+86 1")
    listed = [one["id"] for one in admin.get("/api/v1/contacts").json()["results"]]
    assert listed == [contact], "who was merged is no contact of their own"
    assert admin.get(f"/api/v1/contacts/{guest.actor.id}").json()["merged_into"] == contact


def test_keys_see_no_personal_data_without_leave(shop: Shop, site: Site, browser: Client, admin: Client) -> None:
    met = come(browser, shop.inbox, identity=site.vouch("c-1", name="Lei", email="lei@a.test")).json()
    converse(browser, met["token"])
    body = {"name": "Robot", "scopes": ["conversations.view"]}
    secret = admin.post("/api/v1/keys", body, content_type="application/json").json()["secret"]
    headers = {"authorization": f"Bearer {secret}"}
    shown = browser.get(f"/api/v1/contacts/{met['contact']['id']}", headers=headers).json()
    assert (shown["vouched"], shown["external_id"], shown["email"], shown["name"]) == (True, None, None, None)


def entering(shop: Shop, guest: Guest, identity: str) -> Callable[[], UUID]:
    return lambda: let_in(inbox=shop.inbox, token=guest.token, identity=identity, now=NOW).actor.id


def test_two_tabs_merge_once(shop: Shop, site: Site) -> None:
    guest = shop.welcome(text="hello")
    found = at_once(shop.tenant, [entering(shop, guest, site.vouch("c-1"))] * AT_ONCE)
    assert len(set(found)) == 1
    assert [event.kind for event in shop.read(guest.conversation)].count("contact.merged.v1") == 1


def test_two_identities_at_once_and_one_gets_the_history(shop: Shop, site: Site) -> None:
    guest = shop.welcome(text="hello")
    found = at_once(shop.tenant, [entering(shop, guest, site.vouch(f"c-{n}")) for n in range(AT_ONCE)])
    assert len(set(found)) == AT_ONCE
    merged = [event.body["contact"] for event in shop.read(guest.conversation) if event.kind == "contact.merged.v1"]
    assert len(merged) == 1
    with tenant_context(shop.tenant):
        assert str(ConversationRow.objects.get(id=guest.conversation).contact_id) == merged[0]


@pytest.mark.parametrize("again", range(3))
def test_starting_a_conversation_while_signing_in(shop: Shop, site: Site, again: int) -> None:
    """Either it was started before and is merged, too, or its tab has to come in again; nothing stays behind."""
    guest = shop.welcome(text="hello")
    shop.write(guest.conversation, [ConversationResolved()])
    with tenant_context(shop.tenant):
        anonymous = let_in(inbox=shop.inbox, token=None, now=NOW)
    assert anonymous.token
    newcomer = Guest(anonymous.actor, anonymous.token, guest.conversation)

    def start() -> object:
        return get_conversation_to_write_in(contact=anonymous.actor.id, inbox=shop.inbox, now=NOW)

    found = at_once(shop.tenant, [entering(shop, newcomer, site.vouch("c-1")), start])
    with tenant_context(shop.tenant):
        left = ConversationRow.objects.filter(contact_id=anonymous.actor.id).count()
        moved = ConversationRow.objects.filter(contact_id=str(found[0])).count()
    assert (left, moved) == (0, 0 if found[1] is ContactMerged else 1)


def test_everybody_stays_who_they_are_when_it_fails(
    shop: Shop, site: Site, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transaction: if the last step fails, the anonymous visitor is as before."""
    guest = shop.welcome(text="hello")
    before = count(shop)

    def fail(**_: object) -> None:
        raise RuntimeError("the database is on fire")

    monkeypatch.setattr("conversations.channels.webchat.vouching.commands.hand_over", fail)
    with pytest.raises(RuntimeError):
        come(browser, shop.inbox, identity=site.vouch("c-1"), token=guest.token)
    assert count(shop) == before
    assert converse(browser, guest.token).json() == {"id": str(guest.conversation)}


@override_settings(YUNKE_NEW_VISITORS_A_MINUTE=3)
def test_anonymous_visitors_from_one_address_are_limited(shop: Shop, site: Site, browser: Client) -> None:
    for _ in range(3):
        assert come(browser, shop.inbox).status_code == 201
    answer = come(browser, shop.inbox)
    assert refused(answer) == (429, "too_many_visitors")
    assert int(answer.headers["Retry-After"]) > 0
    assert come(browser, shop.inbox, identity=site.vouch("c-1")).status_code == 201, "who is vouched for is not counted"
    with tenant_context(shop.tenant):
        other = add_inbox(name="Other", now=NOW).key
    assert come(browser, other).status_code == 201
    assert _come_from(browser, shop.inbox, "203.0.113.9") == 201


@override_settings(YUNKE_NEW_VISITORS_A_MINUTE=1)
def test_a_host_of_ipv6_is_one_whatever_it_calls_itself(shop: Shop, browser: Client) -> None:
    assert _come_from(browser, shop.inbox, "2001:db8:1:2::a") == 201
    assert _come_from(browser, shop.inbox, "2001:db8:1:2:3:4:5:6") == 429
    assert _come_from(browser, shop.inbox, "2001:db8:1:3::a") == 201


def _come_from(browser: Client, inbox: str, address: str) -> int:
    answer = browser.post("/api/v1/visitors", {"inbox": inbox}, content_type="application/json", REMOTE_ADDR=address)
    return answer.status_code
