"""A company with two teams, two inboxes and six conversations, and members who see more or less of them."""

from collections.abc import Callable
from typing import Final

import pytest

from conversations.threads.events import ConversationAssigned, NotePosted
from conversations.threads.mentions import write_mentions
from conversations.threads.models import ConversationRow
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.members.member import Member
from tenants.members.models import OwnRole
from tenants.members.queries import find_member
from tenants.models import Membership
from tests.apps.desk.floor import Floor
from tests.apps.live.conftest import member_ticket, server
from tests.conftest import MakeMember
from tests.shop import Guest, Shop

__all__ = ["member_ticket", "server"]  # fixtures of another folder

AGENT: Final = (
    *("conversations.view", "conversations.reply", "conversations.note", "conversations.assign"),
    *("conversations.resolve", "contacts.edit", "contacts.personal", "definitions.view", "members.view"),
    *("tickets.view", "tickets.handle"),
)
REACHES: Final = {
    "all": ("conversations.all",),
    "inbox": ("conversations.inbox",),
    "team": ("conversations.team",),
    "own": (),
}
# Whose each conversation is, and who sees it besides those who see all.
SEEN: Final = {
    "mine": {"inbox", "team", "own"},  # mine, elsewhere
    "mates": {"team"},  # a team mate's, elsewhere
    "waiting": {"inbox", "team"},  # nobody's, in my inbox
    "theirs": {"inbox"},  # a stranger's, in my inbox
    "far": set[str](),  # nobody's, elsewhere
    "named": {"inbox", "team", "own"},  # a stranger's, elsewhere; a note names me
}
Hire = Callable[..., Member]


class House:
    """What the company has; `guests` by the names above."""

    def __init__(self, *, shop: Shop, me: Member, mate: Member, stranger: Member) -> None:
        """Let six customers come."""
        self.shop, self.me, self.mate, self.stranger = shop, me, mate, stranger
        self.guests: dict[str, Guest] = {name: shop.welcome(text=f"I am {name}") for name in SEEN}
        whose = {"mine": me, "mates": mate, "theirs": stranger, "named": stranger}
        for name, member in whose.items():
            self.assign(name, member)
        far = [self.guests[name].conversation for name in ("mine", "mates", "far", "named")]
        with tenant_context(shop.tenant):
            ConversationRow.objects.filter(id__in=far).update(inbox="elsewhere")
        note = NotePosted(name="Bo", text="@Ada", mentions=(me.person_id,))
        notes = shop.write(self.guests["named"].conversation, [note], sender=stranger.person_id)
        with tenant_context(shop.tenant):
            write_mentions(notes=notes)

    def assign(self, name: str, member: Member | None) -> None:
        """Let a conversation be somebody's from now on."""
        to = None if member is None else member.person_id
        fact = ConversationAssigned(to=to, name=None if member is None else member.name)
        self.shop.write(self.guests[name].conversation, [fact])

    def names(self, ids: set[str]) -> set[str]:
        """Answer which conversations these ids are."""
        return {name for name, guest in self.guests.items() if str(guest.conversation) in ids}


@pytest.fixture
def hire(tenant: TenantRef, make_member: MakeMember) -> Hire:
    """Make a member with a role that allows exactly this; `me` gets it instead of a new one."""

    def make(*permissions: str, me: Member | None = None, key: str = "mine") -> Member:
        member = me or make_member(tenant)
        with platform_context():
            role, _ = OwnRole.objects.update_or_create(
                tenant_id=tenant.id, key=key, defaults={"name": key, "permissions": sorted(permissions)}
            )
            Membership.objects.filter(id=member.membership_id).update(role="own", own_role=role)
        found = find_member(tenant=tenant, person_id=member.person_id)
        assert found is not None
        return found

    return make


@pytest.fixture
def house(tenant: TenantRef, make_member: MakeMember) -> House:
    shop = Shop(tenant=tenant)
    me, mate, stranger = (make_member(tenant, name=name) for name in ("Ada", "Mei", "Bo"))
    floor = Floor(shop=shop, make_member=make_member)
    day = [{"member": str(member.person_id)} for member in (me, mate)]
    floor.publish("team", "day", {"name": "Day", "members": day})
    floor.publish("team", "night", {"name": "Night", "members": [{"member": str(stranger.person_id)}]})
    floor.open(teams=["day"])
    return House(shop=shop, me=me, mate=mate, stranger=stranger)
