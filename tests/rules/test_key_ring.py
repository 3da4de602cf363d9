"""What is sealed opens for its own place under a key of the ring, and nowhere else."""

import base64
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings

from tenants.secrets import Unreadable, is_current, seal, seal_alike, unseal, unseal_alike

TENANT, ROW = UUID(int=1), UUID(int=2)
OLD = f"old:{base64.b64encode(b'o' * 32).decode()}"
NEW = f"new:{base64.b64encode(b'n' * 32).decode()}"


@pytest.fixture
def sealed() -> str:
    return seal(text="s3cret 密", purpose="x.secret", tenant=TENANT, row=ROW)


def test_it_opens_for_its_place(sealed: str) -> None:
    assert "s3cret" not in sealed
    assert unseal(sealed=sealed, purpose="x.secret", tenant=TENANT, row=ROW) == "s3cret 密"


@pytest.mark.parametrize(
    ("purpose", "tenant", "row"),
    [("y.secret", TENANT, ROW), ("x.secret", UUID(int=3), ROW), ("x.secret", None, ROW), ("x.secret", TENANT, TENANT)],
)
def test_it_opens_nowhere_else(sealed: str, purpose: str, tenant: UUID | None, row: UUID) -> None:
    with pytest.raises(Unreadable):
        unseal(sealed=sealed, purpose=purpose, tenant=tenant, row=row)


@pytest.mark.parametrize("text", ["", "x", "s1.derived", "s1.nobody.AAAA", "s2.derived.AAAA", "s1.derived.###"])
def test_nonsense_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        unseal(sealed=text, purpose="x.secret", tenant=TENANT, row=ROW)


def test_a_changed_letter_is_found(sealed: str) -> None:
    body = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(Unreadable):
        unseal(sealed=body, purpose="x.secret", tenant=TENANT, row=ROW)


def test_keys_are_rotated(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings  # noqa: PLC0415 - as the code reads it

    _use(monkeypatch, settings, OLD)
    sealed = seal(text="a", purpose="p", tenant=None, row=ROW)
    _use(monkeypatch, settings, f"{NEW},{OLD}")
    assert not is_current(sealed=sealed)
    assert unseal(sealed=sealed, purpose="p", tenant=None, row=ROW) == "a"
    assert is_current(sealed=seal(text="a", purpose="p", tenant=None, row=ROW))
    _use(monkeypatch, settings, NEW)
    with pytest.raises(Unreadable):
        unseal(sealed=sealed, purpose="p", tenant=None, row=ROW)


def _use(monkeypatch: pytest.MonkeyPatch, settings: LazySettings, ring: str) -> None:
    monkeypatch.setattr(settings, "YUNKE_KEYS", ring)


def test_what_is_sealed_alike_is_alike_and_opens_for_its_place() -> None:
    said: Any = {"purpose": "cursor x", "tenant": TENANT}
    sealed = seal_alike(text='["Zoe"]', **said)
    assert sealed == seal_alike(text='["Zoe"]', **said) != seal_alike(text='["Zoé"]', **said)
    assert unseal_alike(sealed=sealed, **said) == '["Zoe"]'
    for other in ({"purpose": "cursor y"}, {"tenant": ROW}):
        with pytest.raises(Unreadable):
            unseal_alike(sealed=sealed, **{**said, **other})


@pytest.mark.parametrize("text", ["", "x", "derived", "derived.", "nobody.AAAA", "derived.AAAA", "derived.云", "a.b.c"])
def test_nonsense_was_never_sealed_alike(text: str) -> None:
    with pytest.raises(Unreadable):
        unseal_alike(sealed=text, purpose="cursor x", tenant=TENANT)


def test_what_was_sealed_alike_opens_while_its_key_is_in_the_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings  # noqa: PLC0415 - as the code reads it

    said: Any = {"purpose": "cursor x", "tenant": TENANT}
    _use(monkeypatch, settings, OLD)
    sealed = seal_alike(text="place", **said)
    _use(monkeypatch, settings, f"{NEW},{OLD}")
    assert unseal_alike(sealed=sealed, **said) == "place"
    _use(monkeypatch, settings, NEW)
    with pytest.raises(Unreadable):
        unseal_alike(sealed=sealed, **said)
