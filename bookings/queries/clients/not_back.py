"""Who has been here, and neither came back since nor has a visit booked."""

from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext as _

from bookings.core.scheduling.statuses import Status
from bookings.core.training.races import NOT_RUN
from bookings.models import Appointment, Clinic, Race
from bookings.queries.mail.nudges import TakesNudges, why_none_at_all

WEEKS = (4, 6, 8, 12, 26, 52)
USUAL_WEEKS = 8
CAME = (Status.ARRIVED, Status.COMPLETED)


class TakesMail(TakesNudges, Protocol):
    @property
    def email(self) -> str: ...


class NotBack(NamedTuple):
    """A client who was here last at `starts_at`."""

    client: int
    name: str
    phone: str
    email: str
    wants_nudges: bool
    bounced_at: datetime | None
    health_hold: bool
    starts_at: datetime
    treatment: str
    therapist: str


class NextRace(NamedTuple):
    race_date: date
    name: str


OF_CLIENT = NotBack._fields[1:7]


def last_visits(clinic: Clinic, weeks: int, now: datetime) -> QuerySet[Appointment]:
    """Of whoever was last here more than so many weeks ago, by the calendar; the newest first.

    Found by going back from that day: how many there are of older ones costs nothing.
    """
    since = clinic.begin_of(clinic.day_of(now) - timedelta(weeks=weeks))
    theirs = Appointment.objects.filter(client=OuterRef("client"))
    came_again = theirs.filter(status__in=CAME, starts_at__gt=OuterRef("starts_at"))
    is_to_come = theirs.filter(status=Status.BOOKED, starts_at__gte=since)
    found = Appointment.objects.filter(
        ~Exists(came_again.order_by()),
        ~Exists(is_to_come.order_by()),
        status__in=CAME,
        starts_at__lt=since,
        client__erased_at=None,
    )
    return found.select_related("client", "treatment", "therapist").order_by("-starts_at", "client")


def with_races(
    visits: QuerySet[Appointment], clinic: Clinic, now: datetime
) -> QuerySet[Appointment]:
    """Each client with the `races_ahead`, the nearest first."""
    ahead = Race.objects.filter(race_date__gte=clinic.day_of(now)).order_by("race_date")
    return visits.prefetch_related(Prefetch("client__races", ahead, to_attr="races_ahead"))


def of_all(clinic: Clinic, weeks: int, now: datetime) -> list[tuple[NotBack, NextRace | None]]:
    """Everybody and their next race, in two queries: so many models would take seconds to make.

    Through a cursor PostgreSQL looks for the way on which the first rows come soonest, on which
    all of them took a minute.
    """
    visits = last_visits(clinic, weeks, now).select_related(None)
    rows = map(
        NotBack._make,
        visits.values_list(
            "client",
            *(f"client__{one}" for one in OF_CLIENT),
            "starts_at",
            "treatment__name",
            "therapist__name",
        ),
    )
    races = _next_races(clinic.day_of(now))
    return [(one, races.get(one.client)) for one in rows]


def _next_races(today: date) -> dict[int, NextRace]:
    """By client, the first that is to be run."""
    ahead = Race.objects.filter(race_date__gte=today, client__isnull=False)
    told = ahead.exclude(outcome__in=NOT_RUN).order_by("-race_date")
    return {
        client: NextRace(day, name)
        for client, day, name in told.values_list("client", "race_date", "name")
    }


def why_no_mail(client: TakesMail) -> str:
    """Why no mail about sessions to book goes to them; empty of whoever gets them."""
    return why_none_at_all(client) if client.email else _("No address is known.")
