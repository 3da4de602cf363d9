"""`manage.py serve`: one server process, HTTP and live in one; stops gracefully on SIGTERM."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.server import serve
from tenants.database.startup import refuse_unsafe_database


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = "Serve HTTP and websockets."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Refuse a database that would mix tenants; serve."""
        refuse_unsafe_database(dsn=settings.YUNKE_DATABASE_DSN)
        serve(host=options["host"], port=options["port"])
