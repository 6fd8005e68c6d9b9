"""Faults of the planner, each to be lived with for a while: the oracle must notice every one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bookings.actions.mail import nudge_delivery, outbox, reminders, sending
from bookings.actions.mail import nudges as nudging
from bookings.core import training
from bookings.core.training.mails.nudges import Nudge
from bookings.core.training.mails.pacing import Pace
from bookings.models.mail.mails import MailQuerySet
from bookings.queries.mail import nudges
from therapists.actions import notices

Patch = tuple[Any, str, Any]
MUTANTS: dict[str, Callable[[], list[Patch]]] = {}


@contextmanager
def alive(name: str) -> Iterator[None]:
    """The fault is there meanwhile; without a name there is none."""
    patches = MUTANTS[name]() if name else []
    kept = [(owner, attribute, getattr(owner, attribute)) for owner, attribute, _ in patches]
    for owner, attribute, fault in patches:
        setattr(owner, attribute, fault)
    try:
        yield
    finally:
        for owner, attribute, original in kept:
            setattr(owner, attribute, original)


def mutant(make: Callable[[], list[Patch]]) -> Callable[[], list[Patch]]:
    MUTANTS[make.__name__] = make
    return make


@mutant
def six_days_are_enough_between_two_mails():
    usual = Pace.first_free

    def first_free(self, day):
        last = self.last and self.last - timedelta(days=1)
        return usual(replace(self, last=last), day)

    return [(Pace, "first_free", first_free)]


@mutant
def days_around_races_are_like_any_others():
    return [(training, "blackout", lambda races: set())]


@mutant
def cycle_mails_have_no_gap_of_their_own():
    return [(Pace, "_cycle_gap_ends", lambda self: date.min)]


@mutant
def a_day_late_is_early_enough():
    usual = nudging._Owing._at
    return [(nudging._Owing, "_at", lambda self, one: usual(self, one) + timedelta(days=1))]


@mutant
def nobody_asks_whether_the_mails_are_wanted():
    return [(nudge_delivery, "why_none_at_all", lambda client: "")]


@mutant
def bookings_are_not_looked_at():
    return [(nudges.History, "booked_for", lambda *_: None)]


@mutant
def not_this_time_is_not_heard():
    return [(nudges, "declined_by", lambda client: frozenset())]


@mutant
def nine_o_clock_is_greenwichs():
    def at_clock(day, clock, clinic):
        return datetime.combine(day, clock, UTC)

    return [(nudging, "at_clock", at_clock), (nudge_delivery, "at_clock", at_clock)]


@mutant
def a_changed_race_is_told_to_nobody():
    usual = nudging.plan_for

    def plan_for(client, *, now, changed=None):
        usual(client, now=now)

    return [(nudging, "plan_for", plan_for)]


@mutant
def a_session_over_is_offered_still():
    def left_on(self, day, gone):
        if self.own in gone:
            return replace(self, covers=())
        return replace(self, covers=tuple(s for s in self.covers if s not in gone))

    return [(Nudge, "left_on", left_on)]


@mutant
def what_falls_together_goes_out_one_by_one():
    usual = Pace.handle

    def handle(self, day, due):
        handled = usual(self, day, due[:1])
        rest = tuple((nudge, day + timedelta(days=7)) for nudge in due[1:])
        return replace(handled, later=handled.later + rest)

    return [(Pace, "handle", handle)]


@mutant
def reminders_come_however_soon_after_booking():
    usual = reminders.reminders_for

    def impatient(starts_at, **data):
        rules = replace(data.pop("rules"), hours_after_booking=0)
        return usual(starts_at, rules=rules, **data)

    return [(reminders, "reminders_for", impatient)]


@mutant
def evenings_are_not_too_late_for_reminders():
    usual = reminders.reminders_for

    def late(starts_at, **data):
        rules = replace(data.pop("rules"), late_from=time(23))
        return usual(starts_at, rules=rules, **data)

    return [(reminders, "reminders_for", late), (outbox, "KEEPS_TO_MAIL_HOURS", ())]


@mutant
def a_moved_appointment_keeps_its_old_reminders():
    usual, why_not = MailQuerySet.about_older_revisions, sending._why_not

    def about_older_revisions(self, appointment):
        return usual(self, appointment).exclude(kind="reminder")

    def careless(mail):
        return None if mail.kind == "reminder" else why_not(mail)

    return [
        (MailQuerySet, "about_older_revisions", about_older_revisions),
        (outbox, "_why_not", careless),
    ]


@mutant
def staff_are_told_at_night():
    return [(notices, "told_at", lambda now, **_wishes: now)]


@mutant
def whoever_loses_a_visit_hears_nothing():
    return [(notices, "_was_of", lambda event: event.appointment.therapist_id)]


@mutant
def staff_are_told_of_a_thing_as_often_as_one_looks():
    usual = notices._notice

    def _notice(user, kind, occasion, now, **fields):
        return usual(user, kind, f"{occasion}:{now}", now, **fields)

    return [(notices, "_notice", _notice)]
