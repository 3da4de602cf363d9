"""What the platform keeps only for a while: used live tickets, sessions, spent tries."""

from datetime import datetime

from tenants.context import platform_context
from tenants.models import LiveNonce, Session, SpentTries


def forget_expired(*, now: datetime) -> None:
    """Delete what has expired; running it twice at once is harmless."""
    with platform_context():
        LiveNonce.objects.filter(expires_at__lt=now).delete()
        SpentTries.objects.filter(expires_at__lt=now).delete()
        Session.objects.filter(expire_date__lt=now).delete()
