"""What every way of running shares. Values that differ come from the environment; secrets never have a default here."""

import os
from pathlib import Path

from config.headers import for_static_files
from config.settings.database import database_settings
from config.settings.logs import LOGGING as LOGGING  # noqa: PLC0414 # a setting: Django reads it from here
from config.settings.mail import mail_settings

BASE_DIR = Path(__file__).resolve().parents[2]

SECRET_KEY = os.environ.get("YUNKE_SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = ["*"]  # The tenants' middleware knows the hosts there are, and answers any other with 404.

_database = database_settings(
    url=os.environ.get("DATABASE_URL") or "postgresql:///yunke",
    pool_size=int(os.environ.get("YUNKE_POOL_SIZE", "16")),
)
DATABASES = _database["DATABASES"]
YUNKE_DATABASE_DSN: str = _database["YUNKE_DATABASE_DSN"]
YUNKE_TEMPLATE_SCHEMA: str = _database["YUNKE_TEMPLATE_SCHEMA"]
YUNKE_TENANTS_ROLE: str = _database["YUNKE_TENANTS_ROLE"]
YUNKE_WRITER_ROLE: str = _database["YUNKE_WRITER_ROLE"]
YUNKE_REDIS_URL = os.environ.get("REDIS_URL", "")  # the bus of several machines; without it, LISTEN/NOTIFY
YUNKE_STATEMENT_TIMEOUT_MS = 15_000
YUNKE_READY_SCHEMAS = int(os.environ.get("YUNKE_READY_SCHEMAS", "8"))  # at least; none at all where it is 0
YUNKE_MOST_READY_SCHEMAS = int(os.environ.get("YUNKE_MOST_READY_SCHEMAS", "64"))  # after many sign-ups
YUNKE_SIGN_UPS_A_MINUTE = int(os.environ.get("YUNKE_SIGN_UPS_A_MINUTE", "60"))  # from one address in the net
YUNKE_CONFIRM_WITHIN_DAYS = int(os.environ.get("YUNKE_CONFIRM_WITHIN_DAYS", "7"))  # or a signed-up company is removed
YUNKE_DELETION_GRACE_DAYS = int(os.environ.get("YUNKE_DELETION_GRACE_DAYS", "30"))
YUNKE_KEY_REQUESTS_A_MINUTE = int(os.environ.get("YUNKE_KEY_REQUESTS_A_MINUTE", "600"))
YUNKE_TENANT_REQUESTS_A_MINUTE = int(os.environ.get("YUNKE_TENANT_REQUESTS_A_MINUTE", "3000"))
# Calls to servers that customers name: which DNS is asked (the system's unless given), whom TLS trusts besides, and
# whether this machine itself may be called, which only tests want.
YUNKE_DNS_SERVERS = os.environ.get("YUNKE_DNS_SERVERS", "")
YUNKE_OUTBOUND_CA_FILE = os.environ.get("YUNKE_OUTBOUND_CA_FILE", "")
YUNKE_OUTBOUND_LOOPBACK = False
YUNKE_PROOF_PORT = int(os.environ.get("YUNKE_PROOF_PORT", "80"))  # where files that prove a domain are looked for
# Whether the worker brings what was noted in public into the audits; tests turn it off.
YUNKE_AUDIT_CARRIED = True
# Anonymous ones that one address may bring into one inbox.
YUNKE_NEW_VISITORS_A_MINUTE = int(os.environ.get("YUNKE_NEW_VISITORS_A_MINUTE", "60"))
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# `name:base64 of 32 bytes,...`, the one to seal with first. Without it a key is derived from SECRET_KEY.
YUNKE_KEYS = os.environ.get("YUNKE_KEYS", "")

YUNKE_TENANT_DOMAIN = os.environ.get("YUNKE_TENANT_DOMAIN", "localhost")
YUNKE_TENANT_PORT: str | None = None  # of the addresses in mails; None is the port that is asked
YUNKE_PLATFORM_HOSTS = os.environ.get("YUNKE_PLATFORM_HOSTS", "localhost,127.0.0.1").split(",")

_mail = mail_settings(url=os.environ.get("EMAIL_URL") or "smtp://localhost")
EMAIL_BACKEND: str = _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH: str = _mail.get("EMAIL_FILE_PATH", "")
EMAIL_HOST: str = _mail.get("EMAIL_HOST", "")
EMAIL_PORT: int = _mail.get("EMAIL_PORT", 0)
EMAIL_HOST_USER: str = _mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD: str = _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL: bool = _mail.get("EMAIL_USE_SSL", False)
EMAIL_USE_TLS: bool = _mail.get("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("YUNKE_MAIL_FROM") or f"Yunke <no-reply@{YUNKE_TENANT_DOMAIN}>"

SHARED_APPS = ["tenants"]
TENANT_APPS = ["conversations", "integrations"]
INSTALLED_APPS = [
    *SHARED_APPS,
    *TENANT_APPS,
    "django.contrib.staticfiles",
    "servestatic",
    "rest_framework",
    "channels",
    "config",
]

# The order matters: ServeStatic is async and answers alone; from TenantMiddleware up all the others are sync, so that a
# request changes threads once and its view, its session and its database connection share one.
MIDDLEWARE = [
    "servestatic.middleware.ServeStaticMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.headers.DefaultHeaders",
    "config.origin.Origins",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.rest.Refusals",
    "config.closing.ClosedTenants",
    "config.parameters.Parameters",
    "config.idempotency.Idempotency",
    "tenants.middleware.TenantMiddleware",
]
ROOT_URLCONF = "config.urls.platform"
YUNKE_TENANT_URLCONF = "config.urls.tenant"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "tenants.closing.banner",
                "tenants.confirming.pages.banner",
            ]
        },
    }
]

AUTH_USER_MODEL = "tenants.Person"
PASSWORD_HASHERS = ["tenants.members.hashers.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

SESSION_ENGINE = "tenants.members.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.rest.csrf_failure"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Archives of companies, and files that people add: folders that all processes share, or any other storage of Django's.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "files": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": os.environ.get("YUNKE_FILES_FOLDER") or str(BASE_DIR / ".data" / "files"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "exports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": os.environ.get("YUNKE_EXPORTS_FOLDER") or str(BASE_DIR / ".data" / "exports"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
SERVESTATIC_ADD_HEADERS_FUNCTION = for_static_files

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "conversations.access.authentication.BearerKey",
        "tenants.members.authentication.MemberSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "tenants.members.authentication.SignedIn",
        "conversations.access.scopes.KeyScopes",
        "conversations.threads.authentication.WithinReach",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["conversations.access.throttle.KeyLimits"],
    "DEFAULT_PARSER_CLASSES": ["tenants.json.StrictJSON"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "config.rest.problem",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
