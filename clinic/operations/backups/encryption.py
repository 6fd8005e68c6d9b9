"""Backups sealed as age files (age-encryption.org/v1): any size, in a few megabytes of memory.

BACKUP_KEY is an age key: the secret one (AGE-SECRET-KEY-1…) seals and opens; the public one (age1…)
only seals, so that what is stolen with the server opens no backup.
"""

import hashlib
from typing import Protocol

import pyrage
from pyrage.x25519 import Identity, Recipient

SUFFIX, HEADER = ".age", b"age-encryption.org/v1\n"
PUBLIC, SECRET = "age1", "AGE-SECRET-KEY-1"


class Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


class Sink(Protocol):
    def write(self, chunk: bytes, /) -> int: ...
    def flush(self) -> None: ...


class CannotOpen(Exception):
    """Another key, or not what was sealed."""


def new_key() -> str:
    return str(Identity.generate())


def check_key(key: str) -> None:
    """Raises ValueError for what is no key; none at all is well."""
    if key:
        _recipient(key)


def fingerprint(key: str) -> str:
    """The same of both halves of a key, and no secret."""
    return hashlib.sha256(str(_recipient(key)).encode()).hexdigest()[:16]


def seal(plain: Readable, into: Sink, key: str) -> None:
    pyrage.encrypt_io(plain, into, [_recipient(key)])


def unseal(sealed: Readable, into: Sink, key: str) -> None:
    """Raises CannotOpen, at the latest at the first piece that is not as it was sealed."""
    if not key:
        raise CannotOpen("it is sealed: set BACKUP_KEY to its secret key.")
    if not key.startswith(SECRET):
        raise CannotOpen("BACKUP_KEY is a public key, which only seals: set it to the secret one.")
    try:
        pyrage.decrypt_io(sealed, into, [Identity.from_str(key)])
    except (BrokenPipeError, pyrage.IdentityError):
        raise
    except (pyrage.DecryptError, OSError) as error:
        raise CannotOpen(f"it is damaged, or sealed for another BACKUP_KEY ({error}).") from error


def _recipient(key: str) -> Recipient:
    try:
        if key.startswith(PUBLIC):
            return Recipient.from_str(key)
        return Identity.from_str(key).to_public()
    except (pyrage.RecipientError, pyrage.IdentityError) as error:
        raise ValueError(
            "BACKUP_KEY is no age key; manage.py make_secrets and age-keygen make one."
        ) from error
