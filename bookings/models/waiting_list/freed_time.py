"""Time that has come free and may be somebody's on the list."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from bookings.core.intervals import Interval
from bookings.models.rota.therapists import Therapist
from bookings.models.rota.treatments import Room


class FreedBy(models.TextChoices):
    VISIT = "visit", gettext_lazy("a visit was cancelled or moved")
    HOLD = "hold", gettext_lazy("a time that was kept was let go")
    ABSENCE = "absence", gettext_lazy("time off or a closure was taken back")
    LOAN = "loan", gettext_lazy("a room came back")
    EXTRA = "extra", gettext_lazy("hours of one day were changed")
    ROTA = "rota", gettext_lazy("hours, rooms, people or treatments were changed")
    LOOK = "look", gettext_lazy("the list was gone through")


class FreedTimeQuerySet(models.QuerySet["FreedTime"]):
    def to_be_worked(self) -> Self:
        return self.filter(worked_at=None)

    def due(self, now: datetime) -> Self:
        return self.to_be_worked().filter(due_at__lte=now)

    def paused(self, now: datetime) -> Self:
        """An undo may still take it back."""
        return self.to_be_worked().filter(due_at__gt=now)


class FreedTime(models.Model):
    """Written by triggers in the transaction that frees the time, whichever door it came by.

    What it says is only where to look; whether anything is free there is asked when it is worked.
    Of what concerns one therapist it knows whose time it was, of a visit also in which room; else
    it may be anybody's.
    The triggers write down what was there: it may be gone since.
    """

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cause = models.CharField(max_length=10, choices=FreedBy)
    therapist = models.ForeignKey(
        Therapist,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    room = models.ForeignKey(
        Room,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    freed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True, blank=True)

    objects = FreedTimeQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(worked_at=None), name="freed_time_due"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%d %b %Y %H:%M %Z}"

    @property
    def interval(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)
