"""Contacts who were erased."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_vouched")]

    operations = [migrations.AddField("contact", "erased_at", models.DateTimeField(null=True))]
