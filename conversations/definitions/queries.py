"""Reading definitions: what is in force."""

from conversations.definitions.models import Definition
from tenants.text import is_storable


def find_definition(*, kind: str, key: str) -> Definition | None:
    """Answer the version in force of one document. The key may come from a URL: not all text can be looked for."""
    if not is_storable(text=key):
        return None
    return Definition.objects.filter(kind=kind, key=key).order_by("-version").first()


def get_definitions(*, kind: str) -> list[Definition]:
    """Answer the version in force of every document of a kind, by key."""
    return list(Definition.objects.filter(kind=kind).order_by("key", "-version").distinct("key"))


def get_names(*, kind: str) -> dict[str, str]:
    """Answer the names of a kind's documents in force, by key; kinds without a name have none."""
    return {row.key: str(row.body.get("name", "")) for row in get_definitions(kind=kind)}
