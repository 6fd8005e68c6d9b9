"""Who comes when: regulars in turn, newcomers for a first visit, nobody twice a day."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random

from bookings.models import Client, Treatment
from clinic.demo.data.clinic import FIRST_VISIT

NEVER = date.min
DRAWN = 4  # whoever of so many has not come for longest is next


class Crowd:
    """The clients, of whom the newcomers have not been before their first visit."""

    def __init__(self, regulars: Iterable[Client], newcomers: Iterable[Client], chance: Random):
        self._last_came = dict.fromkeys(regulars, NEVER)
        self._newcomers = list(newcomers)
        self._chance = chance

    def wants(self, treatment: Treatment) -> bool:
        return treatment.name != FIRST_VISIT or bool(self._newcomers)

    def somebody(self, treatment: Treatment, day: date, booked_at: datetime) -> Client:
        """Who comes for it on that day; a newcomer is known from `booked_at` on."""
        client = self._newcomer(booked_at) if treatment.name == FIRST_VISIT else self._regular(day)
        self._last_came[client] = day
        return client

    def _newcomer(self, booked_at: datetime) -> Client:
        client = self._newcomers.pop(0)
        known_since(client, booked_at)
        return client

    def _regular(self, day: date) -> Client:
        free = [client for client, came in self._last_came.items() if came != day]
        return min(self._chance.sample(free, DRAWN), key=self._last_came.__getitem__)


def known_since(client: Client, moment: datetime) -> None:
    """Booked for the first time then, and opened the link in the mail soon after."""
    client.created_at = client.terms_agreed_at = moment
    client.proved_at = moment + timedelta(minutes=20)
