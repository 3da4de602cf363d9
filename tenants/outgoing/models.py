"""When something of a tenant is to be sent next. A tenant without a moment costs whoever sends nothing."""

from django.db import models


class Outgoing(models.Model):
    """At `due_at`, or soon after, somebody sends what is due in this schema. Roles reach it by a function alone."""

    schema = models.CharField(max_length=63, primary_key=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outgoing"
        indexes = (models.Index(fields=("due_at",), name="outgoing_due", condition=models.Q(due_at__isnull=False)),)

    def __str__(self) -> str:
        """Name it in logs."""
        return f"{self.schema} at {self.due_at}"
