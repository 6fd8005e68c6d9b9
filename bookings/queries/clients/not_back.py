"""Who has been here, and neither came back since nor has a visit booked."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext as _

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, Race
from bookings.queries.mail.nudges import why_none_at_all

WEEKS = (4, 6, 8, 12, 26, 52)
USUAL_WEEKS = 8
CAME = (Status.ARRIVED, Status.COMPLETED)


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


def why_no_mail(client: Client) -> str:
    """Why no mail about sessions to book goes to them; empty of whoever gets them."""
    return why_none_at_all(client) if client.email else _("No address is known.")
