"""The two tables of webhooks. No foreign key: a removed endpoint's deliveries are swept a few at a time."""

from django.db import models

from tenants.database.models import TenantModel


class Endpoint(TenantModel):
    """A partner's address, what it is told, and how it does.

    `sealed` holds the live secrets and the custom headers. Events count from the position `since`, which the first
    proof sets; while it is not proved, paused or switched off, deliveries are made and wait.
    """

    url = models.TextField()
    description = models.TextField(default="", blank=True)
    kinds = models.JSONField()
    scopes = models.JSONField()
    filters = models.JSONField(default=dict, db_default={})
    sealed = models.TextField()
    hint = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.UUIDField()
    rotated_at = models.DateTimeField(null=True)
    old_until = models.DateTimeField(null=True)
    since = models.BigIntegerField(null=True)
    proved_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    off_at = models.DateTimeField(null=True)
    off_why = models.TextField(default="", blank=True)
    told_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        """Stored as `webhook_endpoint`."""

        db_table = "webhook_endpoint"


class Delivery(TenantModel):
    """One event on its way to one endpoint; `id` is what the receiver knows it by. What is sent is read from the log.

    While somebody sends it, `due_at` is when others may take it for lost; whoever takes it adds one to `fence`, and
    only the last one's result counts. `tries` are the last attempts, as `rules.attempts.Attempt` has them.
    """

    endpoint = models.UUIDField()
    position = models.BigIntegerField(null=True)
    kind = models.TextField()
    made_at = models.DateTimeField()
    state = models.TextField(default="waiting")
    due_at = models.DateTimeField(null=True)
    fence = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    tries = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        """Stored as `webhook_delivery`; an event has one at an endpoint, a test (no position) as many as are asked."""

        db_table = "webhook_delivery"
        constraints = (models.UniqueConstraint(fields=("endpoint", "position"), name="webhook_delivery_once"),)
        indexes = (
            models.Index(
                fields=("endpoint", "due_at"),
                name="webhook_delivery_due",
                condition=models.Q(due_at__isnull=False),
            ),
            models.Index(fields=("endpoint", "id"), name="webhook_delivery_log"),
        )
