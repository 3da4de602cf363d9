"""Codes that were sent to an address and not shown yet."""

from django.db import models
from uuid_utils.compat import uuid7


class Confirmation(models.Model):
    """A code on its way: whoever shows it reads the mails of the person's address. Kept as a hash, used once.

    One that is too old stays until its tenant is confirmed or removed: reminders are written with what it says.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("tenants.Person", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    origin = models.CharField(max_length=200)
    language = models.CharField(max_length=10)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "confirmations"

    def __str__(self) -> str:
        """Name it in logs without telling the code."""
        return str(self.id)
