"""Indexes of the two lists that were sorted anew each time. Made beside the tenant's work, which goes on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0007_erasure")]

    operations = [
        AddIndexConcurrently("contact", models.Index(fields=["created_at", "id"], name="contact_list")),
        AddIndexConcurrently("conversationrow", models.Index(fields=["-last_at", "-id"], name="conversation_list_all")),
    ]
