"""REST of API keys, for members who manage them."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.access import commands, queries
from conversations.access.commands import KeyRevoked
from conversations.access.models import ApiKey
from conversations.access.queries import Maker, Makers
from conversations.access.rules import MOST_NETWORKS
from tenants.bodies import Body, read_body
from tenants.confirming.refusals import Unconfirmed
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_caller
from tenants.members.member import Member
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed, NotFound

DAY_S = 86_400


class KeyBody(Body, frozen=True):
    """A new key; it may do no more than who made or last rotated it. Contacts see its name over what it writes.

    No networks mean any; null, that it never expires.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^.*\S.*\Z")]
    scopes: Annotated[list[str], Meta(min_length=1, max_length=50)]
    networks: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=MOST_NETWORKS)] = []
    expires_at: datetime | None = None


class RotateBody(Body, frozen=True):
    """How long the secret before still works, in seconds; at most a week, and no longer than who was shown it stays."""

    overlap_s: Annotated[int, Meta(ge=0, le=7 * DAY_S)] = DAY_S


class Key(Answer, frozen=True):
    """A key without its secret, of which `hint` is the end. `last_used_at` is right to ten minutes.

    `created_by` made or last rotated it: it may do no more than they may, and opens while they are a member. Once
    they leave or are deactivated it is `suspended`, and then `revoked` for good unless somebody else rotates it before.
    The secret before works until `old_secret_until`, and ends earlier with whoever was shown that one.
    `scopes_now` is what it may do at this moment: its scopes, as far as they may do that themselves.
    """

    id: UUID
    name: str
    hint: str
    scopes: list[str]
    scopes_now: list[str]
    networks: list[str]
    status: Literal["live", "suspended", "expired", "revoked"]
    created_at: datetime
    created_by: UUID
    rotated_at: datetime | None
    expires_at: datetime | None
    last_used_at: datetime | None
    old_secret_until: datetime | None


class KeyWithSecret(Key, frozen=True):
    """A key with the secret that is shown this once; null where an answer is repeated by its Idempotency-Key."""

    secret: str | None


class Keys(APIView):
    """`/api/v1/keys`."""

    @describe(Described(answers={200: Listed[Key]}, query=PageQuery))
    def get(self, request: Request) -> Response:
        """List the keys, revoked ones too."""
        _manager(request)
        now = datetime.now(UTC)
        query = read_query(request=request, shape=PageQuery)
        page, makers = queries.get_page(window=open_window(query=query, name="keys")), queries.find_makers()
        said = Listed(results=[_key(row, makers, now) for row in page.rows], **links(request=request, page=page))
        return _answer(said)

    @describe(
        Described(
            body=KeyBody,
            answers={201: KeyWithSecret},
            refusals=(Unconfirmed,),
            example={"name": "Data warehouse", "scopes": ["conversations.view", "personal:read"]},
            secrets=("secret",),
            one_transaction=True,
        )
    )
    def post(self, request: Request) -> Response:
        """Make a key and show its secret once."""
        body, by, now = read_body(data=request.data, shape=KeyBody), _manager(request), datetime.now(UTC)
        made = commands.make_key(
            name=body.name, scopes=body.scopes, networks=body.networks, expires_at=body.expires_at, by=by, now=now
        )
        return _shown(*made, by, now, status=201)


class OneKey(APIView):
    """`/api/v1/keys/{id}`."""

    @describe(Described(answers={200: Key}))
    def get(self, request: Request, key: UUID) -> Response:
        """Show a key without its secret."""
        _manager(request)
        row = queries.find_key(key=key)
        if row is None:
            raise NotFound
        return _answer(_key(row, queries.find_makers(), datetime.now(UTC)))

    @describe(Described(answers={204: None}, while_closed=True))
    def delete(self, request: Request, key: UUID) -> Response:
        """Revoke a key at once; it stays listed."""
        commands.revoke_key(key=key, by=_manager(request), now=datetime.now(UTC))
        return Response(status=204)


class Rotate(APIView):
    """`/api/v1/keys/{id}/rotate`."""

    @describe(
        Described(
            body=RotateBody,
            answers={200: KeyWithSecret},
            refusals=(KeyRevoked,),
            example={"overlap_s": 3600},
            secrets=("secret",),
            one_transaction=True,
        )
    )
    def post(self, request: Request, key: UUID) -> Response:
        """Give a key a new secret, shown once; both work until the overlap ends."""
        body, by, now = read_body(data=request.data, shape=RotateBody), _manager(request), datetime.now(UTC)
        return _shown(*commands.rotate_key(key=key, overlap_s=body.overlap_s, by=by, now=now), by, now, status=200)


def _manager(request: Request) -> Member:
    caller = get_caller(request=request)
    if not isinstance(caller, Member) or not caller.may("keys.manage"):
        raise NotAllowed
    return caller


def _key(row: ApiKey, makers: Makers, now: datetime) -> Key:
    status, scopes = queries.judge_key(key=row, makers=makers, now=now)
    return Key(
        id=row.id,
        name=row.name,
        hint=row.hint,
        scopes=list(row.scopes),
        scopes_now=sorted(scopes),
        networks=list(row.networks),
        status=status,
        created_at=row.created_at,
        created_by=row.created_by,
        rotated_at=row.rotated_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        old_secret_until=queries.find_old_until(key=row, makers=makers, now=now),
    )


def _shown(row: ApiKey, secret: str, by: Member, now: datetime, *, status: int) -> Response:
    # Not looked up: what runs here is one transaction of the tenant, and whoever is shown the secret answers for it.
    makers = {maker: Maker(permissions=by.permissions) for maker in (row.old_by, by.person_id) if maker is not None}
    shown = _key(row, makers, now)
    return _answer(KeyWithSecret(**msgspec.structs.asdict(shown), secret=secret), status=status)


def _answer(said: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.to_builtins(said), status=status)
