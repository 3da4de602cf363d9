"""The table of what comes in by others' doors."""

from django.db import models

from tenants.database.models import TenantModel


class Thread(TenantModel):
    """Which conversation a thread behind a door is. It is kept as a hash: some name threads by phone numbers."""

    source = models.TextField()
    thread = models.TextField()
    conversation = models.UUIDField()

    class Meta(TenantModel.Meta):
        """Stored as `channel_thread`; a thread is one conversation."""

        db_table = "channel_thread"
        constraints = (models.UniqueConstraint(fields=("source", "thread"), name="channel_thread_once"),)
        indexes = (models.Index(fields=("conversation",), name="channel_thread_of"),)
