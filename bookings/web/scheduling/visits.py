"""Somebody's appointments as pages list them, with the ways from each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from bookings import links
from bookings.models import Appointment, Client, Clinic

SHOWN_BEFORE = 12


@dataclass(frozen=True)
class Visit:
    """An appointment and its page; who has its owner's mail may do there what its link may."""

    appointment: Appointment

    @property
    def url(self) -> str:
        return self._path("appointment")

    @property
    def again_url(self) -> str:
        """Nothing where its treatment cannot be booked online any more."""
        treatment = self.appointment.treatment
        return self._path("again") if treatment.active and treatment.online else ""

    @property
    def plan_url(self) -> str:
        return self._path("my_plan")

    def _path(self, route: str) -> str:
        return reverse(f"runner:{route}", args=[links.mail_token(self.appointment)])


@dataclass(frozen=True)
class Visits:
    """Those to come in order of time, and of those before as many as are shown, newest first."""

    ahead: Sequence[Visit]
    before: Sequence[Visit]

    @classmethod
    def of(cls, clients: Sequence[Client], *, now: datetime) -> "Visits":
        """Of whom it is not certain who they are, nothing from before that was so."""
        ids = [client.pk for client in clients]
        since = {one.pk: one.unconfirmed_since for one in clients if one.unconfirmed_since}
        visits = Appointment.objects.filter(client__in=ids).visits().with_everything()
        ahead = list(visits.upcoming(now))
        here = {one.pk for one in ahead}
        before = visits.filter(starts_at__lt=now).order_by("-starts_at")
        if since:
            for pk, instant in since.items():
                before = before.exclude(client=pk, starts_at__lt=instant)
        shown = [one for one in before[:SHOWN_BEFORE] if one.pk not in here]
        return cls([Visit(one) for one in ahead], [Visit(one) for one in shown])

    def plan_url_of(self, client: Client) -> str:
        """Behind one of their visits; nothing where none is shown."""
        theirs = (one for one in self.ahead or self.before if one.appointment.whose == client)
        return next((one.plan_url for one in theirs), "")


def times_of_the_day(visit: Appointment, clinic: Clinic) -> str:
    """The same day's times, as long as the treatment can be booked."""
    if visit.treatment.active and visit.treatment.online:
        return f"{visit.treatment.get_absolute_url()}?day={clinic.day_of(visit.starts_at)}"
    return f"{reverse('runner:home')}#treatments"
