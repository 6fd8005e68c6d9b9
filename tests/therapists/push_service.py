"""A push service of one's own: takes messages over HTTPS as browsers' services do, opens them as
the browser would, and answers what it is told to."""

import json
import ssl
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

import http_ece
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from py_vapid import Vapid

from tests.thread_server import ThreadServer
from therapists.core import web_push_keys

HOST = "127.0.0.1"


def written(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Browser:
    """What a browser keeps of its subscription: where it is told, and the keys to open with."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = b"sixteen bytes ok"

    @property
    def subscription(self) -> dict[str, str]:
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": self.endpoint,
            "p256dh": written(public),
            "auth": written(self.secret),
        }

    def opened(self, sealed: bytes) -> dict[str, Any]:
        raw = http_ece.decrypt(
            sealed, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        return json.loads(raw)


@dataclass
class PushService(ThreadServer):
    """`answers` are statuses by path, the usual is 201; `taken` are requests as they came."""

    folder: Path
    answers: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    _browsers: dict[str, Browser] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.server = ThreadingHTTPServer((HOST, 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        return super().__enter__()

    @property
    def certificate(self) -> Path:
        path = self.folder / "push.pem"
        if not path.exists():
            path.write_bytes(a_certificate())
        return path

    def browser(self, name: str = "a") -> Browser:
        """The same for one name."""
        port = self.server.server_address[1]
        return self._browsers.setdefault(name, Browser(f"https://{HOST}:{port}/push/{name}"))

    def is_signed_by(self, headers: dict[str, str]) -> bool:
        """By the key that it names, for this service (RFC 8292)."""
        return Vapid.verify(headers["authorization"])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                names = {name.lower(): value for name, value in self.headers.items()}
                service.taken.append((self.path, names, body))
                self.send_response(service.answers.get(self.path, 201))
                for name, value in {**service.headers, "Content-Length": "0"}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@contextmanager
def trusted(folder: Path, settings: Any, environment: pytest.MonkeyPatch) -> Iterator[PushService]:
    """With a key of ours, and this machine as a network of our own whose certificate we trust."""
    settings.PUSH_KEY = web_push_keys.new_key()
    settings.PUSH_NETWORKS = ["127.0.0.0/8"]
    with PushService(folder) as running:
        environment.setenv("SSL_CERT_FILE", str(running.certificate))
        yield running


def a_certificate() -> bytes:
    """Of this machine's own address, signed by itself; with its key, as PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "push.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem + made.public_bytes(Encoding.PEM)
