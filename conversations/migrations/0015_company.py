"""Who answers in a conversation besides whoever has it, and who is invited to.

Both have defaults in the database: the version of the code before writes rows without them.
"""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0014_work"),
    ]

    operations = [
        migrations.AddField(
            model_name="workrow",
            name="invited",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="workrow",
            name="joined",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="workrow",
            index=models.Index(
                condition=models.Q(
                    models.Q(("joined", []), _negated=True), models.Q(("invited", []), _negated=True), _connector="OR"
                ),
                fields=["id"],
                name="work_company",
            ),
        ),
    ]
