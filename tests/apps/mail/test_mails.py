"""Mails are queued with what they tell of, and sent to a real server, each once unless a process dies in between."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import transaction
from django.template import engines
from django.template.loaders.locmem import Loader

from tenants.context import platform_context
from tenants.mail import sending
from tenants.mail.models import Mail
from tenants.mail.queueing import queue_mail
from tenants.mail.sending import PAUSES, forget_sent, send_due
from tests.serving import free_port

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "Hello {{ name }}\n\nOpen {{ link }}\n"


class Postbox:
    """Takes mails; answers `reply` to each."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.reply = "250 ok"
        self.taken = threading.Lock()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        with self.taken:
            self.mails.append(envelope.original_content or b"")
        return self.reply


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Postbox]:
    box = Postbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "EMAIL_PORT", port)
    with platform_context():
        Mail.objects.all().delete()
    yield box
    controller.stop()


@pytest.fixture(autouse=True)
def _template(monkeypatch: pytest.MonkeyPatch) -> None:
    engine: Any = engines["django"]
    loader = Loader(engine.engine, {"mail/trial.txt": TEXT})
    monkeypatch.setattr(engine.engine, "template_loaders", [loader])


def queue(to: str = "ada@example.com") -> UUID:
    with platform_context(), transaction.atomic():
        context = {"name": "Ada\nBcc: x@example.com", "link": "https://a.example/#t0ken"}
        return queue_mail(to=to, template="trial", context=context, language="en", now=NOW)


def stored(mail: UUID) -> Mail:
    with platform_context():
        return Mail.objects.get(id=mail)


def test_a_mail_arrives_once(postbox: Postbox) -> None:
    mail = queue()
    assert "t0ken" not in stored(mail).body
    assert send_due(now=NOW) == 1
    assert send_due(now=NOW) == 0
    (raw,) = postbox.mails
    assert b"https://a.example/#t0ken" in raw
    assert f"Message-ID: <{mail}@".encode() in raw
    assert b"\nBcc:" not in raw.partition(b"\r\n\r\n")[0], "no line of a name becomes a header"
    assert (stored(mail).body, stored(mail).sent_at) == ("", NOW)


def test_what_is_rolled_back_is_not_sent(postbox: Postbox) -> None:
    with platform_context(), transaction.atomic():
        queue_mail(to="a@example.com", template="trial", context={}, language="en", now=NOW)
        transaction.set_rollback(True)
    assert send_due(now=NOW) == 0


def test_a_refusal_is_tried_again_later_and_given_up_in_the_end(postbox: Postbox) -> None:
    mail = queue()
    postbox.reply = "451 later"
    at = NOW
    for pause in PAUSES:
        assert send_due(now=at) == 0
        assert send_due(now=at) == 0, "not before the pause is over"
        at += pause
    assert len(postbox.mails) == len(PAUSES)
    send_due(now=at)
    assert (stored(mail).next_at, stored(mail).body, bool(stored(mail).error)) == (None, "", True)


def test_one_that_cannot_be_sent_stops_no_other(postbox: Postbox) -> None:
    bad, good = queue("bad\u00e9@exa mple"), queue()
    assert send_due(now=NOW) == 1
    assert stored(good).sent_at == NOW
    assert stored(bad).sent_at is None


def test_two_senders_send_each_once(postbox: Postbox) -> None:
    for _ in range(10):
        queue()
    threads = [threading.Thread(target=_send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(postbox.mails) == 10


def _send() -> None:
    from django.db import connection  # noqa: PLC0415 - this thread's own

    try:
        send_due(now=NOW)
    finally:
        connection.close()


def test_a_sender_that_dies_after_the_server_took_it_sends_the_same_mail_again(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_finish", die)
        with pytest.raises(KeyboardInterrupt):
            send_due(now=NOW)
    assert send_due(now=NOW) == 1
    first, second = postbox.mails
    assert _id(first) == _id(second)


def _id(raw: bytes) -> str:
    from email import message_from_bytes, policy  # noqa: PLC0415 - for this alone

    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return str(message["Message-ID"])


def test_old_mails_are_forgotten(postbox: Postbox) -> None:
    mail = queue()
    forget_sent(now=NOW + timedelta(days=40))
    assert stored(mail).next_at is not None, "what is not sent yet stays"
    send_due(now=NOW)
    forget_sent(now=NOW + timedelta(days=40))
    with platform_context():
        assert not Mail.objects.filter(id=mail).exists()
