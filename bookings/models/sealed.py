"""What lies sealed in the database: with keys that it never sees.

A database, a backup or a stray log line holds only sealed data. Each purpose has keys of its own;
the first one seals, all of them open.
"""

import json
from functools import lru_cache
from typing import Any, Self

from cryptography.fernet import Fernet, MultiFernet
from django.db import models
from django.utils.translation import gettext as _

NEVER_SHOWN = "<private>"


class SealedData:
    """Plain data, encrypted, with no words for itself."""

    __slots__ = ("token",)

    def __init__(self, token: bytes):
        self.token = token

    @classmethod
    def keys(cls) -> MultiFernet:
        """Those of its purpose."""
        raise NotImplementedError

    @classmethod
    def of(cls, data: Any) -> Self:
        """Seals what JSON can say."""
        return cls(cls.keys().encrypt(json.dumps(data).encode()))

    def opened(self) -> Any:
        """Raises cryptography's InvalidToken without the key, or for data tampered with."""
        return json.loads(self.keys().decrypt(self.token))

    def resealed(self) -> Self:
        """The same under the first key; its plain text is never written anywhere."""
        return type(self)(self.keys().rotate(self.token))

    def __reduce__(self):
        raise TypeError(_("Sealed data is not for queues or caches."))

    def __repr__(self) -> str:
        return NEVER_SHOWN

    __str__ = __repr__


class SealedDataField(models.BinaryField):
    """Keeps `keeps` and nothing else; its column cannot be searched."""

    keeps: type[SealedData]

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> SealedData | None:
        return None if value is None else self.keeps(bytes(value))

    def get_db_prep_value(self, value, connection, prepared=False):
        if value is not None and not isinstance(value, self.keeps):
            raise TypeError(f"{self.name} keeps only sealed data.")
        token = value and value.token
        return super().get_db_prep_value(token, connection, prepared)


@lru_cache(maxsize=8)
def ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
