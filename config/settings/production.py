"""For real customers: behind TLS, every secret from the environment, or it does not start."""

import os

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403 # settings are a namespace

# FORWARDED_ALLOW_IPS names the proxies whose X-Forwarded-For is believed (uvicorn reads it): without it all people
# seem to come from one address, and the tries of one spend those of all.
_NEEDED = (
    "YUNKE_SECRET_KEY",
    "DATABASE_URL",
    "EMAIL_URL",
    "YUNKE_TENANT_DOMAIN",
    "YUNKE_PLATFORM_HOSTS",
    "FORWARDED_ALLOW_IPS",
)
for _name in _NEEDED:
    if not os.environ.get(_name):
        raise ImproperlyConfigured(f"Set {_name} in the environment.")
if len(os.environ["YUNKE_SECRET_KEY"]) < 50:  # Django's own measure of a strong key
    raise ImproperlyConfigured("YUNKE_SECRET_KEY needs at least 50 random characters.")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True

YUNKE_TENANT_PORT = os.environ.get("YUNKE_TENANT_PORT", "")  # empty is that of HTTPS

# __Host- ties a cookie to one host, TLS and path "/": a neighbour's host can neither read nor set it.
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True

STORAGES["staticfiles"] = {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"}  # noqa: F405 # from base
