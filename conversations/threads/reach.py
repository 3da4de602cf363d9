"""How far somebody sees among conversations. THE rule: lists, single ones, live topics, feed and search all ask it.

By their role a member sees all of them, those of their inboxes, those of their teams, or their own. Own is what they
are assigned, offered, asked to join or have joined, and wherever a note names them. Their inboxes are those whose queue
one of their teams or they themselves serve. Of a team is what a colleague in it has, and what nobody has yet in those
inboxes. Keys have no role: what they may see was judged when they were given it.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Final
from uuid import UUID

from conversations.engine import log
from conversations.threads.actors import Actor
from tenants.members.permissions import EVERY_CONVERSATION, OF_OWN_INBOXES, OF_OWN_TEAMS
from tenants.refusals import NotFound


class Reach(StrEnum):
    """From the widest to the narrowest; each holds what is one's own."""

    ALL = "all"
    INBOX = "inbox"
    TEAM = "team"
    OWN = "own"


_WIDER: Final = {EVERY_CONVERSATION: Reach.ALL, OF_OWN_INBOXES: Reach.INBOX, OF_OWN_TEAMS: Reach.TEAM}

_OWN: Final = """c.assignee = {by}
    OR EXISTS (SELECT 1 FROM {s}mention n WHERE n.conversation = c.id AND n.member = {by})
    OR EXISTS (
        SELECT 1 FROM {s}work w WHERE w.id = c.id
        AND (w.state = 'offered' AND w.member = {by} OR {by} = ANY(w.joined) OR {by} = ANY(w.invited))
    )"""
# Of definitions the newest version is in force, unless it is retired. What does not hang on a row is looked up once.
_IN_FORCE: Final = """(
    SELECT DISTINCT ON (d.key) d.key, d.body, d.is_retired FROM {s}definition d WHERE d.kind = '%s'
    ORDER BY d.key, d.version DESC
)"""
_MINE: Final = "NOT t.is_retired AND t.body @> {me}"
_TEAMS: Final = f"SELECT t.key FROM {_IN_FORCE % 'team'} t WHERE {_MINE}"  # noqa: S608 - of constants
_MATES: Final = f"""
    SELECT (m ->> 'member')::uuid FROM {_IN_FORCE % "team"} t, jsonb_array_elements(t.body -> 'members') m
    WHERE {_MINE}"""  # noqa: S608 - of constants
_QUEUES: Final = f"""
    SELECT q.key FROM {_IN_FORCE % "queue"} q WHERE NOT q.is_retired
    AND (q.body -> 'members' @> to_jsonb({{by}}) OR q.body -> 'teams' ?| ARRAY({_TEAMS}))"""  # noqa: S608 - the same
_INBOXES: Final = f"SELECT i.key FROM {_IN_FORCE % 'inbox'} i WHERE i.body ->> 'queue' IN ({_QUEUES})"  # noqa: S608 - the same

_TEXTS: Final = {
    Reach.OWN: f"({_OWN})",
    Reach.TEAM: f"({_OWN}\n    OR c.assignee IN ({_MATES})\n    OR c.assignee IS NULL AND c.inbox IN ({_INBOXES}))",
    Reach.INBOX: f"({_OWN}\n    OR c.inbox IN ({_INBOXES}))",
}
REACHED: Final = "SELECT c.id FROM {s}conversation c WHERE c.id = ANY(%(conversations)s::uuid[])"


def reach_of(*, actor: Actor) -> Reach:
    """Answer how far somebody sees; whether they see conversations at all is asked besides."""
    if actor.kind != "member":
        return Reach.ALL
    return next((reach for permission, reach in _WIDER.items() if actor.may(permission)), Reach.OWN)


def within(*, actor: Actor) -> str | None:
    """Answer the condition on a conversation `c` (tables as `{s}table`) for SQL; None: there is none, all are seen."""
    reach = reach_of(actor=actor)
    return None if reach is Reach.ALL else _text(reach, actor.id)


def get_reached(*, conversations: Collection[UUID], actor: Actor) -> set[UUID]:
    """Answer which of these somebody sees; of those that there are not, none."""
    condition = within(actor=actor)
    if condition is None:
        return set(conversations)
    rows = log.run(sql=f"{REACHED} AND {condition}", params={"conversations": list(conversations)})
    return {conversation for (conversation,) in rows}


def check_reach(*, conversation: UUID, actor: Actor) -> None:
    """Raise NotFound for what is beyond somebody's reach, as for what never was."""
    if within(actor=actor) is not None and not get_reached(conversations=[conversation], actor=actor):
        raise NotFound


def _text(reach: Reach, by: UUID) -> str:
    me = f"""'{{"members": [{{"member": "{by}"}}]}}'::jsonb"""
    return _TEXTS[reach].replace("{by}", f"'{by}'::uuid").replace("{me}", me)
