"""Who is asked for what about tickets."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0037_consent")]

    operations = [
        migrations.AddField("ticketrow", "approvals", models.JSONField(default=list, db_default=[])),
        migrations.AddField("ticketrow", "approvers", ArrayField(models.UUIDField(), default=list, db_default=[])),
        migrations.AddIndex(
            "ticketrow",
            GinIndex(fields=["approvers"], name="ticket_approvers", condition=~models.Q(approvers=[])),
        ),
    ]
