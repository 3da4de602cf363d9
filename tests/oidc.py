"""A small real OpenID Connect provider over HTTP on loopback: own keys, codes that work once, PKCE; it can do wrong."""

import base64
import hashlib
import json
import secrets
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT: Final = "yunke-client"
SECRET: Final = "a secret: between us/two"


@dataclass
class Key:
    """A key that signs."""

    algorithm: str
    id: str = field(default_factory=lambda: secrets.token_hex(4))
    private: Any = None

    def __post_init__(self) -> None:
        if self.algorithm == "ES256":
            self.private = ec.generate_private_key(ec.SECP256R1())
        else:
            self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def published(self) -> dict[str, Any]:
        kind = ECAlgorithm if self.algorithm == "ES256" else RSAAlgorithm
        said: dict[str, Any] = kind.to_jwk(self.private.public_key(), as_dict=True)
        return {**said, "kid": self.id, "use": "sig", "alg": self.algorithm}


@dataclass
class Asked:
    """What a code stands for."""

    query: dict[str, str]
    claims: dict[str, Any]


class Provider:
    """What it says can be changed at every step: `claims` of who signs in, `token` made of them, `answers` by path."""

    def __init__(self, *, algorithm: str = "RS256") -> None:
        self.keys = [Key(algorithm)]
        self.who: dict[str, Any] = {}
        self.more: dict[str, Any] = {}  # of the discovery document
        self.back: dict[str, str] = {}  # of the redirect
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.answers: dict[str, Callable[[], tuple[int, bytes]]] = {}
        self.calls: list[str] = []
        self._codes: dict[str, Asked] = {}
        self.issuer = ""

    def approve(self, url: str) -> str:
        """Go where the browser is sent, as the person whom `who` describes; answer where it is sent back to."""
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(url) as answer:
            return str(answer.headers["Location"])

    def answer(self, method: str, path: str, body: str, headers: Any) -> tuple[int, bytes, dict[str, str]]:
        parts = urlsplit(path)
        self.calls.append(f"{method} {parts.path}")
        if parts.path in self.answers:
            status, said = self.answers[parts.path]()
            return status, said, {}
        match parts.path:
            case "/.well-known/openid-configuration":
                return self._json(self._discovery())
            case "/jwks":
                return self._json(
                    {"keys": [{"kty": "oct", "kid": "x", "k": "AAAA"}, *(k.published for k in self.keys)]}
                )
            case "/authorize":
                return self._authorize({name: given[0] for name, given in parse_qs(parts.query).items()})
            case "/token":
                return self._token({name: given[0] for name, given in parse_qs(body).items()}, headers)
        return 404, b"", {}

    def _discovery(self) -> dict[str, Any]:
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        places = {name: f"{self.issuer}/{path}" for name, path in paths.items()}
        return {"issuer": self.issuer, **places, "authorization_response_iss_parameter_supported": True, **self.more}

    def _authorize(self, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert set(query["scope"].split()) >= {"openid", "email"}
        code, now = secrets.token_urlsafe(16), int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": query["nonce"]}
        self._codes[code] = Asked(query, {**said, **self.who})
        back = {"code": code, "state": query["state"], "iss": self.issuer, **self.back}
        return 302, b"", {"Location": f"{query['redirect_uri']}?{urlencode(back)}"}

    def _token(self, form: dict[str, str], headers: Any) -> tuple[int, bytes, dict[str, str]]:
        pair = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
        asked = self._codes.pop(form["code"], None)
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        right = asked is not None and [unquote(part) for part in pair.split(":")] == [CLIENT, SECRET]
        if asked is None or not right or asked.query["code_challenge"] != digest:
            return self._json({"error": "invalid_grant"}, 400)
        if asked.query["redirect_uri"] != form["redirect_uri"]:
            return self._json({"error": "invalid_grant"}, 400)
        return self._json({"access_token": "x", "token_type": "Bearer", "id_token": self.sign(asked.claims)})

    def signed(self, claims: dict[str, Any], *, key: Key | None = None) -> str:
        """Answer a token of these claims, by the newest key or another one."""
        key = key or self.keys[-1]
        return jwt.encode(claims, key.private, algorithm=key.algorithm, headers={"kid": key.id})

    @staticmethod
    def _json(said: object, status: int = 200) -> tuple[int, bytes, dict[str, str]]:
        return status, json.dumps(said).encode(), {"Content-Type": "application/json"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        return fp


@contextmanager
def providing(*, algorithm: str = "RS256") -> Iterator[Provider]:
    """Serve until the block ends."""
    provider = Provider(algorithm=algorithm)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, body: str) -> None:
            status, said, headers = provider.answer(self.command, self.path, body, self.headers)
            try:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(said)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)
            except OSError:
                pass  # whoever asked did not wait

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
