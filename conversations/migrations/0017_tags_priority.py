"""Labels and priority of conversations, and what the priority means to routing.

The version of the code before names none of these columns: what it adds gets the defaults.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

from tenants.database.operations import Grant

KNOWN = models.Q(priority__in=("none", "low", "normal", "high", "urgent"))


class Migration(migrations.Migration):
    dependencies = [("conversations", "0016_work_now")]

    operations = [
        migrations.AddField(
            "conversationrow",
            "tags",
            django.contrib.postgres.fields.ArrayField(models.TextField(), default=list, db_default=[]),
        ),
        migrations.AddField("conversationrow", "priority", models.TextField(default="none", db_default="none")),
        migrations.AddField("workrow", "priority", models.TextField(default="none", db_default="none")),
        migrations.AddConstraint(
            "conversationrow", models.CheckConstraint(condition=KNOWN, name="conversation_priority")
        ),
        Grant("conversation", "UPDATE", to="writer", columns=("tags", "priority")),
    ]
