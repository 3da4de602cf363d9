"""Since when and by whom a contact is blocked. The version of the code before takes their messages meanwhile."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0025_work_lasted")]

    operations = [
        migrations.AddField("contact", "blocked_at", models.DateTimeField(null=True)),
        migrations.AddField("contact", "blocked_by", models.UUIDField(null=True)),
    ]
