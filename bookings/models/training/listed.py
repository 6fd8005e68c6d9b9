"""The races that the clinic knows, chosen by a few letters; and the news of one that is moved."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from bookings.core.records.race_files import distance_in
from bookings.models.clients.clients import Client
from bookings.models.named import Named
from bookings.models.training.races import Distance, Outcome, Race


class ListedRace(Named, models.Model):
    """A public race with a distance or several; `folded` is its name and town to be found by."""

    name = models.CharField(max_length=120)
    town = models.CharField(max_length=80, blank=True)
    folded = models.CharField(max_length=250)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class ListedDistanceQuerySet(models.QuerySet["ListedDistance"]):
    def ahead(self, today: date) -> Self:
        """What can be chosen: neither over, cancelled, nor of a race that is archived."""
        found = self.filter(race_date__gte=today, cancelled_at=None, listed_race__archived_at=None)
        return found.select_related("listed_race").order_by("race_date", "pk")


class ListedDistance(Named, models.Model):
    """One distance of a listed race, on its own day; `start` is the clock of the first start."""

    listed_race = models.ForeignKey(ListedRace, on_delete=models.CASCADE, related_name="distances")
    distance = models.CharField(max_length=10, choices=Distance.choices)
    race_date = models.DateField(gettext_lazy("date"))
    start = models.TimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = ListedDistanceQuerySet.as_manager()

    class Meta:
        ordering = ["race_date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["listed_race", "distance"], name="a_distance_is_listed_once"
            ),
            models.CheckConstraint(
                condition=Q(distance__in=Distance.values), name="a_listed_distance_exists"
            ),
        ]
        indexes = [models.Index(fields=["race_date"], name="listed_by_date")]

    def __str__(self) -> str:
        name = self.listed_race.name
        says_it = distance_in(name) == self.distance
        return name if says_it else f"{name}, {self.get_distance_display()}"


class RaceNews(models.Model):
    """A listed distance was moved from one day to another, or cancelled: `becomes` is empty."""

    listed = models.ForeignKey(ListedDistance, on_delete=models.CASCADE, related_name="news")
    was = models.DateField()
    becomes = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    by = models.CharField(max_length=300)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(becomes__isnull=True) | ~Q(becomes=F("was")),
                name="news_of_a_race_say_something_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listed}: {self.was}"

    @property
    def is_cancelled(self) -> bool:
        return self.becomes is None

    @property
    def is_taken_back(self) -> bool:
        """It was cancelled, and takes place after all; what comes next is other news."""
        return self.is_cancelled and self.listed.cancelled_at is None

    @property
    def changes(self) -> dict[str, date | str]:
        """Of a runner's race."""
        return {"race_date": self.becomes} if self.becomes else {"outcome": Outcome.CANCELLED}


class NewsState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("not yet done")
    DONE = "done", gettext_lazy("done")
    LEFT_ALONE = "left_alone", gettext_lazy("left alone")


class RunnerNews(models.Model):
    """What becomes of it for one runner: their race, and then their own visits.

    `settled_at`: nothing is left to ask.
    """

    news = models.ForeignKey(RaceNews, on_delete=models.CASCADE, related_name="runners")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="race_news")
    race = models.ForeignKey(Race, on_delete=models.SET_NULL, null=True, related_name="news")
    state = models.CharField(max_length=10, choices=NewsState.choices, default=NewsState.WAITING)
    why = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["news", "client"], name="news_of_a_race_once_each"),
            models.CheckConstraint(
                condition=Q(state__in=NewsState.values), name="states_of_news_exist"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.news}"

    @property
    def is_answered(self) -> bool:
        """By themselves, or the desk for them; "nothing": nobody had to be asked."""
        return self.settled_by not in ("", "nothing")

    @property
    def runs_after_all(self) -> bool:
        race, news = self.race, self.news
        return (
            news.is_taken_back
            and race is not None
            and (race.race_date, race.outcome) == (news.was, Outcome.EXPECTED)
        )

    @property
    def still_holds(self) -> bool:
        """Whether their race is as this news made it."""
        race = self.race
        if race is None or self.state != NewsState.DONE:
            return False
        return all(getattr(race, name) == value for name, value in self.news.changes.items())
