"""What a tenant's role and the writer may do. The log takes no UPDATE and no DELETE from anybody."""

from django.db import migrations

from tenants.database.operations import Grant

PROJECTED = (
    "public_seq",
    "staff_seq",
    "last_text",
    "last_author",
    "last_at",
    "contact_read_seq",
    "member_read_seq",
    "unread",
    "status",
    "status_seq",
    "assignee",
)


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_first")]

    operations = [
        Grant("event", "SELECT, INSERT"),
        Grant("stream", "SELECT, INSERT, UPDATE"),
        Grant("reader_cursor", "SELECT, INSERT, UPDATE"),
        Grant("definition", "SELECT, INSERT"),
        Grant("contact", "SELECT, INSERT, UPDATE"),
        Grant("contact_identity", "SELECT, INSERT, UPDATE, DELETE"),
        Grant("conversation", "SELECT, INSERT, UPDATE"),
        Grant("event", "SELECT, INSERT", to="writer"),
        Grant("stream", "SELECT, UPDATE", to="writer"),
        Grant("conversation", "SELECT", to="writer"),
        Grant("conversation", "UPDATE", to="writer", columns=PROJECTED),
    ]
