"""Another mail server, for telling the owner that the first one is in trouble."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from django.core.mail.backends.smtp import EmailBackend

PORTS = {"smtps": 465, "smtp": 587}


@dataclass(frozen=True)
class Server:
    """`tls`: from the first byte; else it is asked for, but on this very machine."""

    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    tls: bool

    def backend(self, timeout: float) -> EmailBackend:
        return EmailBackend(
            host=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_ssl=self.tls,
            use_tls=not self.tls and self.host not in ("localhost", "127.0.0.1", "::1"),
            timeout=timeout,
        )


def read(url: str) -> Server | None:
    """smtps://user:password@host:465, or smtp:// with STARTTLS; None for what is neither."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if not port or not parts.hostname or parts.scheme not in PORTS:
        return None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, port, user, password, parts.scheme == "smtps")
