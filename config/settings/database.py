"""DATABASES and the names of roles out of DATABASE_URL, nothing else."""

from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError, conninfo

from tenants.database.names import name_for
from tenants.database.patient import CONNECT_S, IDLE_S, PatientConnection

# A backend keeps 0.1 MB and more for each tenant that it has served; so none lives long.
LIFETIME_S: Final = 600
REPEATED: Final = 3  # so often a text of the log is planned anew before its plan is kept


def database_settings(*, url: str, pool_size: int) -> dict[str, Any]:
    """Answer the settings that follow from a postgresql:// address (any libpq connection string will do)."""
    try:
        given = {key: str(value) for key, value in conninfo.conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError as error:
        raise ImproperlyConfigured("DATABASE_URL is not a postgresql:// address.") from error
    name = given.pop("dbname", "") or given.get("user", "")
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database.")
    database = {
        "ENGINE": "tenants.database",
        "NAME": name,
        **{key.upper(): given.pop(key, "") for key in ("user", "password", "host", "port")},
        "CONN_HEALTH_CHECKS": True,  # a connection that died in the pool costs a request nothing
        "OPTIONS": {
            "connect_timeout": CONNECT_S,
            **given,
            "options": _options(given),
            "pool": _pool(pool_size),
            "prepare_threshold": REPEATED,
        },
    }
    return {
        "DATABASES": {"default": database},
        "YUNKE_DATABASE_DSN": url,
        "YUNKE_TEMPLATE_SCHEMA": name_for(database=name, suffix="template"),
        "YUNKE_TENANTS_ROLE": name_for(database=name, suffix="tenants"),
        "YUNKE_WRITER_ROLE": name_for(database=name, suffix="writer"),
    }


def _options(given: dict[str, str]) -> str:
    # As start-up options they survive the RESET ALL of a connection that goes back to the pool. The kept plans are the
    # log's: it looks for few rows by their keys, so they suit every parameter.
    options = f"-c TimeZone=UTC -c plan_cache_mode=force_generic_plan -c idle_in_transaction_session_timeout={IDLE_S}s"
    return f"{given.pop('options', '')} {options}".strip()


def _pool(size: int) -> dict[str, Any]:
    """Answer psycopg_pool's options. It gives up reconnecting soon, to try anew when asked: its pauses would double."""
    return {
        "connection_class": PatientConnection,
        "min_size": 1,
        "max_size": size,
        "timeout": 10,
        "max_lifetime": LIFETIME_S,
        "reconnect_timeout": 2,
    }
