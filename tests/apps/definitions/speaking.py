"""How tests speak with the definitions' API."""

from dataclasses import dataclass
from typing import Any, Final

from django.test import Client

BASE: Final = "/api/v1/definitions"
JSON: Final = "application/json"
INBOX: Final = "k" * 20


@dataclass(frozen=True)
class Desk:
    """Somebody's browser; a place is a kind and a key, such as calendar/office."""

    client: Client

    def get(self, place: str = "", **params: Any) -> Any:
        return self.client.get(f"{BASE}/{place}".rstrip("/"), params)

    def put(self, place: str, body: dict[str, Any], *, revision: int = 0, **more: Any) -> Any:
        said = {"body": body, "revision": revision, **more}
        return self.client.put(f"{BASE}/{place}/draft", said, content_type=JSON)

    def post(self, place: str, said: object = None) -> Any:
        return self.client.post(f"{BASE}/{place}", {} if said is None else said, content_type=JSON)

    def discard(self, place: str, query: str = "") -> Any:
        return self.client.delete(f"{BASE}/{place}/draft{query}")

    def publish(self, place: str, body: dict[str, Any]) -> dict[str, Any]:
        """Write a draft where there is none, and publish it."""
        drafted = self.put(place, body)
        assert drafted.status_code == 200, drafted.content
        published = self.post(f"{place}/publish", {"revision": drafted.json()["draft"]["revision"]})
        assert published.status_code == 200, published.content
        answer: dict[str, Any] = published.json()
        return answer

    def load(self, document: object, *, dry_run: str = "false") -> Any:
        return self.client.post(f"{BASE}/import?dry_run={dry_run}", document, content_type=JSON)


def exactly(response: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    """Answer everything that a caller sees."""
    return response.status_code, sorted(response.items()), response.content


def refused(response: Any) -> tuple[int, str]:
    """Hold a refusal to the shape of problem+json; answer status and code."""
    assert response.headers["Content-Type"] == "application/problem+json", response.content
    body = response.json()
    assert body.keys() - {"errors"} == {"type", "title", "status", "code", "detail"}
    return body["status"], body["code"]


def fields(response: Any) -> list[str]:
    """Answer which fields were refused."""
    return [error["field"] for error in response.json()["errors"]]
