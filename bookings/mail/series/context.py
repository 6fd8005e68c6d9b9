"""What mails about a series may say, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urljoin

from django.conf import settings

from bookings import dates
from bookings.core.scheduling.statuses import Status
from bookings.links import mailed_url
from bookings.mail.context import AppointmentLetter, MailLetter
from bookings.mail.training_context import MailedTime, time_to_book
from bookings.models import Series, Therapist, Treatment, WhyMissed
from bookings.queries.scheduling.diary import Opening
from bookings.queries.series.following import still_to_book
from bookings.queries.series.in_words import series_in_words


@dataclass(frozen=True)
class SeriesChangedLetter(MailLetter):
    """Several of its appointments were cancelled, or moved, at once."""

    visits: Sequence[AppointmentLetter]

    @cached_property
    def are_cancelled(self) -> bool:
        return all(one.appointment.status == Status.CANCELLED for one in self.visits)

    @cached_property
    def series_url(self) -> str:
        """Nothing where they are one no more."""
        return next((one.series_url for one in self.visits if one.appointment.series_id), "")


@dataclass(frozen=True)
class SeriesMissedLetter(MailLetter):
    """A date that the diary has reached, and that could not be booked."""

    series: Series

    @cached_property
    def in_words(self) -> str:
        return series_in_words(self.series, self.today)

    @cached_property
    def when(self) -> str:
        """The time that it would have had; of a session of a race, its day."""
        if day := self.mail.about.get("day"):
            return dates.civil_day_from(date.fromisoformat(day), self.today)
        return self.day_and_time(datetime.fromisoformat(self.mail.about["start"]))

    @cached_property
    def treatment(self) -> Treatment:
        """That of the session, where the series has several."""
        known = Treatment.objects.filter(pk=self.mail.about.get("treatment")).first()
        return known or self.series.treatment

    @cached_property
    def why(self) -> str:
        return str(WhyMissed(self.mail.about["why"]).label)

    @cached_property
    def nearest(self) -> MailedTime | None:
        """As a time that one press books."""
        start = self.mail.about.get("nearest")
        if not start or not self.treatment.online:
            return None
        therapist = Therapist.objects.filter(pk=self.mail.about.get("therapist")).first()
        opening = Opening(datetime.fromisoformat(start), (therapist,) if therapist else ())
        return time_to_book(self, self.treatment, opening, therapist)

    @cached_property
    def other_times_url(self) -> str:
        treatment = self.treatment
        if not (treatment.active and treatment.online):
            return self.home_url
        day = self.clinic.day_of(datetime.fromisoformat(self.mail.about["start"]))
        return urljoin(settings.SITE_URL, f"{treatment.get_absolute_url()}?day={day}")

    @cached_property
    def series_url(self) -> str:
        """Behind the link of its last appointment; nothing where none was booked yet."""
        last = self.series.appointments.visits().order_by("starts_at").last()
        return mailed_url(last, "runner:series") if last else ""

    @cached_property
    def is_still_waiting(self) -> bool:
        return bool(still_to_book(self.series, self.clinic, now=self.now))
