"""How mails leave: EMAIL_URL names the server, or a folder where nothing leaves the machine. Must not import Django."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_FOLDER = "django.core.mail.backends.filebased.EmailBackend"


def mail_settings(*, url: str) -> dict[str, Any]:
    """Answer Django's settings for `smtp://user:password@host:587?tls=1`, `smtps://...` or `file:///folder`."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {"EMAIL_BACKEND": _FOLDER, "EMAIL_FILE_PATH": unquote(parts.path)}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("EMAIL_URL is smtp://user:password@host:587?tls=1, smtps://... or file:///folder")
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": _SMTP,
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if secure else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": parse_qs(parts.query).get("tls") == ["1"],
    }
