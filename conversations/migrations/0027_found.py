"""By which words contacts are found, and by which attributes. Indexes are made beside the tenant's work.

Contacts of whom nobody has written down the words, those of the version of the code before too, are swept up.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

import conversations.terms.field

NEW = {
    "contact_terms": "contact USING gin (terms)",
    "contact_attributes": "contact USING gin (attributes jsonb_path_ops)",
    "contact_unfound": "contact (id) WHERE terms IS NULL",
}
MAKE = "CREATE INDEX CONCURRENTLY {0} ON {1}"
DROP = "DROP INDEX CONCURRENTLY IF EXISTS {0}"  # what was cut short leaves an index that is not valid


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0026_blocked")]

    operations = [
        migrations.AddField("contact", "terms", conversations.terms.field.TermsField(null=True)),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL((DROP.format(name), MAKE.format(name, on)), (DROP.format(name),))
                for name, on in NEW.items()
            ],
            state_operations=[
                migrations.AddIndex("contact", GinIndex(fields=["terms"], name="contact_terms")),
                migrations.AddIndex(
                    "contact", GinIndex(fields=["attributes"], name="contact_attributes", opclasses=["jsonb_path_ops"])
                ),
                migrations.AddIndex(
                    "contact",
                    models.Index(fields=["id"], name="contact_unfound", condition=models.Q(terms__isnull=True)),
                ),
            ],
        ),
    ]
