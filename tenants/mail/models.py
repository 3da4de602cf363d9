"""Mails that wait to be sent, and for a while those that were."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7


class Mail(models.Model):
    """A mail on its way. Its body may hold a link that opens something, so it is stored sealed, and gone once sent."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.UUIDField(null=True, db_index=True)
    to = models.EmailField(max_length=254)
    template = models.CharField(max_length=50)
    subject = models.CharField(max_length=200)
    body = models.TextField(default="")
    queued_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        db_table = "mails"
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="mails_due"),
        ]

    def __str__(self) -> str:
        """Name it in logs without saying to whom."""
        return str(self.id)
