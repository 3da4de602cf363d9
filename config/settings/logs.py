"""Logging: structlog renders everything, one line an event, JSON unless a human is reading the terminal."""

import logging
import sys
from typing import Any

import structlog

_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


def is_no_clients_mistake(record: logging.LogRecord) -> bool:
    """Tell whether to write a line of uvicorn's: what a client does wrong is answered, and must not fill the log."""
    return not record.getMessage().startswith("Invalid UTF-8 sequence received from client")


def _renderer() -> Any:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.JSONRenderer()


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _renderer(),
            ],
        }
    },
    "filters": {"mistakes": {"()": lambda: is_no_clients_mistake}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.server": {"propagate": True},
        "psycopg.pool": {"level": "WARNING"},
        "uvicorn.error": {"level": "WARNING", "filters": ["mistakes"]},
    },
}
