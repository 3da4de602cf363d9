"""What the README tells the owners of sites, done as it says."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.apps.webchat.conftest import come
from tests.shop import Shop
from tests.site import Site

README = (Path(__file__).resolve().parents[3] / "README.md").read_text(encoding="utf-8")


def test_the_example_lets_a_customer_in(
    shop: Shop, site: Site, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = [
        block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "def identity_token" in block
    ]
    monkeypatch.setenv("YUNKE_INBOX", shop.inbox)
    monkeypatch.setenv("YUNKE_IDENTITY_SECRET", site.secret)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - our own README
    customer = SimpleNamespace(id=17, name="李雷", email="lei@example.com", email_is_verified=True, phone=None)
    met = come(browser, shop.inbox, identity=names["identity_token"](customer))
    assert met.status_code == 201
    assert met.json()["contact"]["name"] == "李雷"
