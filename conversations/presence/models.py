"""What state each member is in now: the log's last word on each."""

from typing import Final

from django.db import models

from tenants.database.models import TenantModel

_STATES: Final = ["online", "busy", "away", "wrap_up", "offline"]


class Presence(TenantModel):
    """One member: in `state` since `since`, which is what they have `chosen` if they are connected.

    `is_gone` says that they are no member any more; their row stays for reports of the time when they were.
    """

    member = models.UUIDField(unique=True)
    state = models.TextField()
    chosen = models.TextField()
    reason = models.TextField(null=True)  # noqa: DJ001 # a reason has no empty key
    since = models.DateTimeField()
    is_gone = models.BooleanField(default=False, db_default=False)

    class Meta(TenantModel.Meta):
        """Stored as `presence`."""

        db_table = "presence"
        constraints = (
            models.CheckConstraint(condition=models.Q(state__in=_STATES), name="presence_state_known"),
            models.CheckConstraint(condition=models.Q(chosen__in=_STATES), name="presence_chosen_known"),
            # Whoever is not offline is what they have chosen to be.
            models.CheckConstraint(
                condition=models.Q(state="offline") | models.Q(state=models.F("chosen")), name="presence_as_chosen"
            ),
        )
