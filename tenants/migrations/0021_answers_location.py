"""A kept answer's `Location`. Null by itself, so that the version of the code before goes on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0020_sso_by_owner")]

    operations = [migrations.AddField("platformanswer", "location", models.TextField(null=True))]
