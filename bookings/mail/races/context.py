"""What the mail about a race that is moved or cancelled may say, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bookings import dates
from bookings.links import Purpose, client_url
from bookings.mail.context import AppointmentLetter, MailLetter, plan_url_of
from bookings.models import RunnerNews
from bookings.queries.training import protocol
from bookings.queries.training.consequences import Consequence, RaceChanged, Unfitting, consequences
from bookings.queries.training.told import known_day

SESSIONS_LISTED = 6


@dataclass(frozen=True)
class MailedVisit:
    """A visit that no longer fits: why, and when it could be instead."""

    visit: AppointmentLetter
    reason: str
    times: Sequence[str]


@dataclass(frozen=True)
class MailedShift:
    """A session that is suggested on another day, or no longer: in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class RaceNewsLetter(MailLetter):
    """To one runner: what it does to their plan and to what they have booked."""

    row: RunnerNews
    done: Sequence[AppointmentLetter]

    @cached_property
    def race(self) -> str:
        """The clinic's own name of it, and not what somebody has typed."""
        return self.row.news.listed.listed_race.name

    @cached_property
    def is_back(self) -> bool:
        """It was cancelled, and takes place after all."""
        return bool(self.mail.about.get("back"))

    @cached_property
    def is_cancelled(self) -> bool:
        return self.row.news.is_cancelled and not self.is_back

    @cached_property
    def was(self) -> str:
        """The day that they know of; news that reached nobody are not told of."""
        return self._day(self._known)

    @cached_property
    def becomes(self) -> str:
        return self._day(self.row.news.becomes)

    @cached_property
    def answer_url(self) -> str:
        return client_url(Purpose.RACE_NEWS, self.mail.client, row=self.row.pk)

    @cached_property
    def plan_url(self) -> str:
        return plan_url_of(self.mail.client)

    @cached_property
    def _known(self) -> date:
        return known_day(self.row)

    @cached_property
    def _consequence(self) -> Consequence | None:
        news = self.row.news
        if self.row.race is None:
            return None
        changed = RaceChanged(self.row.race, self._known, news.changes)
        return consequences(self.clinic, [changed], now=self.now)[0]

    @cached_property
    def visits(self) -> list[MailedVisit]:
        """Those that nobody has answered about."""
        if self._consequence is None or self.row.settled_at or self.is_back:
            return []
        return [self._visit(one) for one in self._consequence.visits]

    @cached_property
    def sessions(self) -> list[MailedShift]:
        if self._consequence is None or self.is_back:
            return []
        types = protocol.current().session_types
        shifts = self._consequence.change.session_shifts()[:SESSIONS_LISTED]
        return [
            MailedShift(types[one.kind].name, self._day(one.before), self._day(one.after))
            for one in shifts
        ]

    def _visit(self, one: Unfitting) -> MailedVisit:
        visit = AppointmentLetter(self.mail, self.clinic, self.now, one.visit)
        times = [self.day_and_time(slot.start) for slot in one.choices]
        return MailedVisit(visit, dates.translated(one.misfit.reason), times)

    def _day(self, day: date | None) -> str:
        return dates.civil_day_from(day, self.today) if day else ""
