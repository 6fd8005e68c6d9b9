"""What the clinic says at the head and foot of its mails, in versions that never change."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models.mail.kinds import MailKind


class MailWordingQuerySet(models.QuerySet["MailWording"]):
    def current(self, kind: str) -> "MailWording":
        """The newest; with no row at all, the words that come with Taper, not stored."""
        return self.filter(kind=kind).first() or MailWording(kind=kind, number=0)

    def current_of(self, kinds: Iterable[str]) -> "dict[str, MailWording]":
        """The same of several, in one query."""
        newest = self.filter(kind__in=kinds).order_by("kind", "-number").distinct("kind")
        stored = {wording.kind: wording for wording in newest}
        return {kind: stored.get(kind) or MailWording(kind=kind, number=0) for kind in kinds}


class MailWording(models.Model):
    """One version for one kind of mail. Where a text is empty, Taper's own stands.

    A trigger refuses every change and deletion.
    """

    kind = models.CharField(max_length=20, choices=MailKind)
    number = models.PositiveIntegerField()
    opening = models.TextField(gettext_lazy("after the greeting"), blank=True)
    closing = models.TextField(gettext_lazy("at the end"), blank=True)
    created_at = models.DateTimeField()
    by = models.CharField(max_length=300)

    objects = MailWordingQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="a_mails_wording_is_one"),
            models.CheckConstraint(
                condition=models.Q(number__gt=0), name="wordings_count_from_one"
            ),
        ]

    def __str__(self) -> str:
        sentence = _("{kind}, version {number}")
        return sentence.format(kind=self.get_kind_display(), number=self.number)

    @property
    def is_our_own(self) -> bool:
        """Whether the clinic says anything in its own words."""
        return bool(self.opening or self.closing)
