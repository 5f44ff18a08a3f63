"""A small OpenID Connect provider: its documents, its token endpoint, and tokens as right or wrong as a test wants."""

import json
import threading
import time
import urllib.parse
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "endpoint", "a secret of the client"


def new_key() -> rsa.RSAPrivateKey:
    """A key that signs."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Listens at `issuer` until `close`. `asked` is what the last question said, `tokens` what a code is worth."""

    def __init__(self) -> None:
        self.key, self.tokens, self.asked = new_key(), {}, {}  # type: ignore[var-annotated]
        self.silent, self.exchanged = False, []  # type: ignore[var-annotated]
        provider = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                places = {"/.well-known/openid-configuration": provider.document, "/keys": provider.keys}
                self._say(places[self.path]())

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._say(provider.token(self.headers.get("Authorization", ""), dict(urllib.parse.parse_qsl(sent))))

            def _say(self, words: Any) -> None:
                self.send_response(503 if provider.silent or words is None else 200)
                self.end_headers()
                self.wfile.write(json.dumps(words).encode())

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Listens no more."""
        self.server.shutdown()
        self.server.server_close()

    def document(self) -> dict[str, Any]:
        """OpenID Connect Discovery."""
        return {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys"}  # fmt: skip

    def keys(self) -> dict[str, Any]:
        """The public key."""
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def question(self, address: str) -> dict[str, str]:
        """What a browser was led here with."""
        assert address.startswith(f"{self.issuer}/authorize?")
        self.asked = dict(urllib.parse.parse_qsl(address.partition("?")[2]))
        return self.asked

    def answer(self, key: Any = None, algorithm: str = "RS256", **other: Any) -> str:
        """Where the browser is led back to; other: claims that are another than right (None: left out)."""
        now = int(time.time())
        right = {"iss": self.issuer, "sub": "4711", "aud": CLIENT, "exp": now + 300, "iat": now, "auth_time": now,
                 "nonce": self.asked["nonce"], "email": "ada@hospital.example", "email_verified": True}  # fmt: skip
        claims = {name: value for name, value in (right | other).items() if value is not None}
        code = f"code {len(self.tokens)}"
        self.tokens[code] = (self.asked["code_challenge"], jwt.encode(
            claims, "" if algorithm == "none" else key or self.key, algorithm, headers={"kid": "one"}))
        back = urllib.parse.urlencode({"code": code, "state": self.asked["state"]})
        return f"{self.asked['redirect_uri'].removeprefix('http://testserver')}?{back}"

    def token(self, authorization: str, sent: dict[str, str]) -> dict[str, str] | None:
        """The token of a code, once, to our client that shows the verifier; else nothing."""
        challenge, token = self.tokens.pop(sent["code"])
        shown = urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()).decode().rstrip("=")
        expected = b64encode(f"{CLIENT}:{urllib.parse.quote_plus(SECRET)}".encode()).decode()
        if authorization != f"Basic {expected}" or shown != challenge:
            return None
        return {"id_token": token, "token_type": "Bearer", "access_token": "not used"}
