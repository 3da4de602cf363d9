"""By which terms texts are found: empty, and filled by a reader of the log from its first event on."""

import django.contrib.postgres.indexes
from django.db import migrations, models

import conversations.terms.field
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("conversations", "0031_promises")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("source", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("subject", models.UUIDField()),
                ("sort", models.SmallIntegerField()),
                ("terms", conversations.terms.field.TermsField()),
            ],
            options={
                "db_table": "search_entry",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["terms"], name="search_entry_terms", gin_pending_list_limit=512
                    ),
                    models.Index(fields=["at"], name="search_entry_at"),
                ],
            },
        ),
        Grant("search_entry", "SELECT, INSERT, UPDATE, DELETE"),
    ]
