"""How a promise of a ticket went, written by the reader of this room (noting.py) from the log alone."""

from typing import Final

from django.db import models

from tenants.database.models import TenantModel

OUTCOMES: Final = ("running", "kept", "late", "broken")


class PromiseOutcome(TenantModel):
    """A promise of a ticket that began at `start`: `kept`, `broken`, or `late` - broken, and then done after all.

    `at` is when that was settled: when it was kept, or else when it was due. Who had the ticket, and what it was like,
    is as it was just then. `level` is the last step of the ladder that was taken, the `steps`th; with only that told of
    it, a promise is `running`. `took_s` are seconds of the time that counts.
    """

    ticket = models.UUIDField()
    promise = models.TextField()
    start = models.DateTimeField()
    outcome = models.TextField(default="running")
    at = models.DateTimeField(null=True)
    took_s = models.FloatField(null=True)
    policy = models.TextField()
    version = models.BigIntegerField()
    type = models.TextField(default="")
    priority = models.TextField(default="none")
    team = models.TextField(default="")
    owner = models.UUIDField(null=True)
    cause = models.TextField(default="")
    level = models.TextField(default="")
    steps = models.IntegerField(default=0)

    class Meta(TenantModel.Meta):
        """Stored as `promise_outcome`, counted by when it was settled."""

        db_table = "promise_outcome"
        indexes = (
            models.Index(fields=("-at", "-id"), name="promise_outcome_list", condition=models.Q(at__isnull=False)),
        )
        constraints = (
            models.UniqueConstraint(fields=("ticket", "promise", "start"), name="promise_outcome_once"),
            models.CheckConstraint(condition=models.Q(outcome__in=OUTCOMES), name="promise_outcome_known"),
            models.CheckConstraint(
                condition=models.Q(outcome="running", at__isnull=True)
                | (~models.Q(outcome="running") & models.Q(at__isnull=False)),
                name="promise_outcome_settled",
            ),
        )
