#!/usr/bin/env python
"""Django's command line. The settings come from DJANGO_SETTINGS_MODULE; without it, the embedded ones."""

import os
import sys
from contextlib import nullcontext

from django.core.management import execute_from_command_line

from tenants.context import platform_context

# Django's own commands know nothing of tenants. Ours say themselves for whom they act.
FOR_THE_PLATFORM = {"check", "clearsessions", "makemigrations", "showmigrations", "sqlmigrate"}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")
    with platform_context() if FOR_THE_PLATFORM & set(sys.argv[1:2]) else nullcontext():
        execute_from_command_line(sys.argv)
