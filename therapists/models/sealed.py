"""Health data at rest, sealed: only `health_audit` opens it, which records who does."""

from cryptography.fernet import MultiFernet
from django.conf import settings

from bookings.models.sealed import SealedData, SealedDataField, ring
from therapists.core.private import Private


class Sealed(Private, SealedData):
    """Only `reading` opens it, which records who does."""

    __slots__ = ()

    @classmethod
    def keys(cls) -> MultiFernet:
        return ring(tuple(settings.HEALTH_KEYS))


class SealedField(SealedDataField):
    """Keeps `Sealed` and nothing else; its column cannot be searched."""

    keeps = Sealed
    # What django-stubs reads of a field, which says bytes of every other one.
    _pyi_private_set_type: Sealed
    _pyi_private_get_type: Sealed  # type: ignore[assignment]
