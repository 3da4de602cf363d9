"""Finds who was merged into a contact. Made beside the tenant's work; most contacts were not and are in neither."""

from django.db import migrations, models

NEW = {
    "contact_merged": "contact (merged_into) WHERE merged_into IS NOT NULL",
    "contact_shown_as": "contact (shown_as) WHERE shown_as IS NOT NULL",
}
MAKE = "CREATE INDEX CONCURRENTLY {0} ON {1}"
DROP = "DROP INDEX CONCURRENTLY IF EXISTS {0}"  # what was cut short leaves an index that is not valid


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0023_merging")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL((DROP.format(name), MAKE.format(name, on)), (DROP.format(name),))
                for name, on in NEW.items()
            ],
            state_operations=[
                migrations.AddIndex(
                    "contact",
                    models.Index(fields=[field], name=name, condition=models.Q(**{f"{field}__isnull": False})),
                )
                for name, field in (("contact_merged", "merged_into"), ("contact_shown_as", "shown_as"))
            ],
        )
    ]
