"""When therapists work: weekly hours, extra hours, and time off."""

from datetime import date, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.core.intervals import Interval
from bookings.core.scheduling.weeks import MOST_WEEKS, is_every, monday_of
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


def refuse_other_days(day: date) -> None:
    if day != monday_of(day):
        raise ValidationError(_("Please give the Monday of that week."))


def ends_after_it_starts(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(end__gt=F("start")),
        name=name,
        violation_error_message=gettext_lazy("The end must be after the start."),
    )


class Weekly(models.Model):
    """Hours on the clinic's clock, one weekday, every week from `valid_from` to `valid_until`.

    Or every so many weeks, Monday to Sunday, counted from a Monday: a year of 53 weeks shifts
    nothing.
    """

    therapist: "models.ForeignKey[Therapist, Therapist]"  # each kind of them has its own

    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    start = models.TimeField()
    end = models.TimeField()
    valid_from = models.DateField()
    valid_until = models.DateField(
        null=True, blank=True, help_text=gettext_lazy("The last day it holds.")
    )
    every_weeks = models.PositiveSmallIntegerField(
        gettext_lazy("every so many weeks"),
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_WEEKS)],
        help_text=gettext_lazy("1 for every week, 2 for every other."),
    )
    counted_from = models.DateField(
        gettext_lazy("counted from"),
        null=True,
        blank=True,
        validators=[refuse_other_days],
        help_text=gettext_lazy("The Monday of a week in which it holds; not for every week."),
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
            and is_every(self.every_weeks, day, self.counted_from)
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
        models.CheckConstraint(
            condition=Q(every_weeks__gte=1, every_weeks__lte=MOST_WEEKS),
            name=f"{name}_every_so_many_weeks",
            violation_error_message=gettext_lazy("Please give a number of weeks from 1 to 52."),
        ),
        models.CheckConstraint(
            condition=Q(every_weeks=1, counted_from__isnull=True)
            | Q(every_weeks__gt=1, counted_from__isnull=False, counted_from__iso_week_day=1),
            name=f"{name}_counted_from_a_monday",
            violation_error_message=gettext_lazy(
                "What does not hold every week is counted from the Monday of a week in which it "
                "does; what holds every week from none."
            ),
        ),
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
    """Hours on one day, on top of the weekly ones or `instead` of them.

    Where one of a day is instead, no weekly hours hold on it; weekly breaks do.
    """

    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="extra_shifts")
    day = models.DateField()
    start = models.TimeField()
    end = models.TimeField()
    instead = models.BooleanField(
        gettext_lazy("instead of the weekly hours"),
        default=False,
        db_default=False,
        help_text=gettext_lazy("No weekly hours hold on that day; weekly breaks do."),
    )

    class Meta:
        ordering = ["day", "start"]
        indexes = [models.Index(fields=["day"], name="extra_shift_day")]
        constraints = [
            ends_after_it_starts("extra_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.therapist!s} {self.day} {self.start:%H:%M}–{self.end:%H:%M}"


FOR_GOOD = timedelta(days=365 * 10)  # longer than any time off from which one comes back


class AbsenceQuerySet(models.QuerySet):
    def touching(self, interval: Interval) -> Self:
        return self.filter(starts_at__lt=interval.end, ends_at__gt=interval.start)

    def of_leaving(self) -> Self:
        """What somebody's last day has made: see `Absence.of_leaving`."""
        leaves = self.filter(therapist__user__leaves_on__isnull=False)
        return leaves.filter(ends_at__gte=F("starts_at") + FOR_GOOD)


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

    @property
    def of_leaving(self) -> bool:
        """It stands for somebody's last day, and goes or changes with that alone."""
        user = self.therapist.user if self.therapist else None
        leaves = user is not None and user.leaves_on is not None
        return leaves and self.ends_at - self.starts_at >= FOR_GOOD
