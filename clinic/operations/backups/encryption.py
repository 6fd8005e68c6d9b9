"""A stream sealed in pieces, so that a large database needs no large memory.

Each file has a key of its own, made of BACKUP_KEY, a salt and what its manifest says: changed words
there open nothing. Pieces are numbered and the last is marked (AES-256-GCM as in the STREAM
construction), so that none can be left out, repeated or cut off unnoticed.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PIECE = 1 << 20  # bytes of plain text
TAG = 16


class CannotOpen(Exception):
    """Another key, or not what was sealed."""


def key_of(text: str) -> bytes:
    """Raises ValueError for what is not 32 bytes in URL-safe base64."""
    try:
        key = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise ValueError("BACKUP_KEY is not URL-safe base64.") from error
    if len(key) != 32:
        raise ValueError("BACKUP_KEY must be 32 bytes, in URL-safe base64.")
    return key


def name_of(key: bytes) -> str:
    """Tells keys apart without telling anything of them."""
    return sha256(b"name of a backup key" + key).hexdigest()[:12]


def sealed(stream: Iterable[bytes], *, key: bytes, salt: bytes, words: bytes) -> Iterator[bytes]:
    cipher = _cipher(key, salt, words)
    for number, piece, last in _numbered(stream, PIECE):
        yield cipher.encrypt(_nonce(number, last=last), piece, None)


def opened(stream: Iterable[bytes], *, key: bytes, salt: bytes, words: bytes) -> Iterator[bytes]:
    """Raises CannotOpen at the first piece that is not as it was sealed."""
    cipher = _cipher(key, salt, words)
    for number, piece, last in _numbered(stream, PIECE + TAG):
        try:
            yield cipher.decrypt(_nonce(number, last=last), piece, None)
        except InvalidTag as error:
            raise CannotOpen(f"Piece {number} is not as it was sealed.") from error


def _cipher(key: bytes, salt: bytes, words: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"Taper's backup 1\n" + words).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _numbered(stream: Iterable[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Pieces of one size; the last may be shorter, and empty only when it is the only one."""
    number, waiting = 0, bytearray()
    for chunk in stream:
        waiting += chunk
        while len(waiting) > size:
            yield number, bytes(waiting[:size]), False
            del waiting[:size]
            number += 1
    yield number, bytes(waiting), True
