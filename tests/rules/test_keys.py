"""When a key opens, and what it may be given."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from conversations.access import rules
from conversations.threads import rules as threads
from conversations.threads.actors import Actor
from conversations.threads.rules import Conversation
from tenants.members.permissions import KEY_SCOPES, PERMISSIONS, READING_SCOPES, Role
from tenants.refusals import Invalid, NotAllowed, NotFound
from tests.rules.scenario import CONVERSATION, CUSTOMER

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
ALL = PERMISSIONS[Role.OWNER]
OPEN = Conversation(id=CONVERSATION, contact=CUSTOMER.id)


@pytest.mark.parametrize(
    ("revoked", "expires_at", "until", "answer"),
    [
        (False, None, None, True),
        (True, None, None, False),
        (False, LATER, LATER, True),
        (False, NOW, None, False),
        (False, LATER, NOW, False),
    ],
)
def test_terms(revoked: bool, expires_at: datetime | None, until: datetime | None, answer: bool) -> None:
    terms = rules.Terms(revoked=revoked, expires_at=expires_at, until=until, networks=())
    assert rules.opens(terms=terms, address="203.0.113.7", now=NOW) is answer


@pytest.mark.parametrize(
    ("networks", "address", "answer"),
    [
        ([], "", True),
        (["203.0.113.0/24"], "203.0.113.7", True),
        (["203.0.113.0/24"], "203.0.114.7", False),
        (["203.0.113.0/24"], "::ffff:203.0.113.7", True),
        (["203.0.113.0/24", "2001:db8::/32"], "2001:db8::1", True),
        (["203.0.113.0/24"], "2001:db8::1", False),
        (["203.0.113.0/24"], "", False),
    ],
)
def test_networks(networks: list[str], address: str, answer: bool) -> None:
    assert rules.is_from(networks=networks, address=address) is answer


def test_networks_are_kept_in_plain_form() -> None:
    assert rules.check_networks(networks=[" 10.1.2.3/8 ", "10.0.0.0/8", "::1"]) == ("10.0.0.0/8", "::1/128")
    for wrong in ("x", "10.0.0.0/33", "", "10.0.0.1-5"):
        with pytest.raises(Invalid):
            rules.check_networks(networks=[wrong])


def test_scopes() -> None:
    assert rules.check_scopes(scopes=KEY_SCOPES, own=ALL) == tuple(sorted(KEY_SCOPES))
    for unknown in ([], ["keys.manage"], ["conversations.take"], ["x"]):
        with pytest.raises(Invalid):
            rules.check_scopes(scopes=unknown, own=ALL)
    with pytest.raises(NotAllowed):
        rules.check_scopes(scopes=["inboxes.manage"], own=PERMISSIONS[Role.AGENT])


def test_every_scope_is_a_permission_or_is_about_reading() -> None:
    assert KEY_SCOPES - READING_SCOPES < ALL
    assert not {"keys.manage", "members.manage", "tenant.manage"} & KEY_SCOPES


def test_expiry() -> None:
    assert rules.check_expiry(expires_at=None, now=NOW) is None
    assert rules.check_expiry(expires_at=LATER, now=NOW) == LATER
    # What is stored must be read again: PostgreSQL knows a year 10000, Python does not.
    too_far = datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))
    for wrong in (NOW, LATER.replace(tzinfo=None), too_far, NOW + rules.FARTHEST + timedelta(seconds=1)):
        with pytest.raises(Invalid):
            rules.check_expiry(expires_at=wrong, now=NOW)


def key(*scopes: str) -> Actor:
    return Actor("key", CONVERSATION, "Robot", frozenset(scopes))


def test_a_key_may_what_its_scopes_say() -> None:
    with pytest.raises(NotAllowed):
        threads.check_view(contact=OPEN.contact, actor=key())
    viewer = key("conversations.view")
    threads.check_view(contact=OPEN.contact, actor=viewer)
    with pytest.raises(NotAllowed):
        threads.check_staff(contact=OPEN.contact, actor=viewer)
    threads.check_staff(contact=OPEN.contact, actor=key("conversations.view", "notes:read"))
    with pytest.raises(NotAllowed):
        threads.resolve(state=OPEN, actor=viewer)
    assert threads.resolve(state=OPEN, actor=key("conversations.view", "conversations.resolve"))
    assert threads.post(actor=viewer, text="x").author == "member"
    assert not threads.sees_personal(actor=viewer)
    assert threads.sees_personal(actor=key("personal:read"))


def test_the_desk_does_not_exist_for_a_contact() -> None:
    with pytest.raises(NotFound):
        threads.check_staff(contact=OPEN.contact, actor=CUSTOMER)
    with pytest.raises(NotFound):
        threads.resolve(state=OPEN, actor=CUSTOMER)
    assert not threads.sees_notes(actor=CUSTOMER)


def test_a_key_may_what_its_maker_may_now() -> None:
    given = ("conversations.view", "definitions.manage", "personal:read")
    own = {"conversations.view", "conversations.all", "contacts.personal"}
    assert rules.cut_scopes(scopes=given, own=frozenset(own)) == {"conversations.view", "personal:read"}


def test_who_sees_some_conversations_or_no_names_lends_neither() -> None:
    given = ("conversations.view", "tickets.view", "contacts.edit", "definitions.view", "personal:read", "notes:read")
    some = ALL - {"conversations.all"}
    assert rules.cut_scopes(scopes=given, own=some) == {"definitions.view", "personal:read", "notes:read"}
    masked = ALL - {"contacts.personal"}
    assert rules.cut_scopes(scopes=given, own=masked) == set(given) - {"personal:read"}
