"""One file to be judged: its place in the repository, its syntax tree, and names resolved through its imports."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeAlias

Found: TypeAlias = tuple[int, str]


@dataclass(frozen=True)
class Source:
    """A Python file. `path` is relative to the repository, so that rules can make exceptions by place."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text, filename=str(self.path))

    @cached_property
    def imports(self) -> dict[str, str]:
        """Local name -> the full dotted name that it was imported from."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
            elif isinstance(node, ast.Import):
                found.update({alias.asname: alias.name for alias in node.names if alias.asname})
        return found

    @property
    def is_test(self) -> bool:
        """Whether it belongs to the tests, which may reach inside to break things on purpose."""
        return self.path.parts[0] == "tests"

    def is_under(self, *places: str) -> bool:
        """Whether its path begins with one of `places`, a folder or a file name (or the beginning of one)."""
        return str(self.path).startswith(places)

    def imported(self) -> Iterator[Found]:
        """Every imported dotted name, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)

    def used(self) -> Iterator[Found]:
        """Every name or attribute chain that is used, resolved through the imports, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name | ast.Attribute):
                dotted = self.resolve(node)
                if dotted:
                    yield node.lineno, dotted

    def resolve(self, node: ast.expr) -> str:
        """Answer the full dotted name of `a.b.c`, "" for any other expression."""
        if isinstance(node, ast.Name):
            return self.imports.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.resolve(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""

    def strings(self) -> Iterator[Found]:
        """Every string that is not a docstring (parts of f-strings too), with its line."""
        docstrings = set(self._docstrings())
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield node.lineno, node.value

    def _docstrings(self) -> Iterator[int]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                yield id(node.value)


Rule: TypeAlias = Callable[[Source], Iterator[Found]]
