"""What is compared with where not the textbook: Django with nothing in it, raw psycopg, a raw websocket echo.

Run by uvicorn with DJANGO_SETTINGS_MODULE=tests.benchmarks.bare. BENCH_STATEMENTS is a JSON file that
tests/benchmarks/items/rest.py writes: the SQL of one append and of the list, as our own server would say it.
"""

import json
import os
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

SECRET_KEY = "bare"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.benchmarks.bare"
INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
LOGGING_CONFIG = None

import orjson  # type: ignore[import-not-found, unused-ignore] # installed for ./dev bench alone
import psycopg
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

_said: Final[dict[str, Any]] = json.loads(Path(os.environ["BENCH_STATEMENTS"]).read_text())
_thread = threading.local()


def _connection() -> psycopg.Connection:
    if not hasattr(_thread, "connection"):
        _thread.connection = psycopg.connect(_said["dsn"], prepare_threshold=3)
    return _thread.connection  # type: ignore[no-any-return] # a thread's own names have no types


@csrf_exempt
def post(request: HttpRequest) -> HttpResponse:
    """Append one message by the statements of our log, and nothing else."""
    text = orjson.loads(request.body)["text"]
    body = orjson.dumps({"author": "member", "name": "Ada", "text": text, "files": []}).decode()
    connection = _connection()
    with connection.transaction(), connection.pipeline():
        connection.execute(_said["lock"], {"streams": _said["streams"]})
        fields = {**_said["append_fields"], "client_ids": [uuid4().hex], "bodies": [body]}
        cursor = connection.execute(_said["append"], fields)
        connection.execute(_said["projection"], _said["projection_fields"])
        _, _, seq, position, _ = cursor.fetchone() or ()
    return _answer(orjson.dumps({"seq": seq, "position": position}), 201)


def listed(_request: HttpRequest) -> HttpResponse:
    """Answer 50 conversations."""
    connection = _connection()
    cursor = connection.execute(_said["list"])
    names = [column.name for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    connection.commit()
    return _answer(orjson.dumps({"results": rows}))


def _answer(body: bytes, status: int = 200) -> HttpResponse:
    headers = {"Content-Length": str(len(body))}
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


urlpatterns = [path("post", post), path("list", listed)]
_http = get_asgi_application()


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Serve HTTP by Django; on a websocket say what was said."""
    if scope["type"] != "websocket":
        await _http(scope, receive, send)  # type: ignore[arg-type] # any mapping is as good as a dict
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})
