"""The one table of who may do what."""

from itertools import pairwise

import pytest

from tenants.members.permissions import ALL, OWN_ROLE, PERMISSIONS, Role, allows, permissions_of
from tenants.members.roles.words import WORDS


def test_every_role_is_in_the_table() -> None:
    assert set(PERMISSIONS) == {role.value for role in Role}


def test_every_permission_has_words_for_pages() -> None:
    assert set(WORDS) == ALL


def test_each_role_may_what_the_next_lower_may() -> None:
    ladder = [PERMISSIONS[role] for role in Role]
    assert all(lower < higher for higher, lower in pairwise(ladder))


@pytest.mark.parametrize(
    ("role", "permission", "answer"),
    [
        ("viewer", "conversations.view", True),
        ("viewer", "conversations.reply", False),
        ("agent", "conversations.take", True),
        ("agent", "conversations.assign", False),
        ("supervisor", "conversations.assign", True),
        ("supervisor", "inboxes.manage", False),
        ("admin", "members.manage", True),
        ("admin", "tenant.manage", False),
        ("owner", "tenant.manage", True),
        ("stranger", "conversations.view", False),
    ],
)
def test_answers(role: str, permission: str, *, answer: bool) -> None:
    assert allows(permissions=permissions_of(role=role, own=None), permission=permission) is answer


def test_a_misspelt_permission_is_a_bug() -> None:
    with pytest.raises(KeyError):
        allows(permissions=ALL, permission="conversations.shout")


def test_a_companys_own_role_allows_what_it_was_given_and_still_exists() -> None:
    given = ["conversations.view", "conversations.shout"]
    assert permissions_of(role=OWN_ROLE, own=given) == {"conversations.view"}
    assert permissions_of(role=OWN_ROLE, own=[]) == frozenset()
    assert permissions_of(role=OWN_ROLE, own=None) == frozenset(), "the membership's mark alone allows nothing"
