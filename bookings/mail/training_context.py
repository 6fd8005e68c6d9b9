"""What the templates of emails timed to training may say, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import dates
from bookings.core import training, wording
from bookings.core.training.protocol.sessions import SessionType
from bookings.links import Purpose, client_url, mailed_url
from bookings.mail.build_up import BuildUp, build_up
from bookings.mail.context import AppointmentLetter, MailLetter, plan_url_of
from bookings.models import BroughtPlan, Outcome, PlanLink, Race, Therapist, Told, Treatment
from bookings.queries.mail.nudges import session_ids
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.slots import Slot
from bookings.queries.training.misplaced import Misplaced, misplaced_visits
from bookings.queries.training.plans import (
    History,
    Offer,
    declined_by,
    next_offer,
    offers,
    plan_of,
    runner_of,
)
from bookings.queries.training.protocol import label

DAY = timedelta(days=1)
FIRST_DAYS_OF_AN_OFF_SEASON_OFFER = range(2, 16)
SESSIONS_IN_A_PLAN_MAIL = 4
NARROWEST_CELL = 3  # per cent


@dataclass(frozen=True)
class MailedTime:
    """A free time, and the link that books it."""

    words: str
    url: str


@dataclass(frozen=True)
class Suggestion:
    """A recommended session with the times that can be booked by one press."""

    letter: "TrainingLetter"
    offer: Offer
    rules: SessionType

    @cached_property
    def days(self) -> str:
        """about Tuesday 1 December"""
        day = dates.civil_day_from(self.offer.session.suggested, self.letter.today)
        return _("about {day}").format(day=day)

    @cached_property
    def booked(self) -> str:
        visit = self.offer.booked
        return self.letter.day_and_time(visit.starts_at) if visit else ""

    @cached_property
    def opens_on(self) -> str:
        opens_on = self.offer.opens_on
        return dates.civil_day_from(opens_on, self.letter.today) if opens_on else ""

    @cached_property
    def treatment(self) -> str:
        """Sports massage 60, £62: with its minutes, unless its name has them."""
        if (treatment := self.offer.treatment) is None:
            return ""
        words = [treatment.name]
        if str(treatment.minutes) not in treatment.name:
            minutes = ngettext("{count} minute", "{count} minutes", treatment.minutes)
            words.append(minutes.format(count=treatment.minutes))
        return ", ".join([*words, wording.price(treatment.price, self.letter.clinic.currency)])

    @cached_property
    def times(self) -> list[MailedTime]:
        if (treatment := self.offer.treatment) is None:
            return []
        return [self._time(treatment, opening) for opening in self.offer.advised]

    @cached_property
    def other_times_url(self) -> str:
        if (treatment := self.offer.treatment) is None:
            return ""
        path = reverse("runner:times", args=[treatment.slug])
        return urljoin(settings.SITE_URL, f"{path}?day={self.offer.session.suggested}")

    @cached_property
    def not_this_time_url(self) -> str:
        session = self.offer.session
        return client_url(
            Purpose.DECLINE,
            self.letter.mail.client,
            kind=session.kind.value,
            ideal=session.ideal.isoformat(),
        )

    def _time(self, treatment: Treatment, opening: Opening) -> MailedTime:
        return time_to_book(self.letter, treatment, opening, self.letter.history.usual_therapist)


def time_to_book(
    letter: MailLetter, treatment: Treatment, opening: Opening, usual: Therapist | None
) -> MailedTime:
    """With the usual therapist where they are free then."""
    therapist = usual if usual in opening.therapists else None
    words = letter.day_and_time(opening.starts_at)
    if therapist:
        words = _("{time}, with {therapist}").format(time=words, therapist=therapist)
    url = client_url(
        Purpose.BOOK,
        letter.mail.client,
        treatment=treatment.pk,
        start=opening.starts_at.isoformat(),
        therapist=therapist.pk if therapist else None,
    )
    return MailedTime(words, url)


@dataclass(frozen=True)
class MailedPhase:
    """A phase of the build-up: its days in words, and its share of the row in per cent."""

    phase: str
    name: str
    days: str
    width: int
    is_now: bool


@dataclass(frozen=True)
class TrainingLetter(MailLetter):
    """About the sessions that a mail lists, as they can be booked at this moment."""

    @cached_property
    def topics(self) -> Sequence[str]:
        return self.mail.about.get("topics", ())

    @cached_property
    def races(self) -> list[Race]:
        return list(self.mail.client.races.all())

    @cached_property
    def history(self) -> History:
        return History.of(self.mail.client)

    @cached_property
    def plan(self) -> training.Plan:
        return plan_of(self.races, runner_of(self.mail.client, self.history), today=self.today)

    @cached_property
    def protocol_label(self) -> str:
        return label(self.plan.protocol)

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        """Of what the mail lists, whatever has not been booked or declined meanwhile."""
        found = offers(
            self.clinic,
            replace(self.plan, sessions=tuple(self._sessions)),
            self.history,
            declined=declined_by(self.mail.client),
            now=self.now,
        )
        types = self.plan.protocol.session_types
        return [
            Suggestion(self, offer, types[offer.session.kind])
            for offer in found
            if not offer.declined
        ]

    @cached_property
    def first(self) -> Suggestion | None:
        return self.suggestions[0] if self.suggestions else None

    @cached_property
    def _sessions(self) -> list[training.Session]:
        listed = set(session_ids(self.mail.about))
        return [session for session in self.plan.sessions if session.id in listed]

    @cached_property
    def plan_url(self) -> str:
        return plan_url_of(self.mail.client)


@dataclass(frozen=True)
class PlanSilentLetter(MailLetter):
    """The calendar of their own training plan can no longer be read."""

    link: PlanLink

    @cached_property
    def since(self) -> str:
        return dates.day_from(self.link.good_at, self.clinic.tz, self.today)

    @cached_property
    def own_plan_url(self) -> str:
        """Where another link is pasted, as of `TrainingLetter.plan_url`."""
        latest = self.mail.client.appointments.visits().last()
        if latest is None:
            return urljoin(settings.SITE_URL, reverse("runner:own_plan"))
        return mailed_url(latest, "runner:my_own_plan")


@dataclass(frozen=True)
class ConfirmedLetter(AppointmentLetter):
    """What has just been booked, with the build-up it stands in and what would suit next.

    Of whom nobody has answered yet, the race that came with the booking; but no word that they
    typed, which might be an advertisement to a stranger's address.
    """

    @property
    def draws(self) -> bool:
        return self.race is not None

    @cached_property
    def _told(self) -> Told | None:
        if not self.mail.client.is_provisional:
            return None
        brought = BroughtPlan.objects.filter(client=self.mail.client).first()
        return brought.told if brought else None

    @cached_property
    def _races(self) -> list[Race]:
        return self._told.races if self._told else list(self.mail.client.races.all())

    @cached_property
    def _history(self) -> History:
        return History.of(self.mail.client)

    @cached_property
    def _plan(self) -> training.Plan | None:
        if not self._races:
            return None
        client = self.mail.client
        runner = self._told.runner if self._told else runner_of(client, self._history)
        return plan_of(self._races, runner, today=self.clinic.day_of(self.now))

    @cached_property
    def race(self) -> Race | None:
        """The next one that is trained for."""
        today = self.clinic.day_of(self.now)
        ahead = (one for one in self._races if one.race_date > today)
        return next((one for one in ahead if one.in_training.drives_a_plan), None)

    @cached_property
    def to_the_race(self) -> str:
        """16 weeks to Manchester Marathon"""
        if self.race is None:
            return ""
        days = (self.race.race_date - self.clinic.day_of(self.now)).days
        named = self.race.name and not self.mail.client.is_provisional
        race = wording.isolated(self.race.name) if named else self.race.distance_of_yours
        return _("{time} to {race}").format(time=dates.length_of_time(days), race=race)

    @cached_property
    def race_day(self) -> str:
        return dates.civil_day_and_year(self.race.race_date) if self.race else ""

    @cached_property
    def build_up(self) -> BuildUp | None:
        if self._plan is None or self.race is None:
            return None
        day = self.clinic.day_of(self.appointment.starts_at)
        return build_up(self._plan, self.race.in_training, day)

    @cached_property
    def next_time(self) -> MailedTime | None:
        """The next session that suits, at its best free time; one press books it."""
        if self._plan is None:
            return None
        declined = self._told.declined if self._told else declined_by(self.mail.client)
        offer = next_offer(self.clinic, self._plan, self._history, declined=declined, now=self.now)
        if offer is None or offer.treatment is None or not offer.advised:
            return None
        opening, usual = offer.advised[0], self._history.usual_therapist
        if opening.starts_at < self.appointment.starts_at:
            return None  # is not next
        return time_to_book(self, offer.treatment, opening, usual)

    @cached_property
    def plan_url(self) -> str:
        return self.behind("runner:my_plan")


class NudgeLetter(TrainingLetter):
    """Sessions to book, each with a link a time."""

    @cached_property
    def to_the_race(self) -> str:
        """27 days to Spring Marathon, where the mail is about the sessions around it."""
        if not any(topic.startswith("race_block") for topic in self.topics):
            return ""
        races = (suggestion.offer.session.race for suggestion in self.suggestions)
        race = next((race for race in races if race.days_to(self.today) > 0), None)
        if race is None:
            return ""
        left = dates.length_of_time(race.days_to(self.today))
        return _("{time} to {race}").format(time=left, race=wording.isolated(race.name))


class OffSeasonLetter(TrainingLetter):
    """No race is ahead, so any day will do."""

    @cached_property
    def _sessions(self) -> list[training.Session]:
        first, last = FIRST_DAYS_OF_AN_OFF_SEASON_OFFER[0], FIRST_DAYS_OF_AN_OFF_SEASON_OFFER[-1]
        rules = self.plan.protocol.session_types[training.Kind.MAINTENANCE]
        ideal = self.today + (first + 2) * DAY
        return [
            training.Session(
                kind=rules.kind,
                race=self.plan.races[-1],
                ideal=ideal,
                window_start=self.today + first * DAY,
                window_end=self.today + (last + 1) * DAY,
                minutes=rules.minutes,
                pressure=rules.pressure,
                phase=training.Phase.OFF_SEASON,
                suggested=ideal,
            )
        ]


class RaceCheckLetter(TrainingLetter):
    """The day after: how did it go, what to look out for, and the gentle session."""

    @cached_property
    def race(self) -> Race:
        return next(r for r in self.races if r.race_date.isoformat() == self.mail.about["race"])

    @cached_property
    def race_day(self) -> str:
        return dates.weekday(self.race.race_date)

    @cached_property
    def is_told(self) -> bool:
        """Whether they have said already how it went."""
        return self.race.outcome != Outcome.EXPECTED

    @cached_property
    def message(self) -> str:
        """The protocol's own words for these days, signs to see a doctor about among them."""
        return self.plan.protocol.phases[training.Phase.ACUTE].client_message

    @cached_property
    def how_it_went_url(self) -> str:
        day = self.race.race_date.isoformat()
        return client_url(Purpose.AFTER_RACE, self.mail.client, race=day)


class PlanMailLetter(TrainingLetter):
    """The whole build-up, and the sessions that come first."""

    @property
    def draws(self) -> bool:
        return True

    @cached_property
    def _sessions(self) -> list[training.Session]:
        return list(self.plan.sessions)

    @cached_property
    def soonest(self) -> list[Suggestion]:
        return self.suggestions[:SESSIONS_IN_A_PLAN_MAIL]

    @cached_property
    def later(self) -> list[Suggestion]:
        return self.suggestions[SESSIONS_IN_A_PLAN_MAIL:]

    @cached_property
    def was(self) -> str:
        """The date of the race before it changed."""
        return self._told_date("was")

    @cached_property
    def is_now(self) -> str:
        return self._told_date("race")

    @cached_property
    def stretches(self) -> list[MailedPhase]:
        segments = self.plan.segments(self.today, training.end_of(self.plan, self.today))
        if len(segments) > 1 and segments[-1].race is None:
            segments = segments[:-1]
        whole = sum(segment.days for segment in segments)
        return [self._stretch(segment, whole) for segment in segments]

    @cached_property
    def no_longer_fitting(self) -> list[tuple[AppointmentLetter, str]]:
        """Visits that the new date does not suit, and why; they stay as they are."""
        change = self._change()
        if change is None:
            return []
        ahead = self.mail.client.appointments.upcoming(self.now).with_everything()
        by_day = {self.clinic.day_of(visit.starts_at): visit for visit in ahead}
        booked = [training.Booked(day, visit.treatment.kinds) for day, visit in by_day.items()]
        return [
            (
                AppointmentLetter(self.mail, self.clinic, self.now, by_day[misfit.visit.day]),
                misfit.reason,
            )
            for misfit in change.misfits(booked)
        ]

    def _change(self) -> training.PlanChange | None:
        """From the plan before the race moved to this one."""
        moved = next((r for r in self.plan.races if str(r.race_date) == self._told("race")), None)
        if not self._told("was") or moved is None:
            return None
        was = replace(moved, race_date=date.fromisoformat(self._told("was")))
        races = [was if race == moved else race for race in self.plan.races]
        before = training.plan(races, self.plan.runner, self.plan.protocol, as_of=self.today)
        return training.PlanChange(before, self.plan, was, moved)

    def _told(self, name: str) -> str:
        return self.mail.about.get(name, "")

    def _told_date(self, name: str) -> str:
        told = self._told(name)
        return dates.civil_day_from(date.fromisoformat(told), self.today) if told else ""

    def _stretch(self, segment: training.Segment, whole: int) -> MailedPhase:
        return MailedPhase(
            phase=segment.phase.value,
            name=self.plan.protocol.phases[segment.phase].name,
            days=dates.civil_days(segment.start, segment.end - DAY, self.today),
            width=max(segment.days * 100 // whole, NARROWEST_CELL),
            is_now=segment.start <= self.today < segment.end,
        )


@dataclass(frozen=True)
class AskedVisit:
    """A visit that the client's own plan is against: why, and where it could go instead."""

    letter: "AgainstPlanLetter"
    of: Misplaced

    @cached_property
    def visit(self) -> AppointmentLetter:
        told = self.letter
        return AppointmentLetter(told.mail, told.clinic, told.now, self.of.visit)

    @cached_property
    def why(self) -> str:
        return dates.translated(self.of.advice.reason)

    @cached_property
    def times(self) -> list[MailedTime]:
        """Each link opens a page on which one press takes it."""
        return [self._time(slot) for slot in self.of.slots]

    def _time(self, slot: Slot) -> MailedTime:
        words = self.letter.day_and_time(slot.start)
        asked = {"start": slot.start.isoformat()}
        if slot.therapist:
            words = _("{time}, with {therapist}").format(time=words, therapist=slot.therapist)
            asked["therapist"] = slot.therapist.slug
        return MailedTime(words, f"{self.visit.move_url}?{urlencode(asked)}")


class AgainstPlanLetter(TrainingLetter):
    """The visits that are left to ask about while it is written."""

    @cached_property
    def asked(self) -> list[AskedVisit]:
        found = misplaced_visits(self.mail.client, self.clinic, now=self.now)
        return [AskedVisit(self, one) for one in found if one.can_be_answered]

    @cached_property
    def first_asked(self) -> AskedVisit | None:
        return next(iter(self.asked), None)
