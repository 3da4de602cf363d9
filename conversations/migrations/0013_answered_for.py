"""Since when whoever answers for a key does, and who did for the secret before. Null where nobody has rotated it.

The version of the code before leaves both as they are when it rotates: then the old secret, which lasts a week at most,
ends with whoever was shown the one before that, or with the key.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0012_filters")]

    operations = [
        migrations.AddField("apikey", "rotated_at", models.DateTimeField(null=True)),
        migrations.AddField("apikey", "old_by", models.UUIDField(null=True)),
    ]
