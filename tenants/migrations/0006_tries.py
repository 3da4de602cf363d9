"""Tries that all processes count together."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0005_mails_and_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="SpentTries",
            fields=[
                ("digest", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("count", models.IntegerField()),
                ("opens_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "tries",
            },
        ),
    ]
