"""Idempotency-Key on every POST of the API, whichever view it goes to. Answers are kept by conversations/access.

Who asks is found first, by the view's own authentication: answers belong to a caller, and an unknown one has none. On
the platform's own host nobody is known: there the caller is the network that they come from. What works in a closed
company is kept in public, too, by company and caller.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from rest_framework.response import Response
from rest_framework.views import APIView

from config.callers import find_user
from config.rest import answer_refusal
from conversations.access.answers import PLATFORM, TENANTS, Asked, Kept, Shelf, run_in_transaction, run_with_claim
from conversations.access.throttle import charge, tell_allowance
from conversations.threads.actors import Actor
from conversations.threads.authentication import check_route
from tenants.context import TenantRef
from tenants.describing import Described, find_described
from tenants.members.bearer import KeyBearer
from tenants.members.member import Member
from tenants.refusals import Invalid, Refusal
from tenants.tries import network_of

HEADER: Final = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")
_PLAIN = Described(answers={})


class Idempotency:
    """Middleware: looks just before the view, inside the tenant's scope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; tell a program how much more it may ask."""
        response = self._get_response(request)
        tell_allowance(request=request, response=response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Answer what is kept under the request's key, or run the view and keep its answer."""
        shape: type[APIView] | None = getattr(view, "cls", None)
        if request.method != "POST" or HEADER not in request.headers or shape is None:
            return None
        said = find_described(method=getattr(shape, "post", shape)) or _PLAIN
        user = find_user(shape=shape, request=request)
        tenant: TenantRef | None = getattr(request, "tenant", None)
        caller = _name(user) if tenant else f"network {network_of(request)}"
        # A closed tenant's own tables take nothing, and some of these POSTs close it.
        shelf = TENANTS if tenant and not said.while_closed else PLATFORM
        if tenant and caller and shelf is PLATFORM:
            caller = f"tenant {tenant.id} {caller}"
        if caller is None or not said.kept:
            return None
        try:
            check_route(user=user, path=kwargs)  # what is kept is shown to nobody who does not see it any more
            charge(request=request, user=user)
            return _Run(request, said, shelf, lambda: view(request, *args, **kwargs)).once(caller)
        except Refusal as refusal:
            return answer_refusal(request=request, error=refusal)


class _Run:
    """One request on its way to being answered."""

    def __init__(self, request: HttpRequest, said: Described, shelf: Shelf, view: Callable[[], HttpResponse]) -> None:
        self._request, self._said, self._shelf, self._view = request, said, shelf, view
        self._response: HttpResponse | None = None

    def once(self, caller: str) -> HttpResponse:
        """Run the view unless an answer is kept."""
        asked = Asked(caller, _read_key(self._request), _digest(self._request))
        how: dict[str, Any] = {"asked": asked, "now": datetime.now(UTC), "run": self._run}
        kept = run_in_transaction(**how) if self._said.one_transaction else run_with_claim(**how, shelf=self._shelf)
        if self._response is None or kept is not None:
            return _repeat(kept or Kept(204, ""))
        return self._response

    def _run(self) -> Kept:
        response = self._view()
        if isinstance(response, Response):
            response.render()
        self._response = response
        body = response.content.decode() if response.status_code < 400 else ""
        return Kept(response.status_code, _without(body, self._said.secrets), response.headers.get("Location"))


def _without(body: str, secrets: tuple[str, ...]) -> str:
    """Answer the body as it may be kept: secrets are shown once, and stored nowhere."""
    if not secrets or not body:
        return body
    return json.dumps({**json.loads(body), **dict.fromkeys(secrets)}, separators=(",", ":"), ensure_ascii=False)


def _repeat(kept: Kept) -> HttpResponse:
    response = HttpResponse(kept.body.encode(), status=kept.status, content_type="application/json")
    if not kept.body:
        del response.headers["Content-Type"]
    if kept.location is not None:
        response.headers["Location"] = kept.location
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _name(user: object) -> str | None:
    match user:
        case Member():
            return f"member {user.person_id}"
        case KeyBearer():
            return f"key {user.key_id}"
        case Actor():
            return f"{user.kind} {user.id}"
    return None


def _read_key(request: HttpRequest) -> str:
    key = request.headers[HEADER]
    if not _KEY.match(key):
        raise Invalid(errors=[{"field": HEADER, "code": "invalid", "detail": "1 to 255 visible ASCII characters."}])
    return key


def _digest(request: HttpRequest) -> str:
    # Keyed: in some bodies there is a password, and who reads the table must not be able to try them out.
    said = request.get_full_path().encode() + b"\0" + request.body
    return salted_hmac("yunke.idempotency", said, algorithm="sha256").hexdigest()
