"""Proved domains are looked at again, and strangers can be given a role of the company's own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0016_platform_answers")]

    operations = [
        migrations.AddField(model_name="ssodomain", name="missing_since", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="ssodomain", name="next_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="ssoprovider",
            name="own_role",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="tenants.ownrole"
            ),
        ),
    ]
