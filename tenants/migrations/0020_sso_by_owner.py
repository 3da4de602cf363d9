"""Whether an owner chose the provider."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0019_erasing_entries")]
    operations = [
        migrations.AddField("ssoprovider", "by_owner", models.BooleanField(db_default=False, default=False)),
    ]
