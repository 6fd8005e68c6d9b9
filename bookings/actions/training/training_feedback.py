"""What a client tells of their training: hard efforts, and sessions they do not want."""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy

from bookings.actions.refusals import Refused
from bookings.core import training
from bookings.models import Client, DeclinedSession, HardEffort

LONGEST_AGO = timedelta(days=13)


class EffortRefused(Refused):
    sentence = gettext_lazy("Please give a day of the last two weeks.")


def log_effort(client: Client, day: date, *, today: date) -> None:
    """Note a hard workout or an unusually long run (S9). Raises EffortRefused."""
    refuse_an_odd_day(day, today=today)
    HardEffort.objects.get_or_create(client=client, day=day)


def forget_effort(client: Client, day: date) -> None:
    client.hard_efforts.filter(day=day).delete()


def decline(client: Client, kind: training.Kind, ideal: date) -> None:
    """No mail asks for this session any more, and the plan puts it aside (N7)."""
    DeclinedSession.objects.get_or_create(client=client, kind=kind, ideal=ideal)


def reconsider(client: Client, kind: training.Kind, ideal: date) -> None:
    client.declined_sessions.filter(kind=kind, ideal=ideal).delete()


def refuse_an_odd_day(day: date, *, today: date) -> None:
    """Raises EffortRefused for a day to come, or one so long ago that it changes nothing."""
    if not today - LONGEST_AGO <= day <= today:
        raise EffortRefused
