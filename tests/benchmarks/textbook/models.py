"""A message, as every tutorial stores it."""

from django.db import models


class Message(models.Model):
    """What somebody said."""

    tenant = models.IntegerField()
    conversation = models.UUIDField()
    sender = models.UUIDField()
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Listed by conversation."""

        app_label = "textbook"
        db_table = "textbook_message"
        indexes = (models.Index(fields=("conversation", "id"), name="textbook_conversation"),)

    def __str__(self) -> str:
        """Show its number."""
        return str(self.pk)
