"""Tables of the server processes that are alive and of the members who are connected to them.

Moments in them are the database's own: the clocks of processes may be wrong, and are stepped.
"""

from django.db import models


class ServerLease(models.Model):
    """A server process is alive until `expires_at` and renews it before. What has expired never comes back."""

    id = models.UUIDField(primary_key=True)
    expires_at = models.DateTimeField()

    class Meta:
        """Stored as `server_leases`."""

        db_table = "server_leases"


class HeldConnection(models.Model):
    """A member has one connection or more to a process: until `ends_at`, or as long as the process lives.

    `due_at` says when somebody must look what follows for the member's state; nothing is to be done while it is null.
    There are no foreign keys: what is left of a tenant or a process that is gone is found when it is due.
    """

    pk = models.CompositePrimaryKey("lease", "tenant", "person")
    lease = models.UUIDField()
    tenant = models.UUIDField()
    person = models.UUIDField()
    ends_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        """Stored as `held_connections`."""

        db_table = "held_connections"
        indexes = (
            models.Index(fields=("due_at",), name="held_connections_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=("tenant", "person"), name="held_connections_member"),
        )
