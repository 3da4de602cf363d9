"""REST of roles."""

from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, read_body
from tenants.context import current_tenant, platform_context
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_caller, get_member
from tenants.members.roles import commands
from tenants.members.roles.commands import BuiltIn, RoleChanged, RoleInUse, RoleTaken, TooManyRoles
from tenants.members.roles.queries import RoleFound, find_role, get_page
from tenants.members.rules import BeyondYours
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed, NotFound

Key = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z](?:[-_]?[a-z0-9])*\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Permissions = Annotated[list[Annotated[str, Meta(max_length=50)]], Meta(max_length=50)]


class RoleBody(Body, frozen=True):
    """A new role; it can allow nothing that its maker may not do."""

    key: Key
    name: Name
    permissions: Permissions


class RoleChange(Body, frozen=True):
    """What changes in the role with this `revision`; what is not named stays."""

    revision: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    name: Name | UnsetType = UNSET
    permissions: Permissions | UnsetType = UNSET


class RoleShown(Answer, frozen=True):
    """A role. Built-in ones have no revision and cannot be changed."""

    key: str
    name: str
    permissions: list[str]
    built_in: bool
    revision: int | None


class Roles(APIView):
    """`/api/v1/roles`."""

    @describe(Described(answers={200: Listed[RoleShown]}, query=PageQuery, scopes=("members.view",)))
    def get(self, request: Request) -> Response:
        """List the roles that members can have: the built-in ones, then the company's own, 50 at most."""
        _check_viewer(request)
        query = read_query(request=request, shape=PageQuery)
        page = get_page(tenant=current_tenant().id, window=open_window(query=query, name="roles"))
        results = [render_role(role) for role in page.rows]
        return Response({"results": results, **links(request=request, page=page)})

    @describe(
        Described(
            body=RoleBody,
            answers={201: RoleShown},
            refusals=(BeyondYours, RoleTaken, TooManyRoles),
            example={"key": "trainee", "name": "Trainee", "permissions": ["conversations.view", "conversations.note"]},
        )
    )
    def post(self, request: Request) -> Response:
        """Define a role."""
        by, body = get_member(request=request), read_body(data=request.data, shape=RoleBody)
        role = commands.make_role(
            tenant=current_tenant(),
            key=body.key,
            name=body.name,
            permissions=body.permissions,
            by=by,
            now=datetime.now(UTC),
        )
        return Response(render_role(role), status=201)


class OneRole(APIView):
    """`/api/v1/roles/{key}`."""

    @describe(Described(answers={200: RoleShown}, scopes=("members.view",)))
    def get(self, request: Request, role: str) -> Response:
        """Show a role."""
        _check_viewer(request)
        tenant = current_tenant()
        with platform_context():
            found = find_role(tenant=tenant.id, key=role)
        if found is None:
            raise NotFound
        return Response(render_role(found))

    @describe(
        Described(
            body=RoleChange,
            answers={200: RoleShown},
            refusals=(BeyondYours, BuiltIn, RoleChanged),
            example={"revision": 1, "permissions": ["conversations.view"]},
        )
    )
    def patch(self, request: Request, role: str) -> Response:
        """Change a role; the sockets of those who have it come in anew within five seconds."""
        by, body = get_member(request=request), read_body(data=request.data, shape=RoleChange)
        changed = commands.change_role(
            tenant=current_tenant(),
            key=role,
            revision=body.revision,
            by=by,
            now=datetime.now(UTC),
            name=None if isinstance(body.name, UnsetType) else body.name,
            permissions=None if isinstance(body.permissions, UnsetType) else body.permissions,
        )
        return Response(render_role(changed))

    @describe(Described(answers={204: None}, refusals=(BeyondYours, BuiltIn, RoleInUse)))
    def delete(self, request: Request, role: str) -> Response:
        """Remove a role that nobody has."""
        by = get_member(request=request)
        commands.remove_role(tenant=current_tenant(), key=role, by=by, now=datetime.now(UTC))
        return Response(status=204)


def render_role(role: RoleFound) -> dict[str, Any]:
    """Answer a role as the API shows it."""
    return {
        "key": role.key,
        "name": role.name,
        "permissions": sorted(role.permissions),
        "built_in": role.own is None,
        "revision": role.own.revision if role.own else None,
    }


def _check_viewer(request: Request) -> None:
    if not get_caller(request=request).may("members.view"):
        raise NotAllowed
