"""What rules wait for, and what they would have done: running times, and dry runs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenants.database.models import TenantModel


class RuleClock(TenantModel):
    """The time of `rule` (its key), begun by the event at `position`, is over at `due_at`.

    It is about `about`, a conversation's or ticket's id; `version` is the version of the rule by which it began.
    """

    rule = models.TextField()
    version = models.UUIDField()
    about = models.UUIDField()
    position = models.BigIntegerField()
    due_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        """Stored as `rule_clock`; a rule has one about a thing."""

        db_table = "rule_clock"
        indexes = (models.Index(fields=("due_at",), name="rule_clock_due"),)
        constraints = (models.UniqueConstraint(fields=("about", "rule"), name="rule_clock_one"),)


class DryRun(TenantModel):
    """What a rule would have done: its `body` is asked about events from `position` to `until`.

    `version` is null for a draft. `cases` are the positions of the events that it would have followed; where there are
    more than are kept, it `is_cut`. `waiting` says of a rule with a time until when it runs, by what it is about.
    """

    rule = models.TextField()
    version = models.IntegerField(null=True)
    body = models.JSONField()
    days = models.IntegerField()
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    begin = models.BigIntegerField()
    position = models.BigIntegerField()
    until = models.BigIntegerField()
    events = models.BigIntegerField(default=0)
    cases = ArrayField(models.BigIntegerField(), default=list)
    is_cut = models.BooleanField(default=False)
    waiting = models.JSONField(default=dict)
    state = models.TextField(default="running")
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        """Stored as `dry_run`; what still runs is found at once."""

        db_table = "dry_run"
        indexes = (
            models.Index(fields=("asked_at", "id"), name="dry_run_running", condition=models.Q(state="running")),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=("running", "done", "cancelled")), name="dry_run_state_known"
            ),
        )
