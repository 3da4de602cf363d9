"""The consumer of the tutorials: one group a conversation."""

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from tests.benchmarks.textbook.models import Message


class ChatConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc] # Channels has no types
    """Stores what it hears, answers with an ack, tells the group."""

    async def connect(self) -> None:
        """Join the conversation."""
        said = self.scope["url_route"]["kwargs"]
        self.tenant, self.conversation, self.sender = said["tenant"], said["conversation"], said["sender"]
        self.group = f"conversation.{self.conversation}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.send_json({"type": "subscribed"})

    async def disconnect(self, code: int) -> None:
        """Leave it."""
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: dict[str, Any], **_: Any) -> None:
        """Store, ack, tell."""
        message = await self._store(content["text"])
        await self.send_json({"type": "ack", "id": content["id"], "seq": message.pk, "at": message.at.isoformat()})
        event = {"type": "chat.message", "seq": message.pk, "sender": str(self.sender), "text": message.text}
        await self.channel_layer.group_send(self.group, event)

    async def chat_message(self, event: dict[str, Any]) -> None:
        """Pass on what somebody in the group said."""
        await self.send_json({**event, "type": "event", "conversation": str(self.conversation)})

    @database_sync_to_async  # type: ignore[untyped-decorator] # Channels has no types
    def _store(self, text: str) -> Message:
        message = Message(tenant=self.tenant, conversation=self.conversation, sender=self.sender, text=text)
        message.save()
        return message
