"""Who is shown as whom, until somebody takes it back. The version of the code before leaves all of it null."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0022_identities")]

    operations = [
        migrations.AddField("contact", "united_with", models.UUIDField(null=True)),
        migrations.AddField("contact", "united_at", models.DateTimeField(null=True)),
        migrations.AddField("contact", "united_by", models.UUIDField(null=True)),
        migrations.AddField("contact", "shown_as", models.UUIDField(null=True)),
        migrations.AddField(
            "contact", "not_same", ArrayField(models.UUIDField(), db_default=[], default=list, size=None)
        ),
    ]
