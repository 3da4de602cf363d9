"""A kept answer's `Location`. Null by itself, so that the version of the code before goes on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0010_sent_once")]

    operations = [migrations.AddField("idempotencykey", "location", models.TextField(null=True))]
