"""REST of definitions: what is in force, drafts, versions, and taking them along to another tenant."""

from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.definitions import answers, commands, queries, transfer
from conversations.definitions.answers import show_changes, show_document, show_kind, show_plan, show_version
from conversations.definitions.commands import (
    DefinitionChanged,
    DefinitionTooLarge,
    DraftChanged,
    StillReferredTo,
    TooManyDefinitions,
)
from conversations.definitions.differences import get_changes
from conversations.definitions.kinds import find_kind, get_kinds
from conversations.definitions.models import Definition, DefinitionDraft
from conversations.definitions.queries import Document
from conversations.definitions.questions import (
    DiffQuery,
    DiscardQuery,
    ExportQuery,
    ImportQuery,
    ListQuery,
    PublishBody,
    WriteDraftBody,
)
from tenants.audit.noting import Who, who_is
from tenants.bodies import Nothing, read_body
from tenants.describing import Described, Listed, describe
from tenants.members.authentication import get_caller
from tenants.paging import PageQuery, links, open_window, read_query, turn_whole
from tenants.refusals import Invalid, NotAllowed, NotFound

VIEW: Final = "definitions.view"
MANAGE: Final = "definitions.manage"
REPLY: Final = {"name": "Hello", "texts": {"en": "Hello {{contact.name}}!", "zh": "{{contact.name}}，您好！"}}


class Definitions(APIView):
    """GET /api/v1/definitions?kind=&limit=&cursor=."""

    @describe(Described(query=ListQuery, answers={200: Listed[answers.Document]}, scopes=("definitions.view",)))
    def get(self, request: Request) -> Response:
        """Answer a page by kind and key."""
        _check(request, VIEW)
        query = read_query(request=request, shape=ListQuery)
        kind = None if query.kind is msgspec.UNSET else query.kind
        page = queries.get_page(kind=kind, window=open_window(query=query, name="definitions"))
        results = [show_document(document=row) for row in page.rows]
        return _shown(Listed(results=results, **links(request=request, page=page)))


class Kinds(APIView):
    """GET /api/v1/definitions/kinds?limit=&cursor=."""

    @describe(Described(query=PageQuery, answers={200: Listed[answers.Kind]}, scopes=("definitions.view",)))
    def get(self, request: Request) -> Response:
        """Answer every kind with the JSON Schema of its bodies, by name."""
        _check(request, VIEW)
        query = read_query(request=request, shape=PageQuery)
        window = open_window(query=query, name="kinds")
        page = turn_whole(rows=get_kinds(), window=window, key=lambda kind: (kind.name,))
        results = [show_kind(kind=kind) for kind in page.rows]
        return _shown(Listed(results=results, **links(request=request, page=page)))


class OneDefinition(APIView):
    """GET /api/v1/definitions/{kind}/{key}."""

    @describe(Described(answers={200: answers.Document}, scopes=("definitions.view",)))
    def get(self, request: Request, kind: str, key: str) -> Response:
        """Answer what is in force and the draft."""
        _check(request, VIEW)
        return _answer(kind, key)


class Draft(APIView):
    """PUT and DELETE /api/v1/definitions/{kind}/{key}/draft."""

    @describe(
        Described(
            body=WriteDraftBody,
            answers={200: answers.Document},
            refusals=(DraftChanged, DefinitionChanged, TooManyDefinitions, DefinitionTooLarge),
            example={"body": REPLY, "revision": 0},
            scopes=("definitions.manage",),
        )
    )
    def put(self, request: Request, kind: str, key: str) -> Response:
        """Write the draft.

        An inbox takes `inboxes.manage` besides.
        """
        by, said = _check_writing(request, kind), read_body(data=request.data, shape=WriteDraftBody)
        commands.save_draft(
            kind=kind,
            key=key,
            body=said.body,
            revision=said.revision,
            base=None if said.base is msgspec.UNSET else said.base,
            now=datetime.now(UTC),
            by=by,
        )
        return _answer(kind, key)

    @describe(
        Described(query=DiscardQuery, answers={204: None}, refusals=(DraftChanged,), scopes=("definitions.manage",))
    )
    def delete(self, request: Request, kind: str, key: str) -> Response:
        """Throw it away; `?revision=` says which was looked at."""
        by, query = _check_writing(request, kind), read_query(request=request, shape=DiscardQuery)
        revision = None if query.revision is msgspec.UNSET else query.revision
        commands.discard_draft(kind=kind, key=key, revision=revision, now=datetime.now(UTC), by=by)
        return Response(status=204)


class Publish(APIView):
    """POST /api/v1/definitions/{kind}/{key}/publish."""

    @describe(
        Described(
            body=PublishBody,
            answers={200: answers.Document},
            refusals=(DraftChanged, DefinitionChanged, TooManyDefinitions, DefinitionTooLarge),
            example={"revision": 1},
            one_transaction=True,
            scopes=("definitions.manage",),
        )
    )
    def post(self, request: Request, kind: str, key: str) -> Response:
        """Put the draft in force.

        An inbox takes `inboxes.manage` besides.
        """
        by, said = _check_writing(request, kind), read_body(data=request.data, shape=PublishBody)
        now = datetime.now(UTC)
        commands.publish_draft(kind=kind, key=key, revision=said.revision, now=now, by=by)
        return _answer(kind, key)


class Retire(APIView):
    """POST /api/v1/definitions/{kind}/{key}/retire."""

    @describe(
        Described(
            body=Nothing,
            answers={200: answers.Document},
            refusals=(StillReferredTo,),
            one_transaction=True,
            scopes=("definitions.manage",),
        )
    )
    def post(self, request: Request, kind: str, key: str) -> Response:
        """Take it out of force."""
        by = _check_writing(request, kind)
        read_body(data=request.data, shape=Nothing)
        commands.retire(kind=kind, key=key, now=datetime.now(UTC), by=by)
        return _answer(kind, key)


class Versions(APIView):
    """GET /api/v1/definitions/{kind}/{key}/versions?limit=&cursor=."""

    @describe(Described(query=PageQuery, answers={200: Listed[answers.Version]}, scopes=("definitions.view",)))
    def get(self, request: Request, kind: str, key: str) -> Response:
        """Answer a page of its history, newest first."""
        _check(request, VIEW)
        query = read_query(request=request, shape=PageQuery)
        window = open_window(query=query, name=f"definitions/{kind}/{key}")
        page = queries.get_history(kind=kind, key=key, window=window)
        if not page.rows and queries.find_draft(kind=kind, key=key) is None:
            raise NotFound
        results = [show_version(row=row) for row in page.rows]
        return _shown(Listed(results=results, **links(request=request, page=page)))


class OneVersion(APIView):
    """GET /api/v1/definitions/{kind}/{key}/versions/{version}."""

    @describe(Described(answers={200: answers.Version}, scopes=("definitions.view",)))
    def get(self, request: Request, kind: str, key: str, version: int) -> Response:
        """Answer one version, in force or not."""
        _check(request, VIEW)
        row = queries.find_version(kind=kind, key=key, version=version)
        if row is None:
            raise NotFound
        return _shown(show_version(row=row))


class Diff(APIView):
    """GET /api/v1/definitions/{kind}/{key}/diff?from=<version>|draft&to=<version>|draft."""

    @describe(Described(query=DiffQuery, answers={200: answers.Diff}, scopes=("definitions.view",)))
    def get(self, request: Request, kind: str, key: str) -> Response:
        """Answer what changes from one to the other; unless told, from the newest version to the draft."""
        _check(request, VIEW)
        query = read_query(request=request, shape=DiffQuery)
        document = queries.find_document(kind=kind, key=key)
        if document is None:
            raise NotFound
        newest = document.newest.version if document.newest else 0
        before = newest if query.before is msgspec.UNSET else query.before
        changes = get_changes(before=_body(document, before), after=_body(document, query.after))
        return _shown(answers.Diff(before=before, after=query.after, changes=show_changes(changes=changes)))


class Export(APIView):
    """GET /api/v1/definitions/export?definition=<kind>/<key>,<kind>/<key>."""

    @describe(
        Described(
            query=ExportQuery,
            answers={200: transfer.Archive},
            refusals=(transfer.TooMuchToExport,),
            scopes=("definitions.view",),
        )
    )
    def get(self, request: Request) -> Response:
        """Answer what is in force as one document: all, or those named and whatever they refer to."""
        _check(request, VIEW)
        named = read_query(request=request, shape=ExportQuery).definition
        places = None if named is msgspec.UNSET else [_place(name) for name in named.split(",")]
        return _shown(transfer.export(places=places))


class Import(APIView):
    """POST /api/v1/definitions/import?dry_run=true|false."""

    @describe(
        Described(
            body=transfer.Archive,
            query=ImportQuery,
            answers={200: answers.Imported},
            refusals=(DefinitionChanged, TooManyDefinitions, DefinitionTooLarge),
            example={
                "format": transfer.FORMAT,
                "definitions": [{"kind": "canned_reply", "key": "hello", "body": REPLY}],
            },
            one_transaction=True,
            scopes=("definitions.manage",),
        )
    )
    def post(self, request: Request) -> Response:
        """Publish a document that was exported, all of it or nothing; a dry run only says what would change.

        An inbox takes `inboxes.manage` besides.
        """
        by, dry_run = _check(request, MANAGE), read_query(request=request, shape=ImportQuery).dry_run
        document = read_body(data=request.data, shape=transfer.Archive)
        _check_writing(request, *{item.kind for item in document.definitions})
        plan = transfer.import_definitions(document=document, now=datetime.now(UTC), by=by, dry_run=dry_run)
        return _shown(show_plan(plan=plan, dry_run=dry_run))


def _check(request: Request, permission: str) -> Who:
    """Answer who asks, a person or a key, if they may; raise NotAllowed."""
    caller = get_caller(request=request)
    if not caller.may(permission):
        raise NotAllowed
    return who_is(caller=caller)


def _check_writing(request: Request, *kinds: str) -> Who:
    """Answer who asks if they may write documents of these kinds: an inbox takes the permission for inboxes, too."""
    by, caller = _check(request, MANAGE), get_caller(request=request)
    if not all(caller.may(kind.manage) for kind in get_kinds() if kind.name in kinds):
        raise NotAllowed
    return by


def _shown(said: msgspec.Struct) -> Response:
    return Response(msgspec.to_builtins(said))


def _answer(kind: str, key: str) -> Response:
    document = queries.find_document(kind=kind, key=key)
    if document is None:
        raise NotFound
    return _shown(show_document(document=document))


def _body(document: Document, wanted: int | Literal["draft"]) -> Any:
    """Answer the body of a version or of the draft; before the first version there is nothing."""
    if wanted == 0:
        return {}
    row: Definition | DefinitionDraft | None = document.draft
    if isinstance(wanted, int):
        row = queries.find_version(kind=document.kind, key=document.key, version=wanted)
    if row is None:
        raise NotFound
    return row.body


def _place(name: str) -> queries.Place:
    kind, _, key = name.partition("/")
    if find_kind(name=kind) is None or not key:
        raise _wrong("definition", "A kind and a key, such as calendar/office.")
    return kind, key


def _wrong(field: str, detail: str) -> Invalid:
    return Invalid(errors=[{"field": field, "code": "invalid", "detail": detail}])
