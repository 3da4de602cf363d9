"""REST of what rules would have done, and of rules that were cut short or refused.

Rules themselves are definitions: `/api/v1/definitions/rule/{key}`.
"""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.automation import dry_running, queries
from conversations.automation.answers import (
    CaseShown,
    DryRunShown,
    TroubleShown,
    show_case,
    show_run,
    show_trouble,
)
from conversations.automation.dry_running import MOST_DAYS, TooManyDryRuns
from conversations.automation.rule.actions import Key
from conversations.automation.rule.body import Rule
from conversations.threads.actors import of_caller
from conversations.threads.rules import sees_personal
from tenants.bodies import Body, Nothing, read_body
from tenants.describing import Described, Listed, describe
from tenants.members.authentication import get_caller
from tenants.members.bearer import KeyBearer
from tenants.members.member import Member
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed, NotFound

VIEWING: Final = ("definitions.view",)
TRYING: Final = ("definitions.manage", "conversations.view", "tickets.view")  # what was said is seen in the cases


class DryRunBody(Body, frozen=True):
    """Which rule to try: what is in force of it, or its draft; over how many days until now."""

    rule: Key
    of: Literal["published", "draft"] = "published"
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 7


class DryRuns(APIView):
    """`/api/v1/dry-runs`."""

    @describe(Described(query=PageQuery, answers={200: Listed[DryRunShown]}, scopes=TRYING))
    def get(self, request: Request) -> Response:
        """List the dry runs of the last week, the newest first."""
        _check(request, TRYING)
        window = open_window(query=read_query(request=request, shape=PageQuery), name="dry runs")
        page = queries.get_runs(window=window)
        results = [show_run(row=row) for row in page.rows]
        return _shown(Listed(results=results, **links(request=request, page=page)))

    @describe(
        Described(
            body=DryRunBody,
            answers={202: DryRunShown},
            refusals=(NotFound, TooManyDryRuns),
            example={"rule": "hello", "days": 7},
            one_transaction=True,
            scopes=TRYING,
        )
    )
    def post(self, request: Request) -> Response:
        """Start a dry run: what the rule would have done is found by reading the log, and nothing is done.

        Conversations and tickets are seen as they were then, contacts and calendars as they are today.
        """
        caller, said = _check(request, TRYING), read_body(data=request.data, shape=DryRunBody)
        by, now = of_caller(caller=caller).id, datetime.now(UTC)
        run = dry_running.start(rule=said.rule, draft=said.of == "draft", days=said.days, by=by, now=now)
        return _shown(show_run(row=queries.get_run(run=run)), status=202)


class OneDryRun(APIView):
    """`/api/v1/dry-runs/{run}`."""

    @describe(Described(answers={200: DryRunShown}, scopes=TRYING))
    def get(self, request: Request, run: UUID) -> Response:
        """Answer how far a dry run has come."""
        _check(request, TRYING)
        return _shown(show_run(row=queries.get_run(run=run)))


class DryRunCases(APIView):
    """`/api/v1/dry-runs/{run}/cases`."""

    @describe(Described(query=PageQuery, answers={200: Listed[CaseShown]}, scopes=TRYING))
    def get(self, request: Request, run: UUID) -> Response:
        """List the cases that a dry run has found so far, the first event first.

        What conditions saw is read anew: what was erased since is not shown. Keys without `personal:read` see none.
        """
        caller, query = _check(request, TRYING), read_query(request=request, shape=PageQuery)
        row = queries.get_run(run=run)
        page = queries.get_cases(run=run, window=open_window(query=query, name=f"dry run {run}"))
        subject, personal = msgspec.convert(row.body, Rule).subject, sees_personal(actor=of_caller(caller=caller))
        results = [show_case(case=each, subject=subject, personal=personal) for each in page.rows]
        return _shown(Listed(results=results, **links(request=request, page=page)))


class CancelDryRun(APIView):
    """`/api/v1/dry-runs/{run}/cancel`."""

    @describe(Described(body=Nothing, answers={200: DryRunShown}, one_transaction=True, scopes=TRYING))
    def post(self, request: Request, run: UUID) -> Response:
        """Let a dry run go on no more; what it has found stays."""
        _check(request, TRYING)
        read_body(data=request.data, shape=Nothing)
        dry_running.cancel(run=run, now=datetime.now(UTC))
        return _shown(show_run(row=queries.get_run(run=run)))


class RuleTrouble(APIView):
    """`/api/v1/rule-trouble`."""

    @describe(Described(query=PageQuery, answers={200: Listed[TroubleShown]}, scopes=VIEWING))
    def get(self, request: Request) -> Response:
        """List when rules were cut short, or something of theirs was refused, the newest first."""
        _check(request, VIEWING)
        window = open_window(query=read_query(request=request, shape=PageQuery), name="rule trouble")
        page = queries.get_trouble(window=window)
        results = [show_trouble(row=row) for row in page.rows]
        return _shown(Listed(results=results, **links(request=request, page=page)))


def _check(request: Request, permissions: tuple[str, ...]) -> Member | KeyBearer:
    """Answer who asks if they may; raise NotAllowed."""
    caller = get_caller(request=request)
    if not all(caller.may(permission) for permission in permissions):
        raise NotAllowed
    return caller


def _shown(said: msgspec.Struct, *, status: int = 200) -> Response:
    return Response(msgspec.to_builtins(said), status=status)
