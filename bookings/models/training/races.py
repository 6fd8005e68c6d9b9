"""The races that a client trains for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from bookings.core import training
from bookings.models.clients.clients import Client
from bookings.models.named import Named


class Distance(models.TextChoices):
    TEN_KM = training.Distance.TEN_KM.value, gettext_lazy("10 km")
    HALF = training.Distance.HALF.value, gettext_lazy("Half marathon")
    MARATHON = training.Distance.MARATHON.value, gettext_lazy("Marathon")
    ULTRA = training.Distance.ULTRA.value, gettext_lazy("Ultra")


WITHOUT_A_NAME = {
    Distance.TEN_KM: gettext_lazy("your 10 km race"),
    Distance.HALF: gettext_lazy("your half marathon"),
    Distance.MARATHON: gettext_lazy("your marathon"),
    Distance.ULTRA: gettext_lazy("your ultra"),
}


class Priority(models.TextChoices):
    A = training.Priority.A.value, gettext_lazy("The race I train for")
    B = training.Priority.B.value, gettext_lazy("A race on the way")
    C = training.Priority.C.value, gettext_lazy("A training run with a number on")


class Outcome(models.TextChoices):
    EXPECTED = training.Outcome.ASSUMED_FINISHED.value, gettext_lazy("Not known yet")
    FINISHED = training.Outcome.FINISHED.value, gettext_lazy("I finished")
    DNF = training.Outcome.DNF.value, gettext_lazy("I started and did not finish")
    DNS = training.Outcome.DNS.value, gettext_lazy("I did not start")
    CANCELLED = training.Outcome.CANCELLED.value, gettext_lazy("The organiser cancelled it")


class Race(Named, models.Model):
    """A race on a civil date; without a client while it is only kept in somebody's browser."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="races")
    race_date = models.DateField(gettext_lazy("date"))
    distance = models.CharField(max_length=10, choices=Distance.choices)
    name = models.CharField(max_length=120, blank=True)
    priority = models.CharField(max_length=1, choices=Priority.choices, default=Priority.A)
    training_start = models.DateField(
        null=True, blank=True, help_text=gettext_lazy("Wins over the number of weeks.")
    )
    weeks = models.PositiveSmallIntegerField(
        gettext_lazy("weeks of training"),
        null=True,
        blank=True,
        help_text=gettext_lazy("Empty: the distance's usual number."),
    )
    outcome = models.CharField(max_length=20, choices=Outcome.choices, default=Outcome.EXPECTED)
    dnf_km = models.PositiveSmallIntegerField(
        gettext_lazy("kilometres run"),
        null=True,
        blank=True,
        help_text=gettext_lazy("Only of a race that was not finished."),
    )
    listed = models.ForeignKey(
        "ListedDistance",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="runners",
        help_text=gettext_lazy("Which race of the clinic's list it is."),
    )
    not_listed = models.JSONField(
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
        help_text=gettext_lazy("Days of listed races that the desk has said it is not."),
    )

    class Meta:
        ordering = ["race_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "race_date"],
                name="one_race_a_day",
                violation_error_message=gettext_lazy("There is already a race on this date."),
            ),
            models.CheckConstraint(
                condition=Q(weeks__isnull=True) | Q(weeks__range=(1, 52)),
                name="race_weeks_within_a_year",
                violation_error_message=gettext_lazy("A plan lasts from 1 to 52 weeks."),
            ),
            models.CheckConstraint(
                condition=Q(training_start__isnull=True)
                | Q(training_start__lte=models.F("race_date")),
                name="training_starts_before_the_race",
                violation_error_message=gettext_lazy("Training cannot start after the race."),
            ),
            models.CheckConstraint(
                condition=Q(dnf_km__isnull=True) | Q(outcome=Outcome.DNF),
                name="kilometres_of_an_unfinished_race",
                violation_error_message=gettext_lazy(
                    "Only a race that was not finished has these kilometres."
                ),
            ),
            models.CheckConstraint(
                condition=Q(distance__in=Distance.values)
                & Q(priority__in=Priority.values)
                & Q(outcome__in=Outcome.values),
                name="race_words_exist",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_distance_display()

    @property
    def distance_of_yours(self) -> str:
        """your half marathon: of whom we write to, without the name that somebody has typed."""
        return str(WITHOUT_A_NAME[Distance(self.distance)])

    @property
    def in_training(self) -> training.Race:
        """As the training engine takes it."""
        return training.Race(
            race_date=self.race_date,
            distance=training.Distance(self.distance),
            priority=training.Priority(self.priority),
            name=str(self),
            training_start=self.training_start,
            weeks=self.weeks,
            outcome=training.Outcome(self.outcome),
            dnf_km=self.dnf_km,
        )
