"""REST of conversations for members. Lists are made of plain rows: they are hot."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.contacts.answers import show_contact
from conversations.contacts.attribute import ContactAttribute
from conversations.contacts.merging.queries import Roots, get_roots
from conversations.contacts.queries import get_attributes
from conversations.definitions.inbox.answers import show_inbox
from conversations.definitions.inbox.queries import get_newest_inboxes
from conversations.threads import commands, queries
from conversations.threads.actors import Actor
from conversations.threads.api.shapes import (
    AssignBody,
    ConversationPage,
    ConversationQuery,
    ConversationShown,
    ConversationsQuery,
    Expand,
    PriorityBody,
    SnoozeBody,
    TagsBody,
)
from conversations.threads.authentication import get_actor
from conversations.threads.models import ConversationRow
from conversations.threads.rules import (
    AlreadyTaken,
    ConversationIsResolved,
    NotTaken,
    TooManyTags,
    sees_personal,
)
from tenants.bodies import Nothing, read_body
from tenants.describing import Described, describe
from tenants.paging import links, open_window, read_query
from tenants.refusals import NotAllowed

_COMMAND = Described(body=Nothing, answers={200: ConversationShown}, one_transaction=True)


def render(
    rows: Sequence[ConversationRow], *, personal: bool, expand: Expand | UnsetType = UNSET
) -> list[dict[str, Any]]:
    """Answer conversations as the API shows them; without `personal` names and texts are null.

    Contacts came with the rows; all their inboxes are one query, and so are those as whom contacts are shown.
    """
    whole = frozenset() if isinstance(expand, UnsetType) else frozenset(expand.split(","))
    inboxes = _inboxes({row.inbox for row in rows}, in_full="inbox" in whole)
    known = get_attributes() if "contact" in whole else None
    roots = get_roots(rows=[row.contact for row in rows])
    return [
        {
            "id": row.id,
            "status": row.status,
            "assignee": row.assignee,
            "tags": row.tags if personal else None,
            "priority": row.priority,
            "snoozed": row.snoozed_seq is not None,
            "snoozed_until": row.snoozed_until,
            "contact_id": row.contact_id,
            "contact": _contact(row, roots, personal=personal, known=known),
            "inbox": inboxes[row.inbox],
            "started_at": row.started_at,
            "last_at": row.last_at,
            "last_text": row.last_text if personal else None,
            "last_author": row.last_author,
            "public_seq": row.public_seq,
            "unread": row.unread,
            "contact_read_seq": row.contact_read_seq,
            "member_read_seq": row.member_read_seq,
        }
        for row in rows
    ]


def _contact(
    row: ConversationRow, roots: Roots, *, personal: bool, known: Mapping[str, ContactAttribute] | None
) -> dict[str, Any]:
    contact = roots.get(row.contact_id, row.contact)
    if known is not None:
        return show_contact(row=contact, personal=personal, known=known)
    return {
        "id": contact.id,
        "name": contact.name if personal else None,
        "vouched": contact.is_vouched,
        "blocked": contact.is_blocked,
        "external_id": contact.external_id if personal else None,
    }


def _inboxes(keys: set[str], *, in_full: bool) -> dict[str, dict[str, Any]]:
    found = get_newest_inboxes(keys=keys)
    shown = {key: {"key": key, "name": found[key].body.name if key in found else ""} for key in keys}
    return shown | {key: show_inbox(inbox=it) for key, it in found.items() if in_full and not it.is_retired}


class Conversations(APIView):
    """`/api/v1/conversations`."""

    @describe(Described(answers={200: ConversationPage}, query=ConversationsQuery, scopes=("conversations.view",)))
    def get(self, request: Request) -> Response:
        """List conversations, and the position from which the desk topic goes on."""
        actor = _viewer(request)
        query = read_query(request=request, shape=ConversationsQuery)
        filters = _read_filters(query, actor)
        window = open_window(query=query, name="conversations")
        page, position = queries.get_page(filters=filters, window=window, order=query.order, by=actor)
        results = render(page.rows, personal=sees_personal(actor=actor), expand=query.expand)
        return Response({"results": results, **links(request=request, page=page), "position": position})


class OneConversation(APIView):
    """`/api/v1/conversations/{id}`."""

    @describe(Described(answers={200: ConversationShown}, query=ConversationQuery, scopes=("conversations.view",)))
    def get(self, request: Request, conversation: UUID) -> Response:
        """Show a conversation."""
        actor = _viewer(request)
        return _answer(conversation, actor, read_query(request=request, shape=ConversationQuery).expand)


class Take(APIView):
    """`/api/v1/conversations/{id}/take`."""

    @describe(replace(_COMMAND, refusals=(ConversationIsResolved, AlreadyTaken)))
    def post(self, request: Request, conversation: UUID) -> Response:
        """Answer a conversation from now on."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        commands.take(conversation=conversation, actor=actor, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Assign(APIView):
    """`/api/v1/conversations/{id}/assign`."""

    @describe(
        Described(
            body=AssignBody,
            answers={200: ConversationShown},
            example={"member": None},
            scopes=("conversations.view", "conversations.assign"),
        )
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Hand a conversation to somebody, or to nobody."""
        to = read_body(data=request.data, shape=AssignBody).member
        actor = get_actor(request=request)
        commands.assign(conversation=conversation, actor=actor, to=to, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Resolve(APIView):
    """`/api/v1/conversations/{id}/resolve`."""

    @describe(replace(_COMMAND, scopes=("conversations.view", "conversations.resolve")))
    def post(self, request: Request, conversation: UUID) -> Response:
        """Call a conversation settled."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        commands.resolve(conversation=conversation, actor=actor, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Reopen(APIView):
    """`/api/v1/conversations/{id}/reopen`."""

    @describe(replace(_COMMAND, scopes=("conversations.view", "conversations.resolve")))
    def post(self, request: Request, conversation: UUID) -> Response:
        """Take a conversation up again."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        commands.reopen(conversation=conversation, actor=actor, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Snooze(APIView):
    """`/api/v1/conversations/{id}/snooze`."""

    @describe(
        replace(
            _COMMAND,
            body=SnoozeBody,
            refusals=(ConversationIsResolved, NotTaken),
            example={"until": None},
            scopes=("conversations.view", "conversations.assign"),
        )
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Put a conversation away until then, or until its contact writes, whichever comes first.

        Meanwhile it takes none of its agent's room. It comes back to them, or to its queue if they are gone.
        """
        said, actor = read_body(data=request.data, shape=SnoozeBody), get_actor(request=request)
        commands.snooze(conversation=conversation, actor=actor, until=said.until, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Wake(APIView):
    """`/api/v1/conversations/{id}/wake`."""

    @describe(replace(_COMMAND, scopes=("conversations.view", "conversations.assign")))
    def post(self, request: Request, conversation: UUID) -> Response:
        """Have a snoozed conversation back now."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        commands.wake(conversation=conversation, actor=actor, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Tags(APIView):
    """`/api/v1/conversations/{id}/tags`."""

    @describe(
        replace(
            _COMMAND,
            body=TagsBody,
            refusals=(TooManyTags,),
            example={"add": ["refund", "vip"], "remove": ["new"]},
            scopes=("conversations.view", "conversations.note"),
        )
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Put labels on a conversation and take some off; its contact never sees them."""
        said, actor = read_body(data=request.data, shape=TagsBody), get_actor(request=request)
        commands.tag(conversation=conversation, actor=actor, add=said.add, remove=said.remove, now=datetime.now(UTC))
        return _answer(conversation, actor)


class SetPriority(APIView):
    """`/api/v1/conversations/{id}/priority`."""

    @describe(
        replace(
            _COMMAND,
            body=PriorityBody,
            example={"priority": "high"},
            scopes=("conversations.view", "conversations.note"),
        )
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Say how urgent a conversation is; where it waits in a queue this counts as minutes of waiting.

        -10 for low, 30 for high, 120 for urgent.
        """
        said, actor = read_body(data=request.data, shape=PriorityBody), get_actor(request=request)
        commands.prioritize(conversation=conversation, actor=actor, priority=said.priority, now=datetime.now(UTC))
        return _answer(conversation, actor)


def _viewer(request: Request) -> Actor:
    actor = get_actor(request=request)
    if not actor.may("conversations.view"):
        raise NotAllowed
    return actor


def _answer(conversation: UUID, actor: Actor, expand: Expand | UnsetType = UNSET) -> Response:
    row = queries.get_conversation(conversation=conversation)
    return Response(render([row], personal=sees_personal(actor=actor), expand=expand)[0])


def _read_filters(query: ConversationsQuery, actor: Actor) -> queries.Filters:
    given: Any = {name: getattr(query, name) for name in ("status", "contact", "inbox", "tag", "priority", "snoozed")}
    said = {name: value for name, value in given.items() if value is not UNSET}
    if query.assignee in (UNSET, "none"):
        return queries.Filters(**said, unassigned=query.assignee == "none")
    return queries.Filters(**said, assignee=actor.id if query.assignee == "me" else UUID(str(query.assignee)))
