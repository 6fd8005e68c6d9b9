"""Times that are offered to somebody on the list, each kept for them meanwhile."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from bookings.models.clients.clients import Client
from bookings.models.rota.therapists import Therapist
from bookings.models.scheduling.appointments import Appointment, new_public_id
from bookings.models.waiting_list.entries import WaitlistEntry


class OfferState(models.TextChoices):
    OPEN = "open", gettext_lazy("not answered yet")
    ACCEPTED = "accepted", gettext_lazy("accepted")
    DECLINED = "declined", gettext_lazy("declined")
    EXPIRED = "expired", gettext_lazy("not answered in time")
    WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")
    UNREAD = "unread", gettext_lazy("its mail did not reach them")


class Channel(models.TextChoices):
    MAIL = "mail", gettext_lazy("by mail")


class OfferQuerySet(models.QuerySet["WaitlistOffer"]):
    def open(self) -> Self:
        return self.filter(state=OfferState.OPEN)

    def with_everything(self) -> Self:
        return self.select_related(
            "client",
            "therapist",
            "entry__treatment",
            "entry__appointment",
            "hold__room",
            "relayed",
        )


class WaitlistOffer(models.Model):
    """One start, kept by a hold until one moment; accepted, the hold is what has been booked.

    What is `relayed` is kept by the visit whose time it is, which is cancelled when it is taken.

    At most one is open for each person. That no two are for one time is the diary's to say.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    entry = models.ForeignKey(WaitlistEntry, on_delete=models.CASCADE, related_name="offers")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="offers")
    hold = models.OneToOneField(
        Appointment, null=True, blank=True, on_delete=models.SET_NULL, related_name="offer"
    )
    relayed = models.ForeignKey(
        Appointment,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="passed_to",
        help_text=gettext_lazy("Whose time it is until it is taken; nothing is held then."),
    )
    therapist = models.ForeignKey(Therapist, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=OfferState, default=OfferState.OPEN)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.MAIL)
    made_at = models.DateTimeField()
    until = models.DateTimeField(help_text=gettext_lazy("Until when the time is kept."))
    by = models.CharField(max_length=200, help_text=gettext_lazy("Who has made it."))
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = gettext_lazy("offer of the waiting list")
        verbose_name_plural = gettext_lazy("offers of the waiting list")
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=Q(state=OfferState.OPEN), name="one_open_offer_each"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("made_at")) & Q(until__lt=F("starts_at")),
                name="an_offer_ends_before_the_visit",
            ),
            models.CheckConstraint(
                condition=Q(state=OfferState.OPEN, ended_at=None)
                | ~Q(state=OfferState.OPEN) & Q(ended_at__isnull=False),
                name="an_offer_that_is_over_says_since_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"], condition=Q(state=OfferState.OPEN), name="open_offers_by_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%d %b %Y %H:%M %Z} ({self.get_state_display()})"

    @property
    def holder(self) -> str:
        """Whose hold it is, as the diary names holders."""
        return f"offer:{self.public_id}"

    def put(self, visit: Appointment) -> None:
        """Where and when it is: as a hold, or a visit that is not saved."""
        self.therapist = visit.therapist
        self.starts_at, self.ends_at = visit.starts_at, visit.ends_at

    def is_open(self, now: datetime) -> bool:
        return self.state == OfferState.OPEN and now < self.until

    def end(self, state: OfferState, *, now: datetime) -> None:
        self.state, self.ended_at = state, now
        self.save(update_fields=["state", "ended_at"])
