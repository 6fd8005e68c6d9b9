"""Keys and addresses of Web Push (RFC 8291, RFC 8292): ours, and those that a browser hands us."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bookings.core.public_addresses import PUBLIC_NAME, is_reachable

CURVE = ec.SECP256R1()
KEY_BYTES, AUTH_BYTES = 32, 16
HTTPS = 443
# Set aside by RFC 6761, 6762, 7686, 8375 and by ICANN (.internal); .lan is of usage.
NOT_PUBLIC = (
    ".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid", ".onion",
)  # fmt: skip


def new_key() -> str:
    """The private one, as base64url: 32 bytes."""
    secret = ec.generate_private_key(CURVE).private_numbers().private_value
    return _written(secret.to_bytes(KEY_BYTES, "big"))


@cache
def public_half(key: str) -> str:
    """What browsers are told, as base64url: a point of 65 bytes. Raises ValueError for no key."""
    secret = _read(key)
    if len(secret) != KEY_BYTES:
        raise ValueError(len(secret))
    public = ec.derive_private_key(int.from_bytes(secret, "big"), CURVE).public_key()
    return _written(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def are_keys(p256dh: str, auth: str) -> bool:
    """Whether a message can be sealed for these, which a browser has made."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _read(p256dh))
        return len(_read(auth)) == AUTH_BYTES
    except ValueError:
        return False


def place_of(url: str, networks: Sequence[str] = ()) -> tuple[str, int]:
    """Host and port of a push service, both when a browser names it and when it is asked.

    An https:// address on port 443, without a login in it, whose host is a name of the public net
    or an address of it; in our own networks any port. What a name leads to is looked at when
    something is sent. Raises ValueError for all else.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or HTTPS
    is_plain = url.isascii() and url.isprintable() and " " not in url and "@" not in parts.netloc
    if parts.scheme != "https" or not is_plain:
        raise ValueError("no plain https address")
    is_public, is_ours = _judged(host, networks)
    if not (is_ours or (is_public and port == HTTPS)):
        raise ValueError("no public host")
    return host, port


def _judged(host: str, networks: Sequence[str]) -> tuple[bool, bool]:
    """Whether it is public, and whether it is in one of our own networks."""
    try:
        is_public = is_reachable(host)
        return is_public, not is_public and is_reachable(host, networks)
    except ValueError:
        return PUBLIC_NAME.fullmatch(host) is not None and not host.endswith(NOT_PUBLIC), False


def _written(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _read(text: str) -> bytes:
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
