"""Our lint rules fire on what they are for, are silent on what looks like it, and find nothing in our code."""

from dataclasses import dataclass
from pathlib import PurePosixPath

import pytest

from tests.architecture.lint.relations import content_types, foreign_key_to_shared, side_door, signal_receiver
from tests.architecture.lint.run import RULES, find_all, judge, name_of
from tests.architecture.lint.shape import clock_in_rules, drawer_name, long_file, long_function
from tests.architecture.lint.silence import silence_without_reason
from tests.architecture.lint.source import Rule, Source
from tests.architecture.lint.tenancy import (
    bare_cache,
    sql_session_switch,
    stock_on_commit,
    stock_sync_to_async,
    stock_tenant_switch,
)

ROOM = "conversations/threads/queries.py"


@dataclass(frozen=True)
class Sample:
    """A piece of code, and where it stands."""

    rule: Rule
    text: str
    path: str = ROOM


BAD = [
    Sample(stock_tenant_switch, "from django_tenants.utils import schema_context\n"),
    Sample(stock_tenant_switch, "from django_tenants.utils import tenant_context as act\n"),
    Sample(stock_tenant_switch, "connection.set_tenant(tenant)\n"),
    Sample(stock_tenant_switch, "connection.set_schema_to_public()\n"),
    Sample(stock_tenant_switch, "key = f'{connection.schema_name}:x'\n"),
    Sample(stock_tenant_switch, "who = connections['default'].tenant\n"),
    Sample(sql_session_switch, "cursor.execute('SET search_path TO x')\n"),
    Sample(sql_session_switch, "cursor.execute(f'set local role {name}')\n"),
    Sample(sql_session_switch, "cursor.execute('select set_config(%s, %s, true)')\n"),
    Sample(sql_session_switch, "cursor.execute('reset role')\n", "conversations/engine/log.py"),
    Sample(stock_on_commit, "from django.db import transaction\ntransaction.on_commit(f)\n"),
    Sample(stock_on_commit, "from django.db.transaction import on_commit\n"),
    Sample(stock_sync_to_async, "from channels.db import database_sync_to_async\n"),
    Sample(bare_cache, "from django.core.cache import cache\n"),
    Sample(signal_receiver, "from django.db.models.signals import post_save\n"),
    Sample(signal_receiver, "from django.dispatch import receiver\n"),
    Sample(content_types, "from django.contrib.contenttypes.fields import GenericForeignKey\n"),
    Sample(content_types, "APPS = ['django.contrib.contenttypes']\n", "config/settings/base.py"),
    Sample(foreign_key_to_shared, "from django.db import models\nx = models.ForeignKey('tenants.Person')\n"),
    Sample(foreign_key_to_shared, "from tenants.models import Person\nx = models.OneToOneField(to=Person)\n"),
    Sample(foreign_key_to_shared, "from django.conf import settings\nx = ForeignKey(settings.AUTH_USER_MODEL)\n"),
    Sample(side_door, "from conversations.contacts.models import Contact\n"),
    Sample(side_door, "from conversations.contacts import models\n"),
    Sample(side_door, "from conversations.channels.webchat.api import InboxView\n", "conversations/live/gate.py"),
    Sample(drawer_name, "", "conversations/utils.py"),
    Sample(drawer_name, "", "conversations/helpers/text.py"),
    Sample(drawer_name, "", "tests/common.py"),
    Sample(long_function, "def f() -> None:\n" + "    x()\n" * 60),
    Sample(long_file, "x = 1\n" * 401),
    Sample(clock_in_rules, "from django.utils import timezone\nx = timezone.now()\n", "conversations/desk/rules.py"),
    Sample(clock_in_rules, "from datetime import datetime\nx = datetime.now\n", "conversations/desk/rules/sla.py"),
    Sample(clock_in_rules, "import time\nx = time.time()\n", "conversations/desk/rules.py"),
    Sample(silence_without_reason, "x = 1  # noqa\n"),
    Sample(silence_without_reason, "x = 1  # noqa: S608\n"),
    Sample(silence_without_reason, "x = 1  # type: ignore[attr-defined]\n"),
    Sample(silence_without_reason, "x = 1  # type: ignore[attr-defined] - stubs lack it\n"),
    Sample(silence_without_reason, "# ruff: noqa\n"),
]

GOOD = [
    Sample(stock_tenant_switch, "from tenants.context import tenant_context\n"),
    Sample(stock_tenant_switch, "x = tenant.schema_name\ny = request.tenant\n"),
    Sample(stock_tenant_switch, "connection.set_schema(x)\n", "tenants/database/base.py"),
    Sample(sql_session_switch, '"""Says what search_path is."""\ncursor.execute("select role from t")\n'),
    Sample(sql_session_switch, "cursor.execute('set local role x')\n", "conversations/engine/lane.py"),
    Sample(stock_on_commit, "from tenants.context import on_commit\non_commit(f)\n"),
    Sample(stock_on_commit, "from django.db import transaction\ntransaction.atomic()\n"),
    Sample(stock_sync_to_async, "from channels.routing import URLRouter\n"),
    Sample(bare_cache, "from django.core.cache import cache\n", "tenants/cache.py"),
    Sample(bare_cache, "from functools import cache\n"),
    Sample(signal_receiver, "from signal import SIGTERM\n"),
    Sample(content_types, "content_type = 'text/plain'\n"),
    Sample(foreign_key_to_shared, "from django.db import models\nx = models.ForeignKey('conversations.Contact')\n"),
    Sample(foreign_key_to_shared, "x = models.ForeignKey('tenants.Tenant')\n", "tenants/models.py"),
    Sample(side_door, "from conversations.contacts.queries import find_contact\n"),
    Sample(side_door, "from conversations.threads.models import ConversationRow\n"),
    Sample(side_door, "from conversations.contacts.models import Contact\n", "conversations/threads/models.py"),
    Sample(side_door, "from conversations.engine.projections import Projection\n"),
    Sample(drawer_name, "", "tenants/database/base.py"),
    Sample(drawer_name, "", "conversations/desk/queues.py"),
    Sample(long_function, "def f() -> None:\n" + "    x()\n" * 59),
    Sample(long_file, "x = 1\n" * 400),
    Sample(clock_in_rules, "import time\nx = time.time()\n", "conversations/desk/commands.py"),
    Sample(clock_in_rules, "def due(*, now): return now + timedelta(hours=1)\n", "conversations/desk/rules.py"),
    Sample(silence_without_reason, "x = 1  # noqa: S608 - the name is quoted\n"),
    Sample(silence_without_reason, "x = 1  # type: ignore[attr-defined]  # stubs lack it\n"),
    Sample(silence_without_reason, "x = '# noqa'  # a comment\n"),
]


def _found(sample: Sample) -> list[str]:
    source = Source(path=PurePosixPath(sample.path), text=sample.text)
    return judge(source=source, rules=[sample.rule])


@pytest.mark.parametrize("sample", BAD, ids=lambda sample: sample.rule.__name__)
def test_rule_fires(sample: Sample) -> None:
    assert _found(sample)


@pytest.mark.parametrize("sample", GOOD, ids=lambda sample: sample.rule.__name__)
def test_rule_is_silent(sample: Sample) -> None:
    assert _found(sample) == []


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_every_rule_is_tried_and_says_why(rule: Rule) -> None:
    assert rule.__doc__
    assert rule in {sample.rule for sample in BAD}
    assert rule in {sample.rule for sample in GOOD}


def test_our_code_is_clean() -> None:
    assert find_all() == []
