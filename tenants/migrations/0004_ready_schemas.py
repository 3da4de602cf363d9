"""The pool of ready schemas."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0003_sessions"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReadySchema",
            fields=[
                ("schema", models.CharField(max_length=63, primary_key=True, serialize=False)),
                ("state", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ready_schemas",
            },
        ),
    ]
