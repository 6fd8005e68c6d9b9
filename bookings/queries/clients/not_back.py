"""Who has been here, and neither came back since nor has a visit booked."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, Race
from bookings.queries.mail.nudges import why_none_at_all

WEEKS = (4, 6, 8, 12, 26, 52)
USUAL_WEEKS = 8
CAME = (Status.ARRIVED, Status.COMPLETED)
CAME_OR_MAY = (*CAME, Status.BOOKED)


def not_back(clinic: Clinic, weeks: int, now: datetime) -> QuerySet[Client]:
    """Last here more than so many weeks ago, by the calendar; whoever was here last comes first.

    Each with `last_visit`, `last_treatment` and `last_therapist`.
    """
    since = clinic.begin_of(clinic.day_of(now) - timedelta(weeks=weeks))
    theirs = Appointment.objects.filter(client=OuterRef("pk"))
    back = theirs.filter(status__in=CAME_OR_MAY, starts_at__gte=since)
    last = theirs.filter(status__in=CAME).order_by("-starts_at")
    found = Client.objects.living().filter(~Exists(back))
    found = found.annotate(last_visit=Subquery(last.values("starts_at")[:1]))
    return (
        found.filter(last_visit__isnull=False)
        .annotate(
            last_treatment=Subquery(last.values("treatment__name")[:1]),
            last_therapist=Subquery(last.values("therapist__name")[:1]),
        )
        .order_by("-last_visit", "pk")
    )


def with_races(clients: QuerySet[Client], clinic: Clinic, now: datetime) -> QuerySet[Client]:
    """Each with the `races_ahead`, the nearest first."""
    ahead = Race.objects.filter(race_date__gte=clinic.day_of(now)).order_by("race_date")
    return clients.prefetch_related(Prefetch("races", ahead, to_attr="races_ahead"))


def why_no_mail(client: Client) -> str:
    """Why no mail about sessions to book goes to them; empty of whoever gets them."""
    return why_none_at_all(client) if client.email else _("No address is known.")
