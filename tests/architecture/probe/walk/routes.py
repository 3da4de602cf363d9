"""Every method of every route of both kinds of hosts, with the ids that it takes as far as its shapes tell."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from tenants.describing import find_described
from tests.architecture.probe.classes import Found

METHODS: Final = ("get", "post", "put", "patch", "delete")
# Words that name something, whatever their type: an id need not be a UUID.
_NAMING: Final = """
    assignee contact conversation cursor definition domain email group id inbox invitation key member membership message
    person role session slug team tenant ticket token
"""
NAMING: Final = frozenset(_NAMING.split())


def find() -> Iterator[Found]:
    """Answer each as `<host> <METHOD> /path/{parameter}`."""
    for host, urlconf in (("tenant", settings.YUNKE_TENANT_URLCONF), ("platform", settings.ROOT_URLCONF)):
        for route, view in patterns(get_resolver(urlconf).url_patterns):
            path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
            for method in methods_of(view):
                yield _found(host, method, path, view)


def patterns(found: "list[URLPattern | URLResolver]", prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Answer every route with its view."""
    for pattern in found:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def methods_of(view: Any) -> list[str]:
    """Answer the methods that a view serves, HEAD and OPTIONS aside; ANY for a view that takes whatever comes."""
    shape = getattr(view, "cls", None)
    if shape is not None:
        return [method.upper() for method in METHODS if hasattr(shape, method)]
    while view is not None:
        code, cells = getattr(view, "__code__", None), getattr(view, "__closure__", None) or ()
        for name, cell in zip(code.co_freevars if code else (), cells, strict=True):
            if name == "request_method_list":
                return [method for method in cell.cell_contents if method not in {"HEAD", "OPTIONS"}]
        view = getattr(view, "__wrapped__", None)
    return ["ANY"]


def _found(host: str, method: str, path: str, view: Any) -> Found:
    ids = frozenset(re.findall(r"\{(\w+)\}", path)) | frozenset(_named(getattr(view, "cls", None), method))
    is_api = hasattr(view, "cls")
    where = "" if host == "tenant" else f', host="{host}"'
    said = "".join(f", {name.replace('?', '_')}=Id...." for name in sorted(ids) if "." not in name)
    line = f'{"api" if is_api else "page"}("{method} {path}", WHO...{where}{said}),'
    return Found(name=f"{host} {method} {path}", file="api.py" if is_api else "pages.py", line=line, ids=ids)


def _named(shape: "type[APIView] | None", method: str) -> Iterator[str]:
    """Answer the fields of body and query that are ids by their type or their name."""
    said = find_described(method=getattr(shape, method.lower(), print)) if shape else None
    for struct, sign in ((said.body, ""), (said.query, "?")) if said else ():
        if struct is not None:
            yield from (f"{sign}{name}" for name in naming_fields(struct))


def naming_fields(struct: Any) -> list[str]:
    """Answer the fields of a struct, or of several that are told apart by their type, that name something."""
    info: Any = msgspec.inspect.type_info(struct)
    fields = {f.encode_name: f for one in getattr(info, "types", (info,)) for f in one.fields}
    return [name for name, f in fields.items() if name in NAMING or "UUIDType" in repr(f.type)]
