"""Forms of sections as a browser sends them, for the tests of what they ask."""

from typing import Any

from django.http import QueryDict

from conversations.console.documents.fields import Field, find, show


def filled(fields: tuple[Field, ...], body: Any, prefix: str = "") -> list[tuple[str, str]]:
    """Answer a form as a browser sends it when nothing was touched."""
    pairs: list[tuple[str, str]] = []
    for field in fields:
        name, value = f"{prefix}{field.path}", find(body=body, path=field.path)
        if field.shape == "rows":
            for n, row in enumerate([*(value or ()), {}, {}, {}]):
                pairs += filled(field.columns, row, f"{name}.{n}.")
        elif field.shape == "boxes":
            pairs += [(name, str(one)) for one in value or ()]
        elif field.shape == "check":
            pairs += [(name, "on")] if value else []
        elif field.shape == "choice" and value is None:
            pairs += [(name, "" if field.optional or isinstance(field.options, str) else field.options[0][0])]
        else:
            shown = show(shape=field.shape, value=value)
            pairs += [(name, "" if shown is None else str(shown))]
    return pairs


def sent(pairs: list[tuple[str, str]]) -> QueryDict:
    form = QueryDict(mutable=True)
    for name, value in pairs:
        form.appendlist(name, value)
    return form
