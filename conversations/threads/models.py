"""The read model of conversations: one row each, kept up by projections.py inside every append."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from conversations.contacts.models import Contact
from tenants.database.models import TenantModel

PRIORITIES: Final = ("none", "low", "normal", "high", "urgent")


class Mention(TenantModel):
    """A note that names a member: `seq` is the note's among what colleagues see of the conversation."""

    member = models.UUIDField()
    conversation = models.UUIDField()
    seq = models.BigIntegerField()
    position = models.BigIntegerField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        """Stored as `mention`; listed by member, the newest first."""

        db_table = "mention"
        indexes = (
            models.Index(fields=("member", "-position"), name="mention_list"),
            models.Index(
                fields=("member", "-position"), name="mention_unread", condition=models.Q(read_at__isnull=True)
            ),
        )
        constraints = (models.UniqueConstraint(fields=("conversation", "seq", "member"), name="mention_once"),)


class AmendedMessage(TenantModel):
    """What has become of a message since it was said. The event at `text_seq` has its newest `text`.

    What it said before is on the log no more: it is `former`, a list of {text, at}, the oldest first, and not for
    everybody. `reactions` are lists of who has reacted, by the emoji: members and keys by their ids, or `contact`.
    """

    conversation = models.UUIDField()
    seq = models.BigIntegerField()
    text_seq = models.BigIntegerField()
    text = models.TextField(default="", blank=True)
    edited_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    former = models.JSONField(default=list)
    reactions = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        """Stored as `amended_message`; most messages have no row."""

        db_table = "amended_message"
        constraints = (models.UniqueConstraint(fields=("conversation", "seq"), name="amended_message_once"),)


class DraftMessage(TenantModel):
    """What a member is writing in a conversation: an answer or a note. Of two, the one with the higher version holds.

    One that was sent or given up stays empty for a while, so that what another device says late does not bring it back.
    """

    member = models.UUIDField()
    conversation = models.UUIDField()
    kind = models.TextField()
    text = models.TextField(default="", blank=True)
    reply_to = models.BigIntegerField(null=True)
    version = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        """Stored as `draft_message`."""

        db_table = "draft_message"
        constraints = (
            models.UniqueConstraint(fields=("member", "conversation", "kind"), name="draft_message_one"),
            models.CheckConstraint(condition=models.Q(kind__in=("answer", "note")), name="draft_message_kind"),
        )
        indexes = (
            models.Index(fields=("conversation",), name="draft_message_of"),
            models.Index(fields=("at",), name="draft_message_empty", condition=models.Q(text="")),
        )


class ConversationRow(TenantModel):
    """A conversation as lists show it. `id` is its public stream's; `*_seq` are seqs of that stream.

    It is snoozed while it has a `snoozed_seq`.
    """

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    inbox = models.TextField()
    status = models.TextField(default="open")
    status_seq = models.BigIntegerField(default=0)
    assignee = models.UUIDField(null=True)
    tags = ArrayField(models.TextField(), default=list, db_default=[])
    priority = models.TextField(default="none", db_default="none")
    snoozed_seq = models.BigIntegerField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_text = models.TextField(default="")
    last_author = models.TextField(null=True)  # noqa: DJ001 - nobody has said anything yet
    public_seq = models.BigIntegerField(default=0)
    staff_seq = models.BigIntegerField(default=0)
    unread = models.IntegerField(default=0)
    contact_read_seq = models.BigIntegerField(default=0)
    member_read_seq = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        """Stored as `conversation`; listed newest first, all or those of one status, member, contact or inbox."""

        db_table = "conversation"
        indexes = (
            models.Index(fields=("status", "-last_at", "-id"), name="conversation_list"),
            models.Index(fields=("assignee", "status", "-last_at"), name="conversation_assignee"),
            models.Index(fields=("-last_at", "-id"), name="conversation_list_all"),
            models.Index(fields=("contact", "-last_at", "-id"), name="conversation_contact"),
            models.Index(fields=("inbox", "-last_at", "-id"), name="conversation_inbox"),
            # Most are not snoozed and have no tag, and their rows change with every message.
            models.Index(
                fields=("-last_at", "-id"),
                name="conversation_snoozed",
                condition=models.Q(snoozed_seq__isnull=False),
            ),
            models.Index(
                fields=("snoozed_until",),
                name="conversation_wakes",
                condition=models.Q(snoozed_until__isnull=False),
            ),
            GinIndex(fields=("tags",), name="conversation_tags", condition=~models.Q(tags=[])),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(status__in=("open", "resolved")), name="conversation_status"),
            models.CheckConstraint(condition=models.Q(priority__in=PRIORITIES), name="conversation_priority"),
        )
