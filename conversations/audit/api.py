"""REST of the audit, for who may see it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.audit.queries import Entry, Filters, get_page, show_entry
from tenants.describing import Described, Listed, describe
from tenants.members.authentication import get_caller
from tenants.members.bearer import KeyBearer
from tenants.members.permissions import PERSONAL_READ
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import Invalid, NotAllowed

Word = Annotated[str, Meta(min_length=1, max_length=100)]


class AuditQuery(PageQuery, frozen=True):
    """Which entries: by whom (an id), of what action, about what kind of thing and which, recorded since and until."""

    actor: UUID | UnsetType = UNSET
    action: Word | UnsetType = UNSET
    target: Word | UnsetType = UNSET
    target_id: Word | UnsetType = UNSET
    since: datetime | UnsetType = UNSET
    until: datetime | UnsetType = UNSET


class Audit(APIView):
    """`/api/v1/audit`."""

    @describe(Described(answers={200: Listed[Entry]}, query=AuditQuery, scopes=("audit.view",)))
    def get(self, request: Request) -> Response:
        """List who did what to the company's own things, the newest first."""
        caller = get_caller(request=request)
        if not caller.may("audit.view"):
            raise NotAllowed
        personal = not isinstance(caller, KeyBearer) or caller.may(PERSONAL_READ)
        query = read_query(request=request, shape=AuditQuery)
        filters = _read_filters(query)
        page = get_page(filters=filters, window=open_window(query=query, name="audit"))
        results = [msgspec.to_builtins(show_entry(row=row, personal=personal)) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})


def _read_filters(query: AuditQuery) -> Filters:
    for name in ("since", "until"):
        moment = getattr(query, name)
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise Invalid(errors=[{"field": name, "code": "invalid", "detail": "A moment with its time zone."}])
    given = msgspec.structs.asdict(query)
    names = ("actor", "action", "target", "target_id", "since", "until")
    return Filters(**{name: given[name] for name in names if given[name] is not UNSET})
