"""The settings page of inboxes: secrets are made, shown once and retired by plain forms."""

import re

import pytest
from django.test import Client
from msgspec import UNSET

from conversations.definitions.commands import publish
from conversations.definitions.inbox.queries import get_inbox
from tenants.context import tenant_context
from tests.rows import NOW
from tests.shop import Shop

PAGE = "/settings/inboxes"


def test_a_secret_from_making_to_retiring(shop: Shop, admin: Client) -> None:
    made = admin.post(PAGE, {"key": shop.inbox, "make": "1"})
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    (secret,) = re.findall(r'<code class="code"[^>]*>([\w-]{64})</code>', made.content.decode())
    page = admin.get(PAGE).content.decode()
    assert secret not in page
    assert f"Secret …{secret[-4:]}" in page
    assert admin.post(PAGE, {"key": shop.inbox, "make": "1"}).status_code == 200
    full = admin.get(PAGE).content.decode()
    assert 'name="make"' not in full
    refused = admin.post(PAGE, {"key": shop.inbox, "make": "1"}, headers={"accept-language": "zh"})
    assert refused.status_code == 409
    assert "已有两个有效密钥" in refused.content.decode()
    ids = re.findall(r'name="retire" value="([^"]+)"', full)
    for id_ in ids:
        assert admin.post(PAGE, {"key": shop.inbox, "retire": id_}).status_code == 302
    assert 'name="retire"' not in admin.get(PAGE).content.decode()
    assert admin.post(PAGE, {"key": shop.inbox, "retire": ids[0]}).status_code == 404
    assert admin.post(PAGE, {"key": shop.inbox, "retire": "x"}).status_code == 404
    assert admin.post(PAGE, {"key": "unknown", "make": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("said", "english", "chinese"),
    [
        ({"name": " "}, "Enter a name of at most 100 characters.", "请输入名称，最多 100 个字符。"),
        ({"name": "a\0b"}, "The body holds characters that cannot be kept.", "内容中有无法保存的字符。"),
        ({"color": "red"}, "Choose a colour.", "请选择颜色。"),
        ({"greeting_zh": "好" * 501}, "A greeting has at most 500 characters.", "问候语最多 500 个字符。"),
        ({"origins": "https://a.example a&b"}, "“a&amp;b” is not the address of a site", "“a&amp;b”不是网站地址"),
        ({"origins": "*\n" * 51}, "At most 50 sites may show it.", "最多可在 50 个网站上显示。"),
    ],
)
def test_what_is_wrong_is_said_in_the_readers_language(
    shop: Shop, admin: Client, said: dict[str, str], english: str, chinese: str
) -> None:
    form = {"key": shop.inbox, "name": "Site", "color": "#112233", **said}
    for language, sentence in (("en", english), ("zh", chinese)):
        answer = admin.post(PAGE, form, headers={"accept-language": language})
        assert answer.status_code == 422
        found = re.findall(r'<p class="error" role="alert">(.*?)</p>', answer.content.decode())
        assert len(found) == 1
        assert found[0].startswith(sentence)


def test_an_inbox_is_given_its_queue_and_its_hours(shop: Shop, admin: Client) -> None:
    with tenant_context(shop.tenant):
        publish(kind="queue", key="help", body={"name": "Help people"}, now=NOW)
        publish(kind="calendar", key="week", body={"name": "All week", "time_zone": "UTC"}, now=NOW)
    form = {"key": shop.inbox, "name": "Site", "color": "#112233"}
    page = admin.get(PAGE).content.decode()
    assert '<option value="help">Help people</option>' in page
    assert admin.post(PAGE, {**form, "queue": "help", "calendar": "week"}).status_code == 302
    assert '<option value="help" selected>' in admin.get(PAGE).content.decode()
    assert admin.post(PAGE, {**form, "queue": "gone"}).status_code == 422
    with tenant_context(shop.tenant):
        assert get_inbox(key=shop.inbox).body.queue == "help"
    assert admin.post(PAGE, {**form, "queue": "", "calendar": ""}).status_code == 302
    with tenant_context(shop.tenant):
        assert get_inbox(key=shop.inbox).body.queue is UNSET
