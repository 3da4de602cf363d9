"""The textbook's application, and `python -m tests.benchmarks.textbook.asgi` makes its table."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.textbook.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

_http = get_asgi_application()

from django.db import connection
from django.urls import path

from tests.benchmarks.textbook.consumers import ChatConsumer
from tests.benchmarks.textbook.models import Message

_chat = ChatConsumer.as_asgi()
application = ProtocolTypeRouter(
    {
        "http": _http,
        "websocket": URLRouter([path("chat/<int:tenant>/<uuid:conversation>/<uuid:sender>", _chat)]),
    }
)

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Message)
