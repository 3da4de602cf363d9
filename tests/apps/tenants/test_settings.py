"""Production settings refuse to start on anything less than they need."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from config.openapi import render_openapi

GOOD = {
    "YUNKE_SECRET_KEY": "0123456789abcdef" * 4,
    "DATABASE_URL": "postgresql://yunke@127.0.0.1/yunke",
    "EMAIL_URL": "smtp://mail.example",
    "YUNKE_TENANT_DOMAIN": "example.com",
    "YUNKE_PLATFORM_HOSTS": "www.example.com",
    "FORWARDED_ALLOW_IPS": "10.0.0.1",
}
SHOW = "from config.settings import production as p; print(p.SESSION_COOKIE_NAME, p.CSRF_COOKIE_NAME, p.DEBUG)"


def start(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in GOOD}
    command = [sys.executable, "-c", SHOW]
    return subprocess.run(
        command, env=clean | environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )


def test_production_ties_cookies_to_their_host() -> None:
    assert start(GOOD).stdout.strip() == "__Host-session __Host-csrf False"
    assert render_openapi()["components"]["securitySchemes"]["session"]["name"] == "__Host-session"


@pytest.mark.parametrize("missing", GOOD)
def test_production_does_not_start_without(missing: str) -> None:
    refused = start({name: value for name, value in GOOD.items() if name != missing})
    assert refused.returncode == 1
    assert refused.stderr.strip().endswith(f"Set {missing} in the environment.")


def test_production_does_not_start_with_a_short_key() -> None:
    assert "at least 50 random characters" in start(GOOD | {"YUNKE_SECRET_KEY": "short"}).stderr
