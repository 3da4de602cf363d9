"""How the REST API learns who asks: the middleware has found the member, here CSRF and "signed in" are checked.

Keys are found by conversations/access.
"""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.members.bearer import KeyBearer
from tenants.members.member import Member
from tenants.members.refusals import FactorRequired
from tenants.refusals import NotAllowed

if TYPE_CHECKING:
    from rest_framework.views import APIView  # importing it needs this module: DRF reads its settings there


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, _request: HttpRequest, reason: str) -> Any:
        return reason


def _unused(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def refuse_forgery(*, request: HttpRequest) -> None:
    """Raise PermissionDenied unless the request carries the CSRF token of its cookie."""
    _ = request.body  # or the check takes a form's body off the stream, and nobody after it can refuse it as one
    check = _CsrfCheck(_unused)
    check.process_request(request)
    if check.process_view(request, _unused, (), {}):
        raise PermissionDenied("The CSRF token is missing or wrong.")


def get_member(*, request: Request) -> Member:
    """Answer the member who asks; raise NotAuthenticated, or NotAllowed for a key: some things people do themselves."""
    caller = get_caller(request=request)
    if not isinstance(caller, Member):
        raise NotAllowed
    return caller


def get_caller(*, request: Request) -> Member | KeyBearer:
    """Answer the member or the key that asks; raise NotAuthenticated."""
    user: object = request.user
    if not isinstance(user, Member | KeyBearer):
        raise NotAuthenticated
    return user


class MemberSession(BaseAuthentication):
    """The member whose session it is."""

    def authenticate(self, request: Request) -> tuple[Member, None] | None:
        """Answer the member of the tenant of the host, or None."""
        member: Member | None = getattr(request._request, "member", None)  # noqa: SLF001 # DRF's own way down
        if member is None:
            if getattr(request._request, "candidate", None):  # noqa: SLF001 # the same
                raise FactorRequired
            return None
        refuse_forgery(request=request._request)  # noqa: SLF001 # the same
        return member, None

    def authenticate_header(self, _request: Request) -> str:
        """Make a refusal a 401."""
        return "Session"


class OwnSession(MemberSession):
    """The member whose session it is, even one who has yet to get the second factor that their company requires."""

    def authenticate(self, request: Request) -> tuple[Member, None] | None:
        """Answer the member or the candidate of the tenant of the host, or None."""
        candidate: Member | None = getattr(request._request, "candidate", None)  # noqa: SLF001 # DRF's own way down
        if candidate is None:
            return super().authenticate(request)
        refuse_forgery(request=request._request)  # noqa: SLF001 # the same
        return candidate, None


class SignedIn(BasePermission):
    """Members and keys only: what each may do is asked per command."""

    def has_permission(self, request: Request, _view: "APIView") -> bool:
        """Refuse whoever is not known."""
        get_caller(request=request)
        return True
