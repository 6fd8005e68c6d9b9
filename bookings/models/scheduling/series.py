"""Appointments that come again every so many weeks, or as a race's plan has them."""

from datetime import date, datetime, timedelta
from typing import Self, cast

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from bookings.core.scheduling.series import MOST_WEEKS_BETWEEN, Rule
from bookings.models.clients.clients import Client
from bookings.models.rota.therapists import Therapist
from bookings.models.rota.treatments import Treatment

STILL_WAITS = Q(ended_at=None) & ~Q(waits_for=[])
LONG_AFTER = timedelta(weeks=26)  # no plan has a session so long after its race


class WhyMissed(models.TextChoices):
    """Why a date was not booked when the diary had reached it."""

    TAKEN = "taken", gettext_lazy("That time was taken already.")
    CLOSED = "closed", gettext_lazy("We do not work then.")
    OWN = "own", gettext_lazy("You have another appointment at that time.")
    WEEK = "week", gettext_lazy("You have another appointment in that week.")
    PLAN = "plan", gettext_lazy("Your training plan has a session of its own in that week.")
    FULL = "full", gettext_lazy("Nothing was free on the days that suit.")
    RACE = "race", gettext_lazy("That day is too near to your race.")
    MANY = "many", gettext_lazy("You have as many appointments to come as can be booked online.")


class SeriesQuerySet(models.QuerySet["Series"]):
    def waiting(self) -> Self:
        """With a date that nobody could book yet."""
        return self.filter(STILL_WAITS)

    def reached(self, last: date) -> Self:
        """With a date that the diary, whose last day that is, has come to."""
        return self.waiting().filter(waits_for__0__lte=last)

    def following_a_race(self, today: date) -> Self:
        """Whose race is to come, or has been lately."""
        goes_on = self.filter(every_weeks=None, ended_at=None)
        return goes_on.filter(race__race_date__gte=today - LONG_AFTER)

    def with_everything(self) -> Self:
        return self.select_related("client", "treatment", "therapist", "race")


class Series(models.Model):
    """What somebody comes for again and again; each visit is an appointment like any other.

    The rule is the wall clock's. A date of it is an appointment, or waits for the diary to reach
    it, or nobody wants it. Without `every_weeks` it has no rule, and waits for the sessions of a
    race as the plan has them, but for those that were settled while the race was on that day.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="series")
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="+")
    therapist = models.ForeignKey(
        Therapist,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=gettext_lazy("Empty: whoever is free."),
    )
    first_day = models.DateField()
    at = models.TimeField(help_text=gettext_lazy("On the clinic’s wall clock."))
    every_weeks = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_WEEKS_BETWEEN)],
        help_text=gettext_lazy("Empty: with the sessions of a race."),
    )
    last_day = models.DateField()
    waits_for = ArrayField(
        models.DateField(),
        default=list,
        blank=True,
        help_text=gettext_lazy("Its dates that the diary does not reach yet."),
    )
    race = models.ForeignKey(
        "bookings.Race",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=gettext_lazy("Whose sessions it follows, as long as it is in the plan."),
    )
    settled_until = models.DateField(
        null=True,
        blank=True,
        help_text=gettext_lazy("Of a race’s sessions: those up to that day are booked or settled."),
    )
    race_was_on = models.DateField(
        null=True, blank=True, help_text=gettext_lazy("The race’s day when that was so.")
    )
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=200, help_text=gettext_lazy("Who has made it."))
    key = models.CharField(
        max_length=64,
        unique=True,
        help_text=gettext_lazy("Sent with the form, so that one sent twice is one series."),
    )

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = gettext_lazy("series")
        verbose_name_plural = gettext_lazy("series")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="a_series_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(every_weeks__gte=1, every_weeks__lte=MOST_WEEKS_BETWEEN),
                name="a_series_comes_every_few_weeks",
            ),
            models.CheckConstraint(
                condition=Q(every_weeks__isnull=False)
                | Q(settled_until__isnull=False, race_was_on__isnull=False),
                name="a_series_has_a_rule_or_follows_a_race",
            ),
        ]
        indexes = [
            models.Index(fields=["made_at"], condition=STILL_WAITS, name="series_that_wait"),
        ]

    def __str__(self) -> str:
        return f"{self.treatment}, {self.first_day:%d %b %Y}"

    @property
    def follows_a_race(self) -> bool:
        return self.every_weeks is None

    @property
    def goes_on(self) -> bool:
        """What follows a race ends with it."""
        return self.ended_at is None and not (self.follows_a_race and self.race_id is None)

    @property
    def rule(self) -> Rule:
        """Only of one that comes every so many weeks."""
        return Rule(
            first_day=self.first_day,
            at=self.at,
            every_weeks=cast("int", self.every_weeks),
            last_day=self.last_day,
        )

    @property
    def still_to_book(self) -> list[date]:
        return [] if self.ended_at else self.waits_for

    def settle(self, day: date) -> None:
        """It is booked, or somebody has been told why not."""
        self.waits_for = [one for one in self.waits_for if one != day]
        self.save(update_fields=["waits_for"])

    def settle_sessions_until(self, day: date, race_is_on: date) -> None:
        self.settled_until, self.race_was_on = day, race_is_on
        self.save(update_fields=["settled_until", "race_was_on"])

    def end(self, *, now: datetime) -> None:
        """Nothing more is booked; what is booked stays."""
        self.waits_for, self.ended_at = [], now
        self.save(update_fields=["waits_for", "ended_at"])
