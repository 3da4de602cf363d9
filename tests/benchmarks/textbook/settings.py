"""Settings of the textbook: DATABASE_URL and REDIS_URL as the benchmark gives them."""

import os
from urllib.parse import parse_qs, urlsplit

_url = urlsplit(os.environ.get("DATABASE_URL", "postgresql://yunke@/textbook"))

SECRET_KEY = "textbook"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["channels", "tests.benchmarks.textbook"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.lstrip("/"),
        "USER": _url.username or "",
        "HOST": parse_qs(_url.query).get("host", [_url.hostname or ""])[0],
        "PORT": str(_url.port or ""),
        "PASSWORD": _url.password or "",
        "CONN_MAX_AGE": 60,  # a new connection for each message would make it slower by far
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")]},
    }
}
ASGI_APPLICATION = "tests.benchmarks.textbook.asgi.application"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING_CONFIG = None
