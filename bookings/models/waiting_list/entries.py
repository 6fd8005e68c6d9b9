"""Who waits for what."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from bookings.core import training
from bookings.core.roles import Role
from bookings.models.clients.clients import Client
from bookings.models.rota.shifts import Weekday
from bookings.models.rota.therapists import Therapist
from bookings.models.rota.treatments import Treatment
from bookings.models.scheduling.appointments import Appointment

LONGEST_NOTICE = 14 * 24  # hours
SAME_WISH = (
    "treatment_id", "appointment_id", "therapist_id", "weekdays", "parts", "first_day", "last_day",
)  # fmt: skip
DECIDING = (
    "therapist", "weekdays", "parts", "first_day", "last_day", "notice_hours", "session_kind",
    "joined_at", "better_by", "treatment", "appointment", "client__email", "client__proved_at",
    "client__wants_news", "client__bounced_at",
)  # fmt: skip
MOST_UNANSWERED = 3  # offers in a row


class EntryState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("waiting")
    SERVED = "served", gettext_lazy("has got a time")
    LEFT = "left", gettext_lazy("has left the list")
    OVER = "over", gettext_lazy("its dates are over")


class BetterBy(models.TextChoices):
    """What another time for a visit is to be."""

    EARLIER = "earlier", gettext_lazy("earlier")
    TRAINING = "training", gettext_lazy("better for the race")


class WaitlistEntryQuerySet(models.QuerySet["WaitlistEntry"]):
    def waiting(self) -> Self:
        return self.filter(state=EntryState.WAITING)

    def like(self, **wanted: Any) -> Self:
        """For the very same, however soon they need to know."""
        return self.waiting().filter(**{name: wanted[name] for name in SAME_WISH})

    def of_strangers(self) -> Self:
        """What anybody may have typed an address for, and nobody has proved it."""
        return self.filter(by=Role.RUNNER, client__proved_at=None)

    def wanting(self, first: date, last: date) -> Self:
        """Who waits for any of these days."""
        days = {
            (first + timedelta(days=n)).weekday() for n in range(min(7, (last - first).days + 1))
        }
        there = self.waiting().filter(first_day__lte=last, last_day__gte=first)
        return there.filter(Q(weekdays=[]) | Q(weekdays__overlap=sorted(days)))

    def that_may_be_offered(self) -> Self:
        """Whom a mail could reach, of what is offered; only what deciding takes, as it is asked
        for each stretch that comes free, of all who wait."""
        reached = self.exclude(client__email="").filter(
            client__proved_at__isnull=False, client__wants_news=True, client__bounced_at=None
        )
        online = reached.filter(treatment__active=True, treatment__online=True)
        deciding = online.select_related("client").only(*DECIDING)
        return deciding.prefetch_related("treatment", "appointment")

    def with_everything(self) -> Self:
        return self.select_related("client", "treatment", "therapist", "appointment")


class WaitlistEntry(models.Model):
    """A wish: what, with whom, on which days and at which times of them, and how soon to know.

    Empty `weekdays` and `parts` of the day are any. With an `appointment` it is "earlier please",
    or a day that suits their training better: what comes of it is one move of that. The session of
    a plan that it is for comes along.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="waits_for")
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="+")
    therapist = models.ForeignKey(
        Therapist,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=gettext_lazy("Empty: whoever is free."),
    )
    appointment = models.ForeignKey(
        Appointment,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="earlier_wishes",
        help_text=gettext_lazy("What should be at another time."),
    )
    better_by = models.CharField(
        max_length=10,
        choices=BetterBy,
        default=BetterBy.EARLIER,
        db_default=BetterBy.EARLIER,
        help_text=gettext_lazy("What the other time is to be."),
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday),
        default=list,
        blank=True,
        help_text=gettext_lazy("0 is Monday; empty: any."),
    )
    parts = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        blank=True,
        help_text=gettext_lazy("0 the morning, 1 the afternoon, 2 the evening; empty: any."),
    )
    first_day = models.DateField()
    last_day = models.DateField()
    notice_hours = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(LONGEST_NOTICE)]
    )
    session_kind = models.CharField(max_length=20, blank=True)
    session_ideal = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=EntryState, default=EntryState.WAITING)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=200, help_text=gettext_lazy("Who has put them on it."))
    key = models.CharField(
        max_length=64,
        unique=True,
        help_text=gettext_lazy("Sent with the form, so that one sent twice joins once."),
    )

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at", "pk"]
        verbose_name = gettext_lazy("entry of the waiting list")
        verbose_name_plural = gettext_lazy("waiting list")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="a_wait_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(state=EntryState.WAITING, ended_at=None)
                | ~Q(state=EntryState.WAITING) & Q(ended_at__isnull=False),
                name="a_wait_that_is_over_says_since_when",
            ),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(state=EntryState.WAITING),
                name="one_earlier_please_a_visit",
            ),
        ]
        indexes = [
            models.Index(
                fields=["joined_at"], condition=Q(state=EntryState.WAITING), name="who_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.treatment}, {self.first_day:%d %b %Y}"

    @property
    def is_waiting(self) -> bool:
        return self.state == EntryState.WAITING

    @property
    def moves_a_visit(self) -> bool:
        """Rather than booking one more."""
        return self.appointment_id is not None

    @property
    def wants_earlier(self) -> bool:
        return self.moves_a_visit and self.better_by == BetterBy.EARLIER

    @property
    def wants_better(self) -> bool:
        """Earlier or later, on a day that suits their training better."""
        return self.moves_a_visit and self.better_by == BetterBy.TRAINING

    @property
    def notice(self) -> timedelta:
        return timedelta(hours=self.notice_hours)

    @property
    def kinds(self) -> frozenset[training.Kind]:
        """What it is for: its session of the plan, or all that the treatment suits."""
        if self.session_kind in list(training.Kind):
            return frozenset({training.Kind(self.session_kind)})
        return self.treatment.kinds

    @property
    def answers_nothing(self) -> bool:
        """The last offers have all gone by without an answer."""
        last = list(self.offers.values_list("state", flat=True).reverse()[:MOST_UNANSWERED])
        return last == ["expired"] * MOST_UNANSWERED  # OfferState's: offers know their entries

    @property
    def was_taken_off(self) -> bool:
        """By the list itself, for want of an answer."""
        return self.state == EntryState.LEFT and self.answers_nothing

    def end(self, state: EntryState, *, now: datetime) -> None:
        self.state, self.ended_at = state, now
        self.save(update_fields=["state", "ended_at"])
