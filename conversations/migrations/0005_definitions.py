"""Drafts of definitions; who published a version, and versions that say that a document is retired."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("conversations", "0004_idempotency_keys")]

    operations = [
        migrations.AddField("definition", "published_by", models.UUIDField(null=True)),
        # The default is the database's: the version of the code before inserts rows without this column.
        migrations.AddField("definition", "is_retired", models.BooleanField(db_default=False, default=False)),
        migrations.CreateModel(
            name="DefinitionDraft",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("key", models.TextField()),
                ("body", models.JSONField(null=True)),
                ("revision", models.IntegerField()),
                ("base", models.IntegerField()),
                ("edited_at", models.DateTimeField()),
                ("edited_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "definition_draft",
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="definition_draft_key")],
            },
        ),
        # No DELETE: a draft that is gone is a row without a body.
        Grant("definition_draft", "SELECT, INSERT, UPDATE"),
    ]
