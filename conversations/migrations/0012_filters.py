"""Indexes that serve what contacts and conversations are filtered by, each in the order of its list.

Made and dropped beside the tenant's work. The one of a contact's conversations takes the place of the foreign key's
own: it has the same column in front, so that the version of the code before is served by it, too.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Upper

MAKE = "CREATE INDEX CONCURRENTLY {0} ON {1}"
DROP = "DROP INDEX CONCURRENTLY IF EXISTS {0}"  # what was cut short leaves an index that is not valid

NEW = {
    "contact_email": "contact (upper(email), created_at, id) WHERE email IS NOT NULL",
    "contact_external_id": "contact (external_id, created_at, id) WHERE external_id IS NOT NULL",
    "contact_phone": "contact (phone, created_at, id) WHERE phone IS NOT NULL",
    "conversation_contact": "conversation (contact_id, last_at DESC, id DESC)",
    "conversation_inbox": "conversation (inbox, last_at DESC, id DESC)",
}
OLD = {"conversation_contact_id_73935db1": "conversation (contact_id)"}


def make(name: str, on: str) -> tuple[str, ...]:
    """Answer the statements that make an index, whatever an earlier try has left."""
    return DROP.format(name), MAKE.format(name, on)


def known(field: str) -> models.Q:
    """Answer the condition of an index of those of whom a field is known."""
    return models.Q(**{f"{field}__isnull": False})


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0011_answers_location")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                *(migrations.RunSQL(make(name, on), (DROP.format(name),)) for name, on in NEW.items()),
                *(migrations.RunSQL((DROP.format(name),), make(name, on)) for name, on in OLD.items()),
            ],
            state_operations=[
                migrations.AddIndex(
                    "contact",
                    models.Index(Upper("email"), "created_at", "id", name="contact_email", condition=known("email")),
                ),
                *(
                    migrations.AddIndex(
                        "contact",
                        models.Index(
                            fields=[field, "created_at", "id"], name=f"contact_{field}", condition=known(field)
                        ),
                    )
                    for field in ("external_id", "phone")
                ),
                migrations.AlterField(
                    "conversationrow",
                    "contact",
                    models.ForeignKey(
                        "conversations.contact",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
                *(
                    migrations.AddIndex(
                        "conversationrow",
                        models.Index(fields=[field, "-last_at", "-id"], name=f"conversation_{field}"),
                    )
                    for field in ("contact", "inbox")
                ),
            ],
        )
    ]
