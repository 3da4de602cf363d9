"""REST of an inbox's secrets, for those who manage inboxes."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.channels.webchat.vouching import commands, queries
from conversations.channels.webchat.vouching.commands import TooManySecrets
from conversations.channels.webchat.vouching.models import IdentitySecret
from conversations.definitions.inbox.queries import Inbox, get_inbox
from conversations.threads.actors import Actor
from conversations.threads.authentication import get_actor
from tenants.bodies import Nothing, read_body
from tenants.describing import Answer, Described, Listed, describe
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed


class IdentitySecretShown(Answer, frozen=True):
    """A secret by which the company's site vouches for visitors, without its text, of which `hint` is the end."""

    id: UUID
    hint: str
    created_at: datetime
    created_by: UUID


class IdentitySecretMade(IdentitySecretShown, frozen=True):
    """A secret with its text, shown this once; null where an answer is repeated by its Idempotency-Key."""

    secret: str | None


class IdentitySecrets(APIView):
    """`/api/v1/inboxes/{key}/identity-secrets`."""

    @describe(Described(answers={200: Listed[IdentitySecretShown]}, query=PageQuery, scopes=("inboxes.manage",)))
    def get(self, request: Request, key: str) -> Response:
        """List the secrets of an inbox, the newest first: two at most, while one replaces the other."""
        inbox, _ = _open(request, key)
        query = read_query(request=request, shape=PageQuery)
        page = queries.get_page(inbox=inbox.key, window=open_window(query=query, name=f"secrets {inbox.key}"))
        results = [msgspec.to_builtins(_shown(row)) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})

    @describe(
        Described(
            body=Nothing,
            answers={201: IdentitySecretMade},
            refusals=(TooManySecrets,),
            secrets=("secret",),
            one_transaction=True,
            scopes=("inboxes.manage",),
        )
    )
    def post(self, request: Request, key: str) -> Response:
        """Make a secret and show it once. Two may live at once, so that one replaces the other without a gap."""
        read_body(data=request.data, shape=Nothing)
        inbox, by = _open(request, key)
        row, secret = commands.make_secret(inbox=inbox, by=by, now=datetime.now(UTC))
        made = IdentitySecretMade(**msgspec.structs.asdict(_shown(row)), secret=secret)
        return Response(msgspec.to_builtins(made), status=201)


class OneIdentitySecret(APIView):
    """`/api/v1/inboxes/{key}/identity-secrets/{id}`."""

    @describe(Described(answers={204: None}, scopes=("inboxes.manage",)))
    def delete(self, request: Request, key: str, secret: UUID) -> Response:
        """Retire a secret at once: whom it let in has to come anew, vouched for by another."""
        inbox, by = _open(request, key)
        commands.retire_secret(inbox=inbox, secret=secret, by=by, now=datetime.now(UTC))
        return Response(status=204)


def _open(request: Request, key: str) -> tuple[Inbox, Actor]:
    actor = get_actor(request=request)
    if not actor.may("inboxes.manage"):
        raise NotAllowed
    return get_inbox(key=key), actor


def _shown(row: IdentitySecret) -> IdentitySecretShown:
    return IdentitySecretShown(id=row.id, hint=row.hint, created_at=row.created_at, created_by=row.created_by)
