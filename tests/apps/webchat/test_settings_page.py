"""The settings page of inboxes: secrets are made, shown once and retired by plain forms."""

import re

from django.test import Client

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
