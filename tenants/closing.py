"""Tenants that can be read only: which views work all the same, how pages say it, and how commands refuse.

What a tenant's own session may write is refused by the database (tenants/database); this is for what is in public.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.http import HttpRequest

from tenants.context import Closure, TenantRef
from tenants.refusals import Suspended

V = TypeVar("V", bound=Callable[..., Any])
_MARK: Final = "yunke_while_closed"


def while_closed(view: V) -> V:
    """Let a page be posted to while its tenant is closed: it changes nothing, or what must always be possible."""
    setattr(view, _MARK, True)
    return view


def works_while_closed(*, view: Callable[..., Any]) -> bool:
    """Tell whether a page says so of itself."""
    return getattr(view, _MARK, False) is True


def refuse_closed(*, tenant: TenantRef) -> None:
    """Raise Suspended for a tenant that takes no changes."""
    if tenant.closed is not None:
        raise Suspended(detail=sentence(closed=tenant.closed))


def sentence(*, closed: Closure) -> str:
    """Say why nothing can be changed, to people of the company and their programs."""
    if closed.kind == "deletion" and closed.until is not None:
        return f"This company will be deleted on {closed.until:%Y-%m-%d} and takes no changes until then."
    return f"This company's account is suspended and takes no changes: {closed.reason}"


def banner(request: HttpRequest) -> dict[str, Any]:
    """Give pages what they say over everything else (a context processor); the reason is for the company's people."""
    tenant: TenantRef | None = getattr(request, "tenant", None)
    closed = tenant.closed if tenant else None
    known = getattr(request, "member", None) is not None
    return {"closed": closed, "closed_reason": closed.reason if closed and known else ""}
