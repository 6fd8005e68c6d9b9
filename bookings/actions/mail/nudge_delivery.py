"""What becomes of a training mail at the moment of sending (N2, N6 to N8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from bookings import dates
from bookings.actions.mail import against_plan
from bookings.actions.mail.nudges import OFF_SEASON, at_clock
from bookings.core import training
from bookings.core.intervals import day_bounds
from bookings.models import Client, Clinic, Mail, MailKind
from bookings.queries.mail.nudges import (
    NOTHING_LEFT,
    Standing,
    about_of,
    edition_of,
    listed,
    nudge_id,
    why_none_at_all,
)


@transaction.atomic
def still_goes(mail: Mail, clinic: Clinic) -> bool:
    """Whether the claimed mail goes out now; what it lists, or what became of it, is on its row.

    One client's mails are decided one after the other, so that what falls together is one mail.
    """
    client = Client.objects.select_for_update(no_key=True).get(pk=mail.client_id)
    if not mail.is_still_mine():
        return False
    mail.client = client
    if reason := why_none_at_all(client):
        mail.drop(reason)
        return False
    if mail.kind == MailKind.AGAINST_PLAN:
        return against_plan.goes(mail, clinic)
    edition = edition_of(client, clinic)
    if edition is None or edition.number != mail.about["edition"]:
        mail.drop(_("There is a newer plan."))
        return False
    today = clinic.day_of(mail.claimed_at)
    return _Deciding(mail, Standing(client, clinic, edition), today).goes()


@dataclass(frozen=True)
class _Due:
    """A row whose day has come, with the nudge it stands for and those it has taken along."""

    mail: Mail
    nudges: Sequence[training.Nudge]


@dataclass(frozen=True)
class _Outcome:
    """What the pace makes of all that is due, row by row."""

    handled: training.Handled

    def sends(self, due: _Due) -> bool:
        now = {nudge.id for nudge in self.handled.now}
        return any(nudge.id in now for nudge in due.nudges)

    def later(self, due: _Due) -> date | None:
        own = {nudge.id for nudge in due.nudges}
        return min((day for nudge, day in self.handled.later if nudge.id in own), default=None)


@dataclass(frozen=True)
class _Deciding:
    """About one claimed mail, under the lock of its client."""

    mail: Mail
    standing: Standing
    today: date

    def goes(self) -> bool:
        match self.mail.kind:
            case MailKind.PLAN:
                return self._there_is_a_race()
            case MailKind.RACE_CHECK:
                return self._the_race_was_run()
            case MailKind.OFF_SEASON:
                return self._it_is_quiet()
        return self._something_is_left()

    def _there_is_a_race(self) -> bool:
        if not any(race.is_run for race in self.standing.races):
            self.mail.drop(_("No race is left in the plan."))
            return False
        self._lists(training.Topic.PLAN)
        return True

    def _the_race_was_run(self) -> bool:
        check = self._nudge(self.mail.about)
        if check is None:
            self.mail.drop(_("This race is not run."))
            return False
        self._lists(check.topic, covers=check.covers)
        return True

    def _something_is_left(self) -> bool:
        """N2: all that is due for this client by now is handled together, and goes as one."""
        rows = self._due_by_now()
        mine = rows.pop(self.mail.pk, None)
        if mine is None:
            self.mail.drop(_("It is no longer part of the plan."))
            return False
        told = {nudge.id: nudge for due in (mine, *rows.values()) for nudge in due.nudges}
        handled = self.standing.pace.handle(self.today, list(told.values()))
        outcome = _Outcome(handled)
        goes = outcome.sends(mine)
        if goes:
            self._take_along(handled.now)
        else:
            self._settle(mine, outcome, goes)
        for due in rows.values():
            self._settle(due, outcome, goes)
        return goes

    def _settle(self, due: _Due, outcome: _Outcome, this_goes: bool) -> None:
        """What could go, but is not taken along, is due by itself and comes next."""
        day = outcome.later(due)
        if outcome.sends(due):
            if this_goes:
                due.mail.merge_into(self.mail)
        elif day:
            self._put_off(due.mail, day)
        else:
            due.mail.drop(str(NOTHING_LEFT))

    def _put_off(self, mail: Mail, day: date) -> None:
        clock = self.standing.plan.protocol.mails.nudges.send_at
        why = _("Waits for {day}: not so soon after another, nor around a race.")
        said = why.format(day=dates.civil_day(day))
        mail.put_off(at_clock(day, clock, self.standing.clinic), said)

    def _due_by_now(self) -> dict[int, _Due]:
        """By row; what is not in the plan any more is left to the planner."""
        until = day_bounds(self.today, 1, self.standing.clinic.tz).end
        rows = Mail.objects.timed_to_training(self.standing.client).not_gone_out()
        rows = rows.filter(kind=MailKind.NUDGE, due_at__lt=until)
        rows = rows.filter(about__edition=self.standing.edition.number).order_by("pk")
        found = {}
        for row in rows:
            abouts = [row.about, *row.about.get("taken_along", ())]
            nudges = [nudge for about in abouts if (nudge := self._nudge(about))]
            if nudges:
                found[row.pk] = _Due(row, nudges)
        return found

    def _nudge(self, about: dict) -> training.Nudge | None:
        """As it stands today: with what it covers that is neither over, booked nor declined."""
        nudge = self.standing.nudges.get(nudge_id(about))
        return nudge and nudge.left_on(self.today, self.standing.gone)

    def _take_along(self, nudges: Sequence[training.Nudge]) -> None:
        mailing = training.Mailing.of(self.today, nudges)
        taken_along = [about_of(nudge) for nudge in nudges]
        self._lists(*mailing.topics, covers=mailing.covers, taken_along=taken_along)

    def _lists(
        self, *topics: str, covers: Sequence[training.Session] = (), **more: list[dict]
    ) -> None:
        about = {**self.mail.about, "topics": topics, "covers": listed(covers), **more}
        self.mail.is_about(about)

    def _it_is_quiet(self) -> bool:
        """N8: no race ahead, nothing booked, and not two in a row that nobody answered."""
        if reason := self._why_no_off_season_mail():
            self.mail.drop(reason)
            return False
        free = self.standing.pace.first_free(self.today)
        if free != self.today:
            self._put_off(self.mail, free)
            return False
        self._lists(OFF_SEASON)
        return True

    def _why_no_off_season_mail(self) -> str:
        client = self.standing.client
        if any(race.is_run and race.race_date >= self.today for race in self.standing.races):
            return _("A race is ahead.")
        if client.appointments.upcoming(self.mail.claimed_at).exists():
            return _("There is an appointment already.")
        rules = self.standing.plan.protocol.mails.nudges.off_season
        season = Mail.objects.gone_out(client).filter(
            kind=MailKind.OFF_SEASON, about__race=self.mail.about["race"]
        )
        times = season.order_by("-data_at").values_list("data_at", flat=True)
        latest = times[: rules.stop_after_unanswered]
        unanswered = [at for at in latest if at and not self._led_to_a_booking(at)]
        if len(unanswered) == rules.stop_after_unanswered:
            return _("Nobody answered the last ones.")
        return ""

    def _led_to_a_booking(self, sent_at: datetime) -> bool:
        every = timedelta(days=self.standing.plan.protocol.mails.nudges.off_season.every)
        visits = self.standing.client.appointments.visits()
        return visits.filter(booked_at__range=(sent_at, sent_at + every)).exists()
