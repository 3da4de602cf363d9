"""A partner's call whose server dies at any line is taken once, when the partner calls again."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.conf import settings

from conversations.threads.actors import of_member
from integrations.inbound.commands import make_install
from tenants.context import tenant_context
from tests.conftest import MakeMember
from tests.guarantees.calling import POINTS
from tests.serving import ROOT
from tests.shop import Shop
from tests.signing import Partner

BODY: Final = json.dumps(
    {"type": "message", "thread": "order-1", "contact": {"id": "customer-7", "name": "Lei"}, "text": "Hello"}
)
WRITTEN: Final = {"conversation.started.v1": 1, "message.posted.v1": 1, "contact.changed.v1": 1}


@pytest.mark.parametrize("point", POINTS)
def test_it_is_taken_once(database: str, shop: Shop, make_member: MakeMember, point: str) -> None:
    owner, now = of_member(member=make_member(shop.tenant, role="owner")), datetime.now(UTC)
    with tenant_context(shop.tenant):
        said: Any = {"name": "X", "scopes": ["conversations.reply"], "inbox": shop.inbox}
        row, secret = make_install(**said, by=owner, now=now)
    host, path = f"{shop.tenant.slug}.{settings.YUNKE_TENANT_DOMAIN}", f"/api/v1/inbound/{row.id}"
    command = [sys.executable, "-m", "tests.guarantees.calling", point, host, path, secret, "msg_1", BODY]
    environment = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    died = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, timeout=60)
    assert died.returncode == -9, died.stderr
    client = Partner(secret=secret, headers={"host": host})
    answers = [
        client.post(path, BODY, content_type="application/json", headers={"webhook-id": "msg_1"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].content
    assert answers[0].content == answers[1].content
    counted = Counter(event.kind for event in shop.read_all())
    assert {kind: counted[kind] for kind in WRITTEN} == WRITTEN
