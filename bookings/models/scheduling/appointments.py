"""Held and booked visits, and what happened to each."""

import secrets
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, Func, OuterRef, Q, Subquery, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.core.intervals import Interval
from bookings.core.roles import Role
from bookings.core.scheduling.openings import Duration
from bookings.core.scheduling.statuses import (
    FREES_ITS_TIME,
    Status,
    comes_from,
    waits_for_a_decision,
)
from bookings.models.by_sql import read
from bookings.models.clients.clients import Client
from bookings.models.rota.therapists import Therapist
from bookings.models.rota.treatments import Room, Treatment
from bookings.models.scheduling import with_event
from bookings.models.scheduling.series import Series
from bookings.models.scheduling.with_event import Unwritten

# No visit blocks more than this, so a query for a day needs to look back only so far.
LONGEST = timedelta(hours=12)
SETTLED = "settled"  # the event of whose mailbox has been proved with another booking
BOOLEAN = models.BooleanField()
# Who may make a visit for somebody else.
VOUCHING = (Role.DESK.value, Role.OWNER.value)
STATUS_NAMES = {
    Status.HELD: gettext_lazy("Held"),
    Status.EXPIRED: gettext_lazy("Expired"),
    Status.BOOKED: gettext_lazy("Booked"),
    Status.ARRIVED: gettext_lazy("Arrived"),
    Status.COMPLETED: gettext_lazy("Completed"),
    Status.NO_SHOW: gettext_lazy("Did not come"),
    Status.CANCELLED: gettext_lazy("Cancelled"),
}
OCCUPYING = ~Q(status__in=[status.value for status in FREES_ITS_TIME])


class WrongStatus(Exception):
    """The appointment is not (or no longer) in a status from which this can be done."""


def new_public_id() -> str:
    return secrets.token_urlsafe(16)


class TimeRange(Func):
    """[start, end) as the database's range of instants."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()

    def __init__(self, start: str, end: str):
        super().__init__(F(start), F(end), RangeBoundary())


def never_twice(what: str, until: str, otherwise: Any) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=f"{what}_never_twice",
        expressions=[
            (what, RangeOperators.EQUAL),
            (TimeRange("starts_at", until), RangeOperators.OVERLAPS),
        ],
        condition=OCCUPYING,
        violation_error_message=otherwise,
    )


EVERYTHING = ("client", "therapist", "room", "treatment")
OPENED = f"""
     WHERE bookings_appointment.public_id = %s AND bookings_appointment.links_edition = %s
       AND bookings_appointment.status NOT IN ('{Status.HELD}', '{Status.EXPIRED}')
       AND client.erased_at IS NULL
"""
OF_IT = (
    (
        "was_answered",
        "client.proved_at IS NOT NULL OR EXISTS (SELECT FROM bookings_appointmentevent"
        f" WHERE appointment_id = bookings_appointment.id AND kind = '{SETTLED}')",
    ),
    (
        "has_a_wish",
        "EXISTS (SELECT FROM bookings_waitlistentry"
        " WHERE appointment_id = bookings_appointment.id AND state = 'waiting')",
    ),
)
TOLD_BY_PHONE = "told by phone"  # a kind of event, with the revision they were told of


class AppointmentQuerySet(models.QuerySet):
    def occupying(self):
        """Everything whose status keeps its time, live and dead holds alike."""
        return self.filter(OCCUPYING)

    def blocking(self, now: datetime) -> Self:
        """What keeps its time at `now`: a hold past its end no longer does."""
        return self.occupying().exclude(status=Status.HELD, held_until__lte=now)

    def touching(self, interval: Interval) -> Self:
        """Blocked at some time in the interval; bounded below so that an index serves it."""
        return self.filter(
            starts_at__gt=interval.start - LONGEST,
            starts_at__lt=interval.end,
            blocked_until__gt=interval.start,
        )

    def held_by(self, visitor: str) -> Self:
        return self.filter(status=Status.HELD, visitor=visitor)

    def live_holds(self, now: datetime) -> Self:
        return self.filter(status=Status.HELD, held_until__gt=now)

    def dead_holds(self, now: datetime) -> Self:
        return self.filter(status=Status.HELD, held_until__lte=now)

    def visits(self):
        """What was really booked, whatever became of it."""
        return self.exclude(status__in=[Status.HELD, Status.EXPIRED])

    def awaiting_proof(self):
        """Booked under an address that nobody has answered from, and so given back before long."""
        return self.filter(status=Status.BOOKED, prove_by__isnull=False, client__proved_at=None)

    def at_the_mailbox(self, address: str) -> Self:
        return self.filter(client__in=Client.objects.at(address))

    def with_waits(self):
        """`waits`: whether it is among those, so that no page calls it booked."""
        same = Appointment.objects.filter(pk=OuterRef("pk"))
        return self.annotate(waits=Exists(same.awaiting_proof()))

    def with_answers(self):
        """`was_answered`: whether somebody has proved its mailbox, for it or for what was booked
        beside it and is settled together with it."""
        settled = AppointmentEvent.objects.filter(appointment=OuterRef("pk"), kind=SETTLED)
        known = Q(client__proved_at__isnull=False)
        return self.annotate(was_answered=ExpressionWrapper(known | Exists(settled), BOOLEAN))

    def of_strangers(self):
        """Whatever became of them: nobody has proved their address, or said that they may stay."""
        return self.filter(prove_by__isnull=False, client__proved_at=None)

    def upcoming(self, now: datetime) -> Self:
        return self.filter(status=Status.BOOKED, starts_at__gte=now).order_by("starts_at")

    def relayed(self, now: datetime) -> Self:
        """Those whose time is offered to the waiting list; each stands until that is taken."""
        return self.upcoming(now).filter(relayed_at__isnull=False, starts_at__gt=now)

    def of_the_living(self):
        """With everything; but for those of clients who have been erased."""
        return self.with_everything().filter(client__isnull=False, client__erased_at=None)

    def opened(self, public_id: str, edition: int) -> list["Appointment"]:
        """The visit of the living, `with_answers`, that a link is of, by SQL that is written once;
        `has_a_wish`: whether another time is waited for instead of it.

        Of no other queryset: what is asked before it is not heard.
        """
        return read(
            Appointment, OPENED, [public_id, edition], more=OF_IT, joined=EVERYTHING, using=self.db
        )

    def with_last_event(self):
        """`last_event`, which a form sends back to say what its page had shown."""
        latest = AppointmentEvent.objects.filter(appointment=OuterRef("pk")).order_by("-pk")
        return self.annotate(last_event=Subquery(latest.values("pk")[:1]))

    def with_everything(self):
        return self.select_related(*EVERYTHING)


class Appointment(models.Model):
    """A held or booked visit: one row from the hold to the end of its history."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    links_edition = models.PositiveSmallIntegerField(
        default=0,
        editable=False,
        help_text=gettext_lazy("Raising it ends every link to it made before."),
    )
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments"
    )
    therapist = models.ForeignKey(Therapist, on_delete=models.PROTECT, related_name="appointments")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="appointments")
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocked_until = models.DateTimeField(
        help_text=gettext_lazy("The end and the treatment's buffer.")
    )
    status = models.CharField(
        max_length=10, choices=[(status.value, name) for status, name in STATUS_NAMES.items()]
    )
    price = models.DecimalField(max_digits=8, decimal_places=2)
    any_therapist = models.BooleanField(
        default=False, help_text=gettext_lazy("The runner asked for no therapist in particular.")
    )
    revision = models.PositiveIntegerField(
        default=0,
        help_text=gettext_lazy("Rises with each move and with cancelling; a calendar's SEQUENCE."),
    )
    created_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True, blank=True)

    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text=gettext_lazy("When the client said that they are coming.")
    )

    late_minutes = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        help_text=gettext_lazy("How late the client is or says they will be; 0 when in time."),
    )
    desk_note = models.CharField(
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text=gettext_lazy("For the desk, about the visit; never about health."),
    )

    vouched_for = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=gettext_lazy(
            "Made by the desk, or by a client who has proved their address: only such a "
            "visit lets its therapist see health data."
        ),
    )

    decided_on_hold = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=gettext_lazy(
            "Somebody who treats the client has decided about this visit, though they are on hold."
        ),
    )

    not_told = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=gettext_lazy("The client has not been told when, with whom or of what it is."),
    )

    relayed_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=gettext_lazy("Since when its time is offered to the waiting list; it stands."),
    )

    held_until = models.DateTimeField(null=True, blank=True)
    visitor = models.CharField(
        max_length=64, blank=True, help_text=gettext_lazy("Who holds it: a keyed hash.")
    )
    held_from = models.CharField(
        max_length=64,
        blank=True,
        help_text=gettext_lazy("The address it is held from: a keyed hash."),
    )
    booking_key = models.CharField(
        max_length=64,
        null=True,
        blank=True,
        unique=True,
        help_text=gettext_lazy("Sent with the form, so that one sent twice books once."),
    )
    together = models.CharField(
        max_length=64,
        blank=True,
        help_text=gettext_lazy("What those booked at once have in common."),
    )

    series = models.ForeignKey(
        Series,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        db_index=False,  # it has one of those that are in a series
        related_name="appointments",
        help_text=gettext_lazy("What it comes again in."),
    )

    prove_by = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=gettext_lazy(
            "Until when the client's address must be proved, else the time is given back; empty "
            "where nobody waits for that."
        ),
    )

    last_event: int | None  # told by `with_last_event`
    was_answered: bool  # told by `with_answers`
    has_a_wish: bool  # told by `opened`
    left: Decimal  # told of what is unpaid
    changed_at: datetime  # told by the calendars to subscribe to
    waits: bool  # told by `with_waits`

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            never_twice(
                "therapist",
                "blocked_until",
                gettext_lazy("The therapist is not free at that time."),
            ),
            never_twice(
                "room", "blocked_until", gettext_lazy("The room is not free at that time.")
            ),
            never_twice(
                "client",
                "ends_at",
                gettext_lazy("The client has another appointment at that time."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="appointment_takes_time",
                violation_error_message=gettext_lazy("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=Q(blocked_until__gte=F("ends_at"))
                & Q(blocked_until__lte=F("starts_at") + Value(LONGEST)),
                name="appointment_blocked_within_reason",
                violation_error_message=gettext_lazy("An appointment takes twelve hours at most."),
            ),
            models.CheckConstraint(
                condition=Q(client__isnull=False) | Q(status__in=[Status.HELD, Status.EXPIRED]),
                name="only_a_hold_has_no_client",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.HELD) | Q(held_until__isnull=False),
                name="a_hold_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(status__in=list(Status)), name="appointment_status_exists"
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at"],
                include=["therapist", "room", "ends_at", "blocked_until", "status", "held_until"],
                condition=OCCUPYING,
                name="diary_by_time",
            ),
            models.Index(
                fields=["therapist", "starts_at"],
                include=["ends_at", "blocked_until"],
                condition=OCCUPYING,
                name="diary_by_therapist",
            ),
            # Reports ask of each visit what comes before and after it, from the index alone.
            models.Index(
                fields=["client", "starts_at"],
                include=["id", "status", "booked_at", "therapist", "treatment"],
                name="visits_one_after_another",
            ),
            # And of each reminder to book whether a visit was booked after it.
            models.Index(
                fields=["client", "booked_at"],
                include=["starts_at", "status"],
                name="bookings_of_client",
            ),
            models.Index(
                fields=["held_until"], condition=Q(status=Status.HELD), name="holds_by_end"
            ),
            models.Index(
                fields=["visitor"], condition=Q(status=Status.HELD), name="holds_by_visitor"
            ),
            models.Index(
                fields=["together"], condition=~Q(together=""), name="appointments_booked_at_once"
            ),
            models.Index(
                fields=["held_from", "created_at"],
                condition=~Q(held_from=""),
                name="holds_by_address",
            ),
            # A series that goes, with its client, asks for its visits.
            models.Index(
                fields=["series"], condition=Q(series__isnull=False), name="visits_of_series"
            ),
            # An hourly sweep asks, of ten years' rows, for those that have something to forget.
            models.Index(
                fields=["created_at"],
                condition=Q(status=Status.EXPIRED, client__isnull=True) | ~Q(held_from=""),
                name="holds_by_age",
            ),
            models.Index(
                fields=["prove_by"],
                condition=Q(status=Status.BOOKED, prove_by__isnull=False),
                name="bookings_to_prove",
            ),
            models.Index(
                fields=["booked_at"],
                condition=Q(prove_by__isnull=False),
                name="bookings_of_strangers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.treatment}, {timezone.localtime(self.starts_at):%d %b %Y %H:%M %Z}"

    @property
    def whose(self) -> Client:
        """The client, whom every visit has; raises ValueError for a hold of nobody yet."""
        if self.client is None:
            raise ValueError(_("A hold may be nobody's."))
        return self.client

    @property
    def awaits_decision(self) -> bool:
        """Its client is on hold, and nobody who treats them has decided about this visit."""
        on_hold = self.client is not None and self.client.health_hold
        return waits_for_a_decision(self.status, on_hold=on_hold, decided=self.decided_on_hold)

    @property
    def interval(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def duration(self) -> Duration:
        """How long it lasts and blocks, as it was booked."""
        length, pause = self.ends_at - self.starts_at, self.blocked_until - self.ends_at
        return Duration(length=int(length.total_seconds()), buffer=int(pause.total_seconds()))

    def is_live_hold(self, now: datetime) -> bool:
        held_until = self.held_until if self.status == Status.HELD else None
        return held_until is not None and held_until > now

    def keep_for(self, visitor: str, *, until: datetime, address: str) -> None:
        """Save it as the visitor's hold."""
        self.status = Status.HELD
        self.held_until, self.visitor, self.held_from = until, visitor, address
        self.save(force_insert=True)

    def book(
        self,
        client: Client,
        *,
        key: str,
        together: str = "",
        prove_by: datetime | None = None,
        not_told: bool = False,
        facts: dict | None = None,
        by: str,
        now: datetime,
    ) -> None:
        """Turn the hold into the client's, or save it as booked where nothing was held."""
        changes = {
            "client": client,
            "booking_key": key,
            "together": together,
            "booked_at": now,
            "prove_by": prove_by,
            "not_told": not_told,
            # What comes from a public form is so by nobody until its address is proved.
            "vouched_for": by.startswith(VOUCHING) or not client.is_provisional,
        }
        if self._state.adding:
            for name, value in {**changes, "status": Status.BOOKED}.items():
                setattr(self, name, value)
            with_event.insert(self, Unwritten(kind=Status.BOOKED, by=by, at=now, facts=facts or {}))
        else:
            self.become(Status.BOOKED, by=by, now=now, facts=facts, series=self.series, **changes)

    def become(
        self, status: Status, *, by: str, now: datetime, facts: dict | None = None, **changes: Any
    ) -> None:
        """The one door between statuses: a conditional update and its event, together.

        Raises WrongStatus when the row is not (or no longer) where this may come from.
        """
        rows = Appointment.objects.filter(pk=self.pk, status__in=comes_from(status))
        event = Unwritten(kind=status, by=by, at=now, facts=facts or {})
        if not with_event.update(rows, {"status": status, **changes}, event):
            raise WrongStatus(f"cannot become {status}")
        for name, value in {"status": status, **changes}.items():
            setattr(self, name, value)

    def record(self, kind: str, *, by: str, now: datetime, facts: dict | None = None) -> None:
        self.events.create(kind=kind, by=by, at=now, facts=facts or {})


class AppointmentEvent(models.Model):
    """Who did what when; written in the transaction that did it, and never changed."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.CharField(
        max_length=200, help_text=gettext_lazy("A role and who: runner, desk: their login.")
    )
    facts = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["at", "pk"]
        # Each minute those of the last two hours are asked for, to tell staff of them.
        indexes = [models.Index(fields=["at"], name="events_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} by {self.by}"
