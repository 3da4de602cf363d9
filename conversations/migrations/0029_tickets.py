"""Tickets: work that outlives a conversation, with numbers that people can say."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

import conversations.terms.field
import tenants.database.models
from tenants.database.operations import Grant

SETTLED = ("solved", "closed")


class Migration(migrations.Migration):
    dependencies = [("conversations", "0028_mentions")]

    operations = [
        migrations.CreateModel(
            name="TicketRow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("prefix", models.TextField()),
                ("number", models.BigIntegerField()),
                ("type", models.TextField()),
                ("title", models.TextField()),
                ("text", models.TextField()),
                ("fields", models.JSONField(default=dict)),
                ("status", models.TextField()),
                ("category", models.TextField()),
                ("priority", models.TextField(default="none")),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to="conversations.contact",
                    ),
                ),
                ("owner", models.UUIDField(null=True)),
                ("team", models.TextField(null=True)),
                ("parent", models.UUIDField(null=True)),
                ("merged_into", models.UUIDField(null=True)),
                ("watchers", ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ("conversations", ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ("links", models.JSONField(default=list)),
                ("checklist", models.JSONField(default=list)),
                ("times", models.JSONField(default=list)),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("terms", conversations.terms.field.TermsField()),
                ("public_seq", models.BigIntegerField(default=0)),
                ("staff_seq", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "ticket",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["-changed_at", "-id"], name="ticket_list"),
                    models.Index(fields=["category", "-changed_at", "-id"], name="ticket_category"),
                    models.Index(
                        fields=["owner", "-changed_at"], name="ticket_owner", condition=models.Q(owner__isnull=False)
                    ),
                    models.Index(
                        fields=["team", "-changed_at"], name="ticket_team", condition=models.Q(team__isnull=False)
                    ),
                    models.Index(
                        fields=["contact", "-changed_at"],
                        name="ticket_contact",
                        condition=models.Q(contact__isnull=False),
                    ),
                    models.Index(fields=["parent"], name="ticket_parent", condition=models.Q(parent__isnull=False)),
                    GinIndex(
                        fields=["conversations"], name="ticket_conversations", condition=~models.Q(conversations=[])
                    ),
                    GinIndex(fields=["fields"], name="ticket_fields", opclasses=["jsonb_path_ops"]),
                    GinIndex(fields=["terms"], name="ticket_terms"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("prefix", "number"), name="ticket_number"),
                    models.CheckConstraint(
                        condition=models.Q(category__in=("new", "open", "pending", "on_hold", "solved", "closed")),
                        name="ticket_category_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(priority__in=("none", "low", "normal", "high", "urgent")),
                        name="ticket_priority",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(category__in=SETTLED, settled_at__isnull=False)
                        | (~models.Q(category__in=SETTLED) & models.Q(settled_at__isnull=True)),
                        name="ticket_settled_since",
                    ),
                ],
            },
        ),
        Grant("ticket", "SELECT, INSERT, UPDATE"),
    ]
