"""The clinic's legal texts in versions that never change, and who agreed to which."""

import re
from pathlib import Path

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models.clients.clients import Client
from bookings.models.clinic import Clinic

DEFAULTS = Path(__file__).resolve().parents[2] / "legal"
TO_FILL_IN = "[FILL IN"
A_PLACE = re.compile(r"\[FILL IN:?\s*([^\]]*)")
A_HOLE = re.compile(r"\[FILL IN[^\]]*\]|\[FILL IN")


class LegalKind(models.TextChoices):
    TERMS = "terms", gettext_lazy("terms")
    PRIVACY = "privacy", gettext_lazy("privacy notice")


class LegalTextQuerySet(models.QuerySet["LegalText"]):
    def current(self, kind: LegalKind) -> "LegalText":
        """The newest; with no row at all, the text that comes with Taper, not yet saved."""
        return self.filter(kind=kind).first() or LegalText(
            kind=kind, number=1, text=(DEFAULTS / f"{kind}.md").read_text(), by="Taper"
        )


class LegalText(models.Model):
    """One version of one text, in Markdown. A trigger refuses every change and deletion."""

    kind = models.CharField(max_length=10, choices=LegalKind)
    number = models.PositiveIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=300)

    objects = LegalTextQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="a_legal_version_is_one"),
            models.CheckConstraint(
                condition=models.Q(number__gt=0), name="legal_versions_count_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} version {self.number}"

    def as_read_at(self, clinic: Clinic) -> str:
        """With the clinic's own times of keeping, where the text names them.

        What the clinic has not filled in is for its owner to read, and only said to be lacking.
        """
        times = {
            "{records_years}": clinic.keep_records_years,
            "{history_years}": clinic.keep_history_years,
            "{newcomers_days}": clinic.forget_newcomers_days,
        }
        text = self.text
        for name, value in times.items():
            text = text.replace(name, str(value))
        return A_HOLE.sub(f"*({_('to be completed by the clinic')})*", text)

    @property
    def places_to_fill_in(self) -> list[str]:
        """What each of them asks for."""
        return [" ".join(found.split()) for found in A_PLACE.findall(self.text)]

    @property
    def gaps(self) -> int:
        """How many places the clinic has still to fill in."""
        return self.text.count(TO_FILL_IN)


class Agreement(models.Model):
    """A client agreed to a version; never altered."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="agreements")
    text = models.ForeignKey(LegalText, on_delete=models.PROTECT, related_name="agreements")
    at = models.DateTimeField()
    how = models.CharField(max_length=40, help_text=gettext_lazy("Through which page."))

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["client", "text"], name="agreed_once_to_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.text}, {self.at}"
