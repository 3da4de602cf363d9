"""The read model of tickets: one row each, written by the transaction that writes its facts (projections.py)."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from conversations.contacts.models import Contact
from conversations.terms.field import TermsField
from conversations.threads.models import PRIORITIES
from tenants.database.models import TenantModel

CATEGORIES: Final = ("new", "open", "pending", "on_hold", "solved", "closed")


class TicketRow(TenantModel):
    """A ticket as lists show it. `id` is its public stream's; `*_seq` say what is folded in.

    `approvers` are asked for an approval now. `terms` are the words by which it is found. `plan` is what is promised
    (promises/); it was made when so much had been published about promises as the `edition` says. At `due_at` something
    of it is due, or the time of an approval runs out.
    """

    prefix = models.TextField()
    number = models.BigIntegerField()
    type = models.TextField()
    title = models.TextField()
    text = models.TextField()
    fields = models.JSONField(default=dict)
    status = models.TextField()
    category = models.TextField()
    priority = models.TextField(default="none")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    owner = models.UUIDField(null=True)
    team = models.TextField(null=True)  # noqa: DJ001 - no team has an empty key
    parent = models.UUIDField(null=True)
    merged_into = models.UUIDField(null=True)
    watchers = ArrayField(models.UUIDField(), default=list)
    conversations = ArrayField(models.UUIDField(), default=list)
    links = models.JSONField(default=list)
    checklist = models.JSONField(default=list)
    times = models.JSONField(default=list)
    approvals = models.JSONField(default=list, db_default=[])
    approvers = ArrayField(models.UUIDField(), default=list, db_default=[])
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    terms = TermsField()
    plan = models.JSONField(null=True)
    due_at = models.DateTimeField(null=True)
    edition = models.BigIntegerField(default=0, db_default=0)
    public_seq = models.BigIntegerField(default=0)
    staff_seq = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        """Stored as `ticket`; listed by when something last happened, all or those of one category, owner, team."""

        db_table = "ticket"
        indexes = (
            models.Index(fields=("-changed_at", "-id"), name="ticket_list"),
            models.Index(fields=("category", "-changed_at", "-id"), name="ticket_category"),
            models.Index(fields=("owner", "-changed_at"), name="ticket_owner", condition=models.Q(owner__isnull=False)),
            models.Index(fields=("team", "-changed_at"), name="ticket_team", condition=models.Q(team__isnull=False)),
            models.Index(
                fields=("contact", "-changed_at"), name="ticket_contact", condition=models.Q(contact__isnull=False)
            ),
            models.Index(fields=("parent",), name="ticket_parent", condition=models.Q(parent__isnull=False)),
            models.Index(fields=("due_at",), name="ticket_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=("edition",), name="ticket_edition", condition=models.Q(settled_at__isnull=True)),
            GinIndex(fields=("conversations",), name="ticket_conversations", condition=~models.Q(conversations=[])),
            GinIndex(fields=("approvers",), name="ticket_approvers", condition=~models.Q(approvers=[])),
            GinIndex(fields=("fields",), name="ticket_fields", opclasses=["jsonb_path_ops"]),
            GinIndex(fields=("terms",), name="ticket_terms"),
        )
        constraints = (
            models.UniqueConstraint(fields=("prefix", "number"), name="ticket_number"),
            models.CheckConstraint(condition=models.Q(category__in=CATEGORIES), name="ticket_category_known"),
            models.CheckConstraint(condition=models.Q(priority__in=PRIORITIES), name="ticket_priority"),
            # Whatever is solved or closed is so since some time, and nothing else is.
            models.CheckConstraint(
                condition=models.Q(category__in=("solved", "closed"), settled_at__isnull=False)
                | (~models.Q(category__in=("solved", "closed")) & models.Q(settled_at__isnull=True)),
                name="ticket_settled_since",
            ),
        )
