"""What processes tell each other, overheard: each text of a company travels under that company's name alone."""

import asyncio
from typing import Self

import msgspec
import psycopg
from django.conf import settings

from conversations.engine.hints import Whisper, decode_hint
from tests.architecture.probe.checks import Leak
from tests.architecture.probe.mirror.company import Company


class Overheard:
    """Listens on the bus like another process."""

    def __init__(self) -> None:
        self._payloads: list[str] = []

    async def __aenter__(self) -> Self:
        self._ear = await psycopg.AsyncConnection.connect(settings.YUNKE_DATABASE_DSN, autocommit=True)
        await self._ear.execute("LISTEN yunke")
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._ear.close()

    async def _listen(self) -> None:
        async for notification in self._ear.notifies():
            self._payloads.append(notification.payload)

    def check(self, *companies: Company) -> None:
        """Raise Leak for a text of one company under another's name, and for content; there must have been some."""
        for payload in self._payloads:
            signal = decode_hint(payload)
            if signal is None:
                raise Leak(f"the bus carries what is no signal: {payload}")
            schema = msgspec.to_builtins(signal).get("schema", "")
            for company in companies:
                if company.mark in payload and schema != company.tenant.schema:
                    raise Leak(f"the bus carries under {schema}: {payload}")
            if any(word in payload for word in ("speaks", "whispers")):
                raise Leak(f"the bus carries content: {payload}")
        if not any(isinstance(decode_hint(payload), Whisper) for payload in self._payloads):
            raise Leak("nobody was overheard")
