"""When a therapist is busy elsewhere, as their own private calendar says, and no word of why."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from bookings.core.intervals import Interval
from bookings.models.pasted_links import PastedLink
from bookings.models.rota.therapists import Therapist


class BusyCalendar(PastedLink):
    """`left_out` are entries of it that could not be followed wholly.

    A trigger deletes it, and the busy times, when its therapist treats no longer or has another
    login.
    """

    therapist = models.OneToOneField(
        Therapist, on_delete=models.CASCADE, related_name="busy_calendar"
    )
    left_out = models.PositiveIntegerField(default=0)


class BusyTimeQuerySet(models.QuerySet["BusyTime"]):
    def touching(self, during: Interval) -> Self:
        return self.filter(starts_at__lt=during.end, ends_at__gt=during.start)


class BusyTime(models.Model):
    """One stretch, apart from the others; of what is over nothing stays."""

    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="busy_times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects = BusyTimeQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="busy_times_by_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="busy_time_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapist!s}, {self.starts_at:%d %b %Y %H:%M %Z}"
