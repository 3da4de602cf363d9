"""Where each conversation is on its way to somebody who answers it."""

import django.contrib.postgres.fields
from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0013_answered_for"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkRow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("state", models.TextField()),
                ("queue", models.TextField(null=True)),
                ("team", models.TextField(null=True)),
                ("channel", models.TextField()),
                ("language", models.TextField(null=True)),
                ("ahead_s", models.IntegerField()),
                ("rank", models.DateTimeField(null=True)),
                ("queued_at", models.DateTimeField(null=True)),
                ("entered_at", models.DateTimeField(null=True)),
                ("since", models.DateTimeField(null=True)),
                ("member", models.UUIDField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("attempt", models.IntegerField()),
                ("asked", models.JSONField()),
                ("path", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("preferred", models.UUIDField(null=True)),
                ("last", models.UUIDField(null=True)),
                ("handed_at", models.DateTimeField(null=True)),
                ("step", models.IntegerField()),
                ("due_at", models.DateTimeField(null=True)),
                ("public_seq", models.BigIntegerField()),
                ("staff_seq", models.BigIntegerField()),
            ],
            options={
                "db_table": "work",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["queue", "team", "language", "step", "rank", "id"],
                        name="work_waiting",
                    ),
                    models.Index(condition=models.Q(("state", "offered")), fields=["member"], name="work_offered"),
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="work_due"),
                    models.Index(
                        condition=models.Q(("member__isnull", False)), fields=["member", "since"], name="work_idle"
                    ),
                    models.Index(
                        condition=models.Q(("member__isnull", False)), fields=["member", "handed_at"], name="work_turn"
                    ),
                    models.Index(
                        condition=models.Q(("handed_at__isnull", False)),
                        fields=["queue", "handed_at"],
                        name="work_pace",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["loose", "waiting", "offered", "assigned", "done"])),
                        name="work_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("offered", "assigned")), _negated=True),
                            ("member__isnull", False),
                            _connector="OR",
                        ),
                        name="work_is_somebodys",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "waiting"), _negated=True),
                            models.Q(("member__isnull", True), ("queue__isnull", False)),
                            _connector="OR",
                        ),
                        name="work_waits_in_a_queue",
                    ),
                ],
            },
        ),
        Grant("work", "SELECT, INSERT, UPDATE"),
    ]
