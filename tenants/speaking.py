"""The language that somebody has chosen: kept with the person, spoken in every browser they sign in with and in mails.

In a browser where a language was chosen by hand that one is spoken: its cookie says so.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.i18n import set_language

from tenants.closing import while_closed
from tenants.context import current_tenant
from tenants.members.account.profile import change_profile
from tenants.members.sessions import is_lent
from tenants.models import Person

if TYPE_CHECKING:
    from tenants.middleware import TenantRequest

KEY = "language"


@while_closed
def choose(request: "TenantRequest") -> HttpResponseBase:
    """Take the form that every page has: Django's own view, and who is signed in by own means remembers it."""
    language = request.POST.get("language", "")
    if request.method == "POST" and request.member is not None and language in dict(settings.LANGUAGES):
        tenant, now = current_tenant(), datetime.now(UTC)
        if not is_lent(session=request.session, tenant=tenant, now=now):
            change_profile(tenant=tenant, member=request.member, now=now, language=language)
        request.session[KEY] = language
    return set_language(request)


def speak(*, request: HttpRequest) -> None:
    """Speak the language of who is signed in, unless another was chosen in this browser."""
    language = request.session.get(KEY, "")
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and language in dict(settings.LANGUAGES):
        translation.activate(language)
        request.LANGUAGE_CODE = language


def spoken_by(*, person: Person, otherwise: str) -> str:
    """Answer the language to write to somebody in."""
    return person.language or otherwise
