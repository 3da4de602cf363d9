"""Reading installs."""

from datetime import datetime
from typing import Final
from uuid import UUID

from integrations.inbound.models import Install
from integrations.secrets import find_live, open_secrets
from tenants.paging import Page, Window, cut, turn
from tenants.refusals import NotFound

PURPOSE: Final = "inbound install"


def find_install(*, install: UUID) -> Install | None:
    """Answer one, if there is one of this id."""
    return Install.objects.filter(id=install).first()


def get_install(*, install: UUID, lock: bool = False) -> Install:
    """Answer one; raise NotFound."""
    row = (Install.objects.select_for_update() if lock else Install.objects.all()).filter(id=install).first()
    if row is None:
        raise NotFound
    return row


def get_page(*, window: Window) -> Page[Install]:
    """Answer a page of installs, the newest first."""
    rows = cut(rows=Install.objects.all(), fields=("id",), descending=True, window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.id,))


def get_live_secrets(*, install: Install, now: datetime) -> list[str]:
    """Answer by which secrets its calls are signed now; raise Unreadable where the key ring does not open them."""
    return [*find_live(opened=open_secrets(row=install, purpose=PURPOSE), row=install, now=now)]
