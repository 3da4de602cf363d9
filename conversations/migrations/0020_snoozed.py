"""Conversations that are snoozed, and what that means to routing.

The version of the code before names none of these columns: to it nothing is snoozed.
"""

from django.db import migrations, models

from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("conversations", "0019_contact_attributes")]

    operations = [
        migrations.AddField("conversationrow", "snoozed_seq", models.BigIntegerField(null=True)),
        migrations.AddField("conversationrow", "snoozed_until", models.DateTimeField(null=True)),
        migrations.AddField("workrow", "snoozed", models.BooleanField(default=False, db_default=False)),
        Grant("conversation", "UPDATE", to="writer", columns=("snoozed_seq", "snoozed_until")),
    ]
