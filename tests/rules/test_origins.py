"""The sites that may embed an inbox, as they stand in a header."""

import pytest

from conversations.definitions.inbox.body import check_origins
from tenants.policy import for_frame
from tenants.refusals import Invalid


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://例え.jp", "https://xn--r8jz45g.jp"),
        ("https://*.例え.jp:8443", "https://*.xn--r8jz45g.jp:8443"),
        ("https://Bücher.example/", "https://xn--bcher-kva.example"),
        ("http://*.example.com", "http://*.example.com"),
    ],
)
def test_hosts_are_kept_as_browsers_say_them(given: str, kept: str) -> None:
    origins = check_origins(origins=(given,))
    assert origins == (kept,)
    assert for_frame(origins=origins).isascii()


@pytest.mark.parametrize("given", ["https://a..b", "https://" + "x" * 64 + ".example", "https://²\u2024.example;x"])
def test_hosts_that_cannot_be(given: str) -> None:
    with pytest.raises(Invalid):
        check_origins(origins=(given,))
