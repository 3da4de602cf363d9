"""What only the source shows: what is signed, sealed, drawn, kept in sessions or for callers, remembered by a process.

config/embedded is left out: it is what `./dev` starts, and no request reaches it.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

from tests.architecture.lint.source import Source
from tests.architecture.probe.classes import Found

ROOT: Final = Path(__file__).resolve().parents[4]
OURS: Final = ("config", "tenants", "conversations", "integrations", "billing")
SIGNERS: Final = (
    *(f"django.core.signing.{name}" for name in ("dumps", "loads", "Signer", "TimestampSigner", "get_cookie_signer")),
    "django.utils.crypto.salted_hmac",
    "django.contrib.auth.tokens.PasswordResetTokenGenerator",
    *("hmac.new", "hmac.digest", "hmac.HMAC", "jwt.encode", "jwt.decode", "cryptography.fernet.Fernet"),
    *(f"cryptography.hazmat.primitives.ciphers.aead.{name}" for name in ("AESGCM", "AESSIV", "ChaCha20Poly1305")),
)
SEALERS: Final = tuple(f"tenants.secrets.{name}" for name in ("seal", "seal_alike", "sign"))
DRAWERS: Final = (
    *(f"secrets.{name}" for name in ("token_urlsafe", "token_hex", "token_bytes", "choice", "randbelow", "randbits")),
    *("secrets.SystemRandom", "random.SystemRandom", "uuid.uuid4"),
    "django.utils.crypto.get_random_string",
    "os.urandom",
)
KEEPERS: Final = ("update", "setdefault")
MEMORIES: Final = ("functools.cache", "functools.lru_cache")
CHANNELS: Final = re.compile(r"pg_notify\('(\w+)'|\b(?:LISTEN|NOTIFY) (\w+)")
ANSWERS: Final = "conversations.access.answers"
MIDDLEWARE: Final = "config.idempotency"


@dataclass(frozen=True)
class Module:
    """One of our modules."""

    name: str
    source: Source

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Answer every call with the dotted name of the function or class that it stands in."""
        yield from _calls(self.source.tree, self.name)


def _calls(node: ast.AST, where: str) -> Iterator[tuple[str, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield where, child
        place = where
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            place = f"{where}.{child.name}"
        yield from _calls(child, place)


@cache
def find_modules() -> tuple[Module, ...]:
    """Answer all of our modules but migrations and what `./dev` starts."""
    paths = [path.relative_to(ROOT) for app in OURS for path in sorted((ROOT / app).rglob("*.py"))]
    kept = [path for path in paths if "migrations" not in path.parts and path.parts[:2] != ("config", "embedded")]
    return tuple(
        Module(
            ".".join(path.with_suffix("").parts).removesuffix(".__init__"),
            Source(path=PurePosixPath(path.as_posix()), text=(ROOT / path).read_text(encoding="utf-8")),
        )
        for path in kept
    )


def find() -> Iterator[Found]:
    """Answer each once."""
    for module in find_modules():
        yield from find_credentials(module)
        yield from (_found(f"memory {name}") for name in _memories(module))
        for _, text in module.source.strings():
            yield from (_found(f"channel {a or b}") for a, b in CHANNELS.findall(text))
        if module.name in {ANSWERS, MIDDLEWARE}:
            yield from (_found(f"kept {name}") for name in _keepers(module))


def find_credentials(module: Module) -> Iterator[Found]:
    """Answer what a module signs, seals, draws and keeps in sessions: what somebody may show to be let in."""
    for where, call in module.calls():
        name = module.source.resolve(call.func)
        if name in SIGNERS:
            yield _credential(_signature(module, where, call))
        elif name in SEALERS:
            yield _credential(_purpose(module, where, call))
        elif name in DRAWERS:
            yield _credential(f"secret {where}")
        elif isinstance(call.func, ast.Attribute) and call.func.attr in KEEPERS and _is_session(call.func.value):
            yield _credential(f"session in {where}")
    for node in ast.walk(module.source.tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _is_session(node.value):
            yield _credential(f"session {_text(module, node.slice) or f'in {module.name}'}")


def _is_session(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name == "session"


def names_at_top(module: Module) -> list[str]:
    """Answer the names that a module assigns."""
    return [target.id for target, _ in _assigned(module)]


def _assigned(module: Module) -> Iterator[tuple[ast.Name, ast.expr | None]]:
    for node in module.source.tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                yield target, node.value


def _constants(module: Module) -> dict[str, str]:
    """Answer the texts that a module's names at the top stand for."""
    return {
        target.id: value.value
        for target, value in _assigned(module)
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


@cache
def _all_constants() -> dict[str, str]:
    """Answer all of them by their dotted names."""
    return {f"{module.name}.{name}": text for module in find_modules() for name, text in _constants(module).items()}


def _text(module: Module, node: ast.expr | None) -> str | None:
    """Answer the text that an expression says, itself or by a constant of this module or of another one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    name = module.source.resolve(node) if node is not None else ""
    return _all_constants().get(name) or _constants(module).get(name)


def _signature(module: Module, where: str, call: ast.Call) -> str:
    """Answer `salt <text>` where the salt is a constant, else `signature <place>`."""
    for given in (keyword.value for keyword in call.keywords if keyword.arg in {"salt", "key_salt"}):
        text = _text(module, given)
        if text is not None:
            return f"salt {text}"
    return f"signature {where}"


def _purpose(module: Module, where: str, call: ast.Call) -> str:
    """Answer `sealed <purpose>` where the purpose is a constant, else `sealed in <place>`."""
    text = next((_text(module, keyword.value) for keyword in call.keywords if keyword.arg == "purpose"), None)
    return f"sealed {text}" if text is not None else f"sealed in {where}"


def _memories(module: Module) -> Iterator[str]:
    """Answer what a module remembers as long as the process lives: cached functions, and what is not constant."""
    for node in ast.walk(module.source.tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                plain = decorator.func if isinstance(decorator, ast.Call) else decorator
                if module.source.resolve(plain) in MEMORIES:
                    yield f"{module.name}.{node.name}"
    for target, value in _assigned(module):
        grows = isinstance(value, ast.Dict | ast.List | ast.Set) and not _size(value)
        if (grows or (isinstance(value, ast.Call) and _is_ours(module, value))) and module.name[-6:] != ".ports":
            yield f"{module.name}.{target.id}"


def _size(value: ast.Dict | ast.List | ast.Set) -> int:
    return len(value.keys if isinstance(value, ast.Dict) else value.elts)


def _is_ours(module: Module, call: ast.Call) -> bool:
    """Whether something of ours that remembers is made: a class with a dictionary or list of its own."""
    return module.source.resolve(call.func).rpartition(".")[2] in _rememberers()


@cache
def _rememberers() -> frozenset[str]:
    found: set[str] = {"dict", "set", "list", "deque", "OrderedDict", "defaultdict", "WeakValueDictionary"}
    for module in find_modules():
        for node in ast.walk(module.source.tree):
            if isinstance(node, ast.ClassDef):
                inner = [n for n in ast.walk(node) if isinstance(n, ast.AnnAssign | ast.Assign)]
                if any(isinstance(n.value, ast.Dict | ast.List) and not _size(n.value) for n in inner):
                    found.add(node.name)
    return frozenset(found)


def _keepers(module: Module) -> Iterator[str]:
    """Answer the ways in which answers are kept, and the callers for whom."""
    for node in ast.walk(module.source.tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("run_") and module.name == ANSWERS:
            yield node.name
        if isinstance(node, ast.MatchClass) and module.name == MIDDLEWARE:
            yield f"for {module.source.resolve(node.cls).rpartition('.')[2]}"


def _credential(name: str) -> Found:
    line = f'opens("{name}", Bound...., "what it is", "kind of shown/"), or opens_nothing("{name}", Bound...., "why"),'
    return Found(name=name, file="secrets.py", line=line)


def _found(name: str) -> Found:
    return Found(name=name, file="inside.py", line=f'within("{name}", Bound...., "what it is, and what binds it"),')
