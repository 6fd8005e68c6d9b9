"""When therapists work: weekly hours, extra hours, and time off."""

from datetime import date
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from bookings.core.intervals import Interval
from bookings.models.rota.therapists import Therapist


class Weekday(models.IntegerChoices):
    """As date.weekday() counts."""

    MONDAY = 0, gettext_lazy("Monday")
    TUESDAY = 1, gettext_lazy("Tuesday")
    WEDNESDAY = 2, gettext_lazy("Wednesday")
    THURSDAY = 3, gettext_lazy("Thursday")
    FRIDAY = 4, gettext_lazy("Friday")
    SATURDAY = 5, gettext_lazy("Saturday")
    SUNDAY = 6, gettext_lazy("Sunday")


def ends_after_it_starts(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(end__gt=F("start")),
        name=name,
        violation_error_message=gettext_lazy("The end must be after the start."),
    )


class Weekly(models.Model):
    """Hours on the clinic's clock, one weekday, every week from `valid_from` to `valid_until`."""

    therapist: "models.ForeignKey[Therapist, Therapist]"  # each kind of them has its own

    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    start = models.TimeField()
    end = models.TimeField()
    valid_from = models.DateField()
    valid_until = models.DateField(
        null=True, blank=True, help_text=gettext_lazy("The last day it holds.")
    )

    class Meta:
        abstract = True
        ordering = ["therapist", "weekday", "start"]

    def __str__(self) -> str:
        return (
            f"{self.therapist!s} {self.get_weekday_display()} {self.start:%H:%M}–{self.end:%H:%M}"
        )

    def holds_on(self, day: date) -> bool:
        return (
            day.weekday() == self.weekday
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )

    def on(self, day: date, tz: ZoneInfo) -> Interval | None:
        """Its hours of that day; None where it does not hold, or the clocks leave nothing."""
        return Interval.on_clock(day, self.start, self.end, tz) if self.holds_on(day) else None


def held_together(name: str) -> list[models.BaseConstraint]:
    """What every row of Weekly keeps to; constraints begin with the table's own `name`."""
    return [
        ends_after_it_starts(f"{name}_ends_after_start"),
        models.CheckConstraint(
            condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            name=f"{name}_valid_until_after_from",
            violation_error_message=gettext_lazy("The last day must not be before the first."),
        ),
        models.CheckConstraint(condition=Q(weekday__lte=6), name=f"{name}_weekday_exists"),
    ]


class WeeklyShift(Weekly):
    """Hours of work."""

    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="shifts")

    class Meta(Weekly.Meta):
        constraints = held_together("shift")


class WeeklyBreak(Weekly):
    """A pause within the hours of a weekday, such as lunch."""

    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="breaks")
    reason = models.CharField(max_length=120, blank=True)

    class Meta(Weekly.Meta):
        constraints = held_together("break")


class ExtraShift(models.Model):
    """Hours on one day, on top of the weekly ones."""

    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="extra_shifts")
    day = models.DateField()
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        ordering = ["day", "start"]
        indexes = [models.Index(fields=["day"], name="extra_shift_day")]
        constraints = [
            ends_after_it_starts("extra_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.therapist!s} {self.day} {self.start:%H:%M}–{self.end:%H:%M}"


class AbsenceQuerySet(models.QuerySet):
    def touching(self, interval: Interval) -> Self:
        return self.filter(starts_at__lt=interval.end, ends_at__gt=interval.start)


class Absence(models.Model):
    """Time off of one therapist or, with no therapist, a closure of the whole clinic."""

    therapist = models.ForeignKey(
        Therapist,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="absences",
        help_text=gettext_lazy("Leave empty when the whole clinic is closed."),
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="absence_times")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="absence_ends_after_start",
                violation_error_message=gettext_lazy("The end must be after the start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapist or 'Clinic closed'!s}: {self.reason or 'away'}"
