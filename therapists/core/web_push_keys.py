"""Keys and addresses of Web Push (RFC 8291, RFC 8292): ours, and those that a browser hands us."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
KEY_BYTES, AUTH_BYTES = 32, 16
# A network's own gateway turns these into IPv4 addresses, private ones too (RFC 6052).
TRANSLATED = IPv6Network("64:ff9b::/96")


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


def is_an_endpoint(url: str, networks: Sequence[str] = ()) -> bool:
    """An https:// address without a login in it, whose host is no name or number of a machine here.

    What a name leads to is looked at when something is sent.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or not host or "@" in parts.netloc or not url.isascii():
        return False
    try:
        return is_reachable(host, networks)
    except ValueError:
        return "." in host.strip(".") and not host.rstrip(".").endswith("localhost")


def is_reachable(address: str, networks: Sequence[str] = ()) -> bool:
    """Whether it is an address of the public net, or in one of these networks of our own.

    Raises ValueError for what is no IP address.
    """
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if any(ip in ip_network(one) for one in networks):
        return True
    if isinstance(ip, IPv6Address):
        if ip in TRANSLATED:
            return False
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


def _written(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _read(text: str) -> bytes:
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
