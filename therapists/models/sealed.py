"""Health data at rest: sealed with keys that the database never sees.

A database, a backup or a stray log line holds only sealed data. The keys come from the
environment; the first one seals, all of them open.
"""

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from therapists.core.private import Private


class Sealed(Private):
    """Plain data, encrypted. Only `reading` opens it, which records who does."""

    __slots__ = ("token",)

    def __init__(self, token: bytes):
        self.token = token

    @classmethod
    def of(cls, data: Any) -> "Sealed":
        """Seals what JSON can say."""
        return cls(_keys().encrypt(json.dumps(data).encode()))

    def opened(self) -> Any:
        """Raises cryptography's InvalidToken without the key, or for data tampered with."""
        return json.loads(_keys().decrypt(self.token))

    def resealed(self) -> "Sealed":
        """The same under the first key; its plain text is never written anywhere."""
        return Sealed(_keys().rotate(self.token))

    def __reduce__(self):
        raise TypeError(_("Sealed data is not for queues or caches."))


class SealedField(models.BinaryField):
    """Keeps `Sealed` and nothing else; its column cannot be searched."""

    # What django-stubs reads of a field, which says bytes of every other one.
    _pyi_private_set_type: Sealed
    _pyi_private_get_type: Sealed  # type: ignore[assignment]

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def get_db_prep_value(self, value, connection, prepared=False):
        if value is not None and not isinstance(value, Sealed):
            raise TypeError(f"{self.name} keeps only sealed data.")
        token = value and value.token
        return super().get_db_prep_value(token, connection, prepared)


def _keys() -> MultiFernet:
    return _ring(tuple(settings.HEALTH_KEYS))


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
