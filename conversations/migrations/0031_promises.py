"""What is promised of each ticket's time, and when something of that is due."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0030_thread")]

    operations = [
        migrations.AddField("ticketrow", "plan", models.JSONField(null=True)),
        migrations.AddField("ticketrow", "due_at", models.DateTimeField(null=True)),
        migrations.AddField("ticketrow", "edition", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddIndex(
            "ticketrow",
            models.Index(fields=["due_at"], name="ticket_due", condition=models.Q(due_at__isnull=False)),
        ),
        migrations.AddIndex(
            "ticketrow",
            models.Index(fields=["edition"], name="ticket_edition", condition=models.Q(settled_at__isnull=True)),
        ),
    ]
