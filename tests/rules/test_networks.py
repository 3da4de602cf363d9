"""Which addresses may be called from here."""

from ipaddress import ip_address

import pytest

from tenants.networks import is_global

INSIDE = [
    "0.0.0.1",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.0.9",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001:db8::1",
    "2001::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "4000::1",
    "5f00::1",
    "3fff::1",
    "::ffff:0:7f00:1",
    "fec0::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "ff02::1",
]
OUTSIDE = ["1.1.1.1", "8.8.8.8", "151.101.1.69", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("text", INSIDE)
def test_what_is_not_of_the_public_internet(text: str) -> None:
    assert not is_global(address=ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE)
def test_what_is(text: str) -> None:
    assert is_global(address=ip_address(text))
