"""The code of an invitation is a tenant's own: one that is restored opens it as the one before did."""

from typing import Final

from django.db import migrations, models

# Back to codes that are of nobody else: of two the one restored later opens nothing any more.
PART: Final = """
UPDATE invitations i SET code = encode(sha256((i.code || i.id)::bytea), 'hex')
WHERE EXISTS (SELECT FROM invitations o WHERE o.code = i.code AND o.tenant_id < i.tenant_id)
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0014_erasing")]

    operations = [
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(fields=["tenant", "code"], name="invitations_code_once"),
        ),
        migrations.AlterField(model_name="invitation", name="code", field=models.CharField(max_length=64)),
        migrations.RunSQL(migrations.RunSQL.noop, PART),
    ]
