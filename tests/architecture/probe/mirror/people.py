"""What public keeps of a company's people beside their names: roles, factors, invitations, codes, a provider."""

import secrets
from datetime import datetime, timedelta

from tenants.confirming.models import Confirmation
from tenants.context import TenantRef, platform_context
from tenants.factors.models import CodeApp, SecurityKey
from tenants.members.member import Member
from tenants.members.models import Departure, Invitation, OwnRole, Reset
from tenants.models import Session
from tenants.sso.models import SsoDomain, SsoIdentity, SsoProvider
from tests.architecture.probe.classes import Id


def add_people_things(*, tenant: TenantRef, mark: str, member: Member, now: datetime) -> dict[Id, str]:
    """Leave a row of each and answer their ids; the member can still sign in by password: the app is not confirmed."""
    with platform_context():
        invitations = [_invite(tenant, f"{mark}-{name}@example.com", now) for name in ("new", "newer")]
        address = f"{mark}@example.com"
        Reset.objects.create(
            tenant_id=tenant.id, email=address, host=mark, language="en", asked_at=now, person_id=member.person_id
        )
        Departure.objects.create(tenant_id=tenant.id, person=member.person_id, due_at=now + timedelta(days=1))
        OwnRole.objects.create(tenant_id=tenant.id, key=f"{mark}-role", name=f"{mark} role", permissions=[mark])
        app = CodeApp.objects.create(person_id=member.person_id, name=f"{mark} phone", secret=mark, created_at=now)
        words = {"name": f"{mark} key", "site": f"{mark}.example", "transports": [mark]}
        SsoProvider.objects.create(
            tenant_id=tenant.id, issuer=f"https://{mark}.example", client_id=mark, secret=mark, role=f"{mark}-role"
        )
        domain = SsoDomain.objects.create(tenant_id=tenant.id, domain=f"{mark}.example", token=mark)
        SsoDomain.objects.create(tenant_id=tenant.id, domain=f"{mark}-2.example", token=mark)
        identity = SsoIdentity.objects.create(
            tenant_id=tenant.id, issuer=mark, subject=mark, membership_id=member.membership_id, created_at=now
        )
        SecurityKey.objects.create(
            person_id=member.person_id, credential=mark.encode(), public_key=b"", created_at=now, **words
        )
        # As ask_to_confirm leaves it, but without its mail: whatever else runs on this database would send it.
        Confirmation.objects.create(
            tenant_id=tenant.id,
            person_id=member.person_id,
            digest=mark,
            origin=f"http://{mark}.example",
            language="en",
            sent_at=now,
            expires_at=now,
        )
    with platform_context():
        session = Session.objects.filter(tenant=tenant.id, person=member.person_id).latest("created_at")
    return {
        Id.FACTOR: str(app.id),
        Id.CONNECTION: str(identity.id),
        Id.DOMAIN: str(domain.id),
        Id.INVITATION: str(invitations[0].id),
        Id.ROLE: f"{mark}-role",
        Id.SESSION: str(session.id),
    }


def _invite(tenant: TenantRef, email: str, now: datetime) -> Invitation:
    ends = {"expires_at": now + timedelta(days=1), "code": secrets.token_hex(32)}
    return Invitation.objects.create(
        tenant_id=tenant.id, email=email, role="agent", language="en", invited_at=now, sent_at=now, **ends
    )
