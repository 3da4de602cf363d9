"""The log's tables. They are written by the statements in statements.py only, never through the ORM."""

from django.db import models

from tenants.database.models import TenantModel


class Stream(TenantModel):
    """The head of one ordered log: its last `seq`, whether it takes more, and the version of who may."""

    seq = models.BigIntegerField(default=0)
    is_open = models.BooleanField(default=True)
    access = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        """Stored as `stream`."""

        db_table = "stream"


class Event(models.Model):
    """One fact. Slim on purpose: no foreign key and three indexes, because every message pays for each."""

    pk = models.CompositePrimaryKey("stream", "seq")
    stream = models.UUIDField()
    seq = models.BigIntegerField()
    position = models.BigIntegerField()
    kind = models.TextField()
    sender = models.UUIDField(null=True)
    client_id = models.TextField(null=True)  # noqa: DJ001 # none at all must not collide in the unique index
    body = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        """Stored as `event`; unique by position, and by the sender's own id where there is one."""

        db_table = "event"
        constraints = (
            models.UniqueConstraint(fields=("position",), name="event_position"),
            models.UniqueConstraint(
                fields=("sender", "client_id", "stream"),
                name="event_sent_once",
                condition=models.Q(client_id__isnull=False),
            ),
        )


class ReaderCursor(TenantModel):
    """How far one reader has come in this tenant, and what last went wrong with it."""

    reader = models.TextField()
    position = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)
    moved_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        """Stored as `reader_cursor`."""

        db_table = "reader_cursor"
        constraints = (models.UniqueConstraint(fields=("reader",), name="reader_cursor_reader"),)
