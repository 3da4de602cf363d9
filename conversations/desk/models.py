"""The read model of routing: one row a conversation that has ever waited, been offered or assigned."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenants.database.models import TenantModel

STATES: Final = ["loose", "waiting", "offered", "assigned", "done"]


class WorkRow(TenantModel):
    """A conversation as routing sees it (rules/work.py). `id` is the conversation's; `*_seq` say what is folded in.

    `rank` orders those that wait. `step` is how many relaxations have passed, as of the last look; `due_at` is when
    somebody has to look again.
    """

    state = models.TextField()
    queue = models.TextField(null=True)  # noqa: DJ001 - no queue has an empty key
    team = models.TextField(null=True)  # noqa: DJ001 - no team has an empty key
    channel = models.TextField()
    language = models.TextField(null=True)  # noqa: DJ001 - not known
    ahead_s = models.IntegerField()
    priority = models.TextField(default="none", db_default="none")
    rank = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)
    member = models.UUIDField(null=True)
    until = models.DateTimeField(null=True)
    attempt = models.IntegerField()
    asked = models.JSONField()
    path = ArrayField(models.TextField())
    preferred = models.UUIDField(null=True)
    last = models.UUIDField(null=True)
    handed_at = models.DateTimeField(null=True)
    joined = ArrayField(models.UUIDField(), default=list, db_default=[])
    invited = ArrayField(models.UUIDField(), default=list, db_default=[])
    snoozed = models.BooleanField(default=False, db_default=False)
    step = models.IntegerField()
    due_at = models.DateTimeField(null=True)
    public_seq = models.BigIntegerField()
    staff_seq = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        """Stored as `work`."""

        db_table = "work"
        indexes = (
            models.Index(
                fields=("queue", "team", "language", "step", "rank", "id"),
                name="work_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=("member",), name="work_offered", condition=models.Q(state="offered")),
            models.Index(fields=("due_at",), name="work_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=("member", "since"), name="work_idle", condition=models.Q(member__isnull=False)),
            models.Index(fields=("member", "handed_at"), name="work_turn", condition=models.Q(member__isnull=False)),
            models.Index(fields=("id",), name="work_company", condition=~models.Q(joined=[]) | ~models.Q(invited=[])),
            models.Index(
                fields=("queue", "state", "queued_at"),
                name="work_now",
                condition=models.Q(state__in=("waiting", "offered", "assigned"), queue__isnull=False),
            ),
            models.Index(fields=("queue", "handed_at"), name="work_pace", condition=models.Q(handed_at__isnull=False)),
            models.Index(
                fields=("queue", "since"),
                name="work_lasted",
                condition=models.Q(state="done", handed_at__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="work_state_known"),
            # Whatever is offered or assigned is somebody's, whatever waits is nobody's and in a queue.
            models.CheckConstraint(
                condition=~models.Q(state__in=("offered", "assigned")) | models.Q(member__isnull=False),
                name="work_is_somebodys",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="waiting") | models.Q(member__isnull=True, queue__isnull=False),
                name="work_waits_in_a_queue",
            ),
        )
