"""What endpoints are told, by more than kinds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_install")]

    operations = [migrations.AddField("endpoint", "filters", models.JSONField(default=dict, db_default={}))]
