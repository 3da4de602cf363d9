"""The form by which somebody shows on a page that it is them: what it asks for, and reading it. Pages choose when.

A way that would be refused is not asked for: whoever has a second factor and has not shown it in this session is asked
for that alone, for their password says no more than what a company's provider says.
"""

import json
from datetime import datetime
from typing import Any

from tenants.context import platform_context
from tenants.factors import security_keys
from tenants.factors.accepting import Shown
from tenants.factors.forms import shown_in
from tenants.factors.queries import get_methods, has_factor
from tenants.factors.sites import site_of
from tenants.members.member import Member
from tenants.members.proving import begin_ceremony, prove
from tenants.members.sessions import proof_of
from tenants.middleware import TenantRequest
from tenants.models import Person


def take_proof(*, request: TenantRequest, member: Member, now: datetime) -> None:
    """Take what the form holds as proof; raise WrongProof or TooManyTries."""
    password = request.POST.get("password")
    shown = Shown() if password else shown_in(request.POST)
    prove(request=request, member=member, password=password, shown=shown, now=now)


def ask_for_proof(*, request: TenantRequest, person: Person, now: datetime) -> dict[str, Any]:
    """Answer what tenants/prove.html shows: the ways that count, and what a security key must sign (JSON, or empty)."""
    ceremony = begin_ceremony(request=request, now=now)
    with platform_context():
        showing = security_keys.showing(person_id=person.id, ceremony=ceremony) if ceremony else None
        return {
            "methods": get_methods(person_id=person.id, site=site_of(host=request.get_host())),
            "password_counts": proof_of(session=request.session).factor or not has_factor(person_id=person.id),
            "options": json.dumps(showing) if showing else "",
        }
