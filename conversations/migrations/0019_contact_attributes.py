"""What a company knows of contacts besides. What the version of the code before adds gets the default."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0018_tagged")]

    operations = [
        migrations.AddField("contact", "attributes", models.JSONField(default=dict, db_default={})),
    ]
