"""REST of one's own mentions: the notes that name one, and that one has read them."""

from datetime import UTC, datetime
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.threads.actors import of_member
from conversations.threads.api.shapes import Seq, shown
from conversations.threads.mentions import Named, get_mentions, read_mentions
from conversations.threads.queries import get_conversation
from conversations.threads.reach import check_reach
from tenants.bodies import Body, read_body
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_member
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed, NotFound


class MentionsQuery(PageQuery, frozen=True):
    """Which: all, or those that one has not read."""

    unread: bool = False


class MentionShown(Answer, frozen=True):
    """A note that names you. `seq` is the note's among what colleagues see of the conversation."""

    conversation: UUID
    seq: int
    position: int
    at: datetime
    sender: UUID | None
    name: str
    text: str
    read: bool


class MentionPage(Listed[MentionShown], frozen=True):
    """A page, and how many notes that name you you have not read, on whatever page."""

    unread: int


class ReadMentions(Body, frozen=True):
    """In which conversation, and up to which note."""

    conversation: UUID
    seq: Seq


class Mentions(APIView):
    """`/api/v1/me/mentions`."""

    @describe(Described(answers={200: MentionPage}, query=MentionsQuery))
    def get(self, request: Request) -> Response:
        """List the notes that name you as @name, the newest first."""
        member = get_member(request=request)
        if not member.may("conversations.view"):
            raise NotAllowed
        query = read_query(request=request, shape=MentionsQuery)
        window = open_window(query=query, name=f"mentions {member.person_id}")
        page, unread = get_mentions(member=member.person_id, unread=query.unread, window=window)
        results = [shown(_shown(each)) for each in page.rows]
        return Response({"results": results, **links(request=request, page=page), "unread": unread})


class MentionsRead(APIView):
    """`/api/v1/me/mentions/read`."""

    @describe(
        Described(
            body=ReadMentions,
            answers={204: None},
            example={"conversation": "THE-ID-OF-A-CONVERSATION", "seq": 1},
            one_transaction=True,
            refusals=(NotFound,),
        )
    )
    def post(self, request: Request) -> Response:
        """Have read whatever names you in a conversation, up to a note."""
        member = get_member(request=request)
        said = read_body(data=request.data, shape=ReadMentions)
        if not member.may("conversations.view"):
            raise NotAllowed
        actor = of_member(member=member)
        check_reach(conversation=said.conversation, actor=actor)
        get_conversation(conversation=said.conversation)
        read_mentions(member=member.person_id, conversation=said.conversation, seq=said.seq, now=datetime.now(UTC))
        return Response(status=204)


def _shown(named: Named) -> MentionShown:
    row = named.row
    return MentionShown(
        conversation=row.conversation,
        seq=row.seq,
        position=row.position,
        at=row.at,
        sender=named.sender,
        name=named.name,
        text=named.text,
        read=row.read_at is not None,
    )
