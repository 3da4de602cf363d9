"""`python -m tests.architecture.missing_migrations`: exit 1 if models and migrations differ, or a history has two ends.

Needs no database.
"""

import os
import sys

import django
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def find_missing() -> list[str]:
    """Answer every operation that a new migration would hold, as `app: what it does`; or the histories that fork."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    if forks := loader.detect_conflicts():
        return [f"{label}: one history, but it ends with {' and '.join(sorted(ends))}" for label, ends in forks.items()]
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = detector.changes(graph=loader.graph)
    return [
        f"{label}: {operation.describe()}"
        for label, migrations in changes.items()
        for migration in migrations
        for operation in migration.operations
    ]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    missing = find_missing()
    for line in missing:
        print(line)  # noqa: T201 - what a check says goes to the terminal
    sys.exit(1 if missing else 0)
