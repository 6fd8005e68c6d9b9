"""Addresses of private calendars that somebody has pasted: a password each, fetched in turn."""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Self, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from cryptography.fernet import MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from bookings.models.sealed import SealedData, SealedDataField, ring

PURPOSE = b"bookings.pasted_links"
LEASE = timedelta(minutes=2)  # longer than a fetch and what is made of it can take
AFTER_A_CRASH = timedelta(minutes=15)  # behind whatever else waits
SILENT_AFTER = timedelta(days=7)  # then whoever pasted it is asked
Link = TypeVar("Link", bound="PastedLink")
SHOWN = 3  # letters of what tells two links of one host apart


class NotRead(models.TextChoices):
    """Why nothing could be read: as bookings.fetching says it, or what was found is no calendar."""

    ADDRESS = "address", gettext_lazy("This is not the https address of a calendar.")
    HOST = "host", gettext_lazy("We do not read links of this site.")
    NAME = "name", gettext_lazy("There is no such site.")
    PRIVATE = "private", gettext_lazy("This address leads nowhere that we may read.")
    UNREACHABLE = "unreachable", gettext_lazy("The site could not be reached.")
    SLOW = "slow", gettext_lazy("The site did not answer in time.")
    LARGE = "large", gettext_lazy("The calendar is larger than 1 MB.")
    PACKED = "packed", gettext_lazy("The site sent the calendar packed, and we cannot read it.")
    REDIRECTS = "redirects", gettext_lazy("The site leads on and on to other addresses.")
    GONE = "gone", gettext_lazy("The calendar is no longer at this address.")
    REFUSED = "refused", gettext_lazy("The site refused to give us the calendar.")
    EMPTY = "empty", gettext_lazy("We found nothing in the calendar.")
    UNREADABLE = "unreadable", gettext_lazy("What stands at this address is no calendar.")
    MUCH = "much", gettext_lazy("The calendar holds more than we can read.")
    KEY = "key", gettext_lazy("We can no longer open the link ourselves.")


class SealedLink(SealedData):
    """Under keys that follow from SECRET_KEY for this purpose alone."""

    __slots__ = ()

    @classmethod
    def keys(cls) -> MultiFernet:
        return ring(tuple(map(_key, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))))


class SealedLinkField(SealedDataField):
    """Keeps a `SealedLink`."""

    keeps = SealedLink
    _pyi_private_set_type: SealedLink
    _pyi_private_get_type: SealedLink  # type: ignore[assignment]


class PastedLinkQuerySet(models.QuerySet[Link]):
    def claim(self, *, now: datetime) -> Link | None:
        """The next that is due and that nobody is fetching; ours for a while."""
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        with transaction.atomic():
            due = self.filter(free, due_at__lte=now).order_by("due_at", "pk")
            one = due.select_for_update(skip_locked=True, no_key=True).first()
            if one is not None:
                one.lease, one.leased_until = uuid4(), now + LEASE
                one.due_at = now + AFTER_A_CRASH
                one.save(update_fields=["lease", "leased_until", "due_at"])
        return one

    def still(self, claimed: Link) -> Self:
        """The same, unless it was replaced or claimed anew since; locked."""
        mine = self.filter(pk=claimed.pk, lease=claimed.lease)
        return mine.select_for_update(no_key=True)


class PastedLink(models.Model):
    """`shown` is all of it that is ever shown. While it cannot be read, what was read last holds:
    `good_at` says since when nothing newer is known, and `why` why."""

    link = SealedLinkField()
    shown = models.CharField(max_length=80)
    kept_at = models.DateTimeField()
    read_at = models.DateTimeField(help_text=gettext_lazy("When its content was last read."))
    good_at = models.DateTimeField(help_text=gettext_lazy("When it was last known to be current."))
    tag = models.CharField(max_length=210, blank=True)
    due_at = models.DateTimeField(db_index=True)
    lease = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=12, choices=NotRead, blank=True)

    objects = PastedLinkQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.shown

    @property
    def is_failing(self) -> bool:
        return bool(self.failures)

    @property
    def why_in_words(self) -> str:
        return str(NotRead(self.why).label) if self.why else ""

    def is_silent(self, now: datetime) -> bool:
        """Whether it is time to ask whoever pasted it."""
        return self.is_failing and self.good_at <= now - SILENT_AFTER


def masked(url: str) -> str:
    """calendar.example.com/…f3a: enough to know it again."""
    parts = urlsplit(url)
    rest = f"{parts.path}?{parts.query}".rstrip("?/").removesuffix("/calendar.ics")
    rest = rest.removesuffix(".ics").removesuffix("/basic")
    letters = "".join(one for one in rest if one.isalnum())
    end = letters[-SHOWN:] if len(letters) > SHOWN * 4 else ""
    return f"{(parts.hostname or '')[:70]}/…{end}"


@lru_cache(maxsize=8)
def _key(secret: str) -> str:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return urlsafe_b64encode(derived.derive(secret.encode())).decode()
