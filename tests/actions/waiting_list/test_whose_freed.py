"""What frees time of one therapist says whose: a colleague's is not kept off sale for it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bookings.actions.scheduling import holds
from bookings.actions.scheduling.holds import Holder
from bookings.models import (
    Absence,
    Appointment,
    BusyTime,
    ExtraShift,
    FreedTime,
    Therapist,
    WeeklyBreak,
    WeeklyShift,
)
from tests import factories
from tests.diary_requests import hold_one

HOUR = timedelta(hours=1)


def _busy_no_longer(kim, at):
    BusyTime.objects.create(therapist=kim, starts_at=at(1, 10), ends_at=at(1, 12)).delete()


def _off_no_longer(kim, at):
    Absence.objects.create(therapist=kim, starts_at=at(1, 10), ends_at=at(1, 12)).delete()


def _visit_goes(_kim, _at):
    Appointment.objects.all().delete()


def _extra_hours(kim, at):
    start = at(1, 10)
    ExtraShift.objects.create(
        therapist=kim, day=start.date(), start=start.time(), end=(start + HOUR).time()
    )


def _other_hours(kim, _at):
    WeeklyShift.objects.filter(therapist=kim).delete()


def _a_break(kim, at):
    start = at(1, 10)
    WeeklyBreak.objects.create(
        therapist=kim, weekday=1, start=start.time(), end=(start + HOUR).time(),
        valid_from=start.date(),
    )  # fmt: skip


def _offers_more(kim, _at):
    factories.make_treatment("Flush").therapists.add(kim)


def _comes_back(kim, _at):
    Therapist.objects.filter(pk=kim.pk).update(active=False)
    Therapist.objects.filter(pk=kim.pk).update(active=True)


FREEING = {
    "bookings_absence": _off_no_longer,
    "bookings_appointment": _visit_goes,
    "bookings_busytime": _busy_no_longer,
    "bookings_extrashift": _extra_hours,
    "bookings_therapist": _comes_back,
    "bookings_treatment_therapists": _offers_more,
    "bookings_weeklybreak": _a_break,
    "bookings_weeklyshift": _other_hours,
}
WITH_A_THERAPIST = """
    SELECT DISTINCT relname FROM pg_trigger
      JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_class ON pg_class.oid = tgrelid
     WHERE prosrc ~ 'bookings_\\w+_freed' AND (relname = 'bookings_therapist' OR EXISTS (
               SELECT FROM pg_attribute WHERE attrelid = tgrelid AND attname = 'therapist_id'))
"""


@pytest.mark.parametrize("table", FREEING)
def test_time_of_one_therapist_that_comes_free_is_theirs_alone(table, booked, kim, massage, at):
    factories.make_entry(treatment=massage)
    FreedTime.objects.all().delete()
    FREEING[table](kim, at)
    assert {*FreedTime.objects.values_list("therapist", flat=True)} == {kim.pk}


def test_those_are_all_that_free_time_and_know_a_therapist(db):
    with connection.cursor() as cursor:
        cursor.execute(WITH_A_THERAPIST)
        assert {name for (name,) in cursor.fetchall()} == {*FREEING}


def test_what_the_owner_saves_as_it_was_frees_nothing(clinic, massage, room):
    factories.make_entry(treatment=massage)
    FreedTime.objects.all().delete()
    massage.price += 1
    for saved in (massage, room, clinic):
        saved.save()
    assert not FreedTime.objects.exists()


@pytest.mark.parametrize("changed", ["shorter", "online", "room", "step"])
def test_what_makes_new_times_possible_does(changed, clinic, massage, room):
    factories.make_entry(treatment=massage)
    massage.online = room.active = False
    massage.save()
    room.save()
    FreedTime.objects.all().delete()
    massage.minutes -= 5 * (changed == "shorter")
    massage.online, room.active = changed == "online", changed == "room"
    clinic.start_step_minutes = 5 if changed == "step" else clinic.start_step_minutes
    for saved in (massage, room, clinic):
        saved.save()
    assert FreedTime.objects.count() == 1


def test_a_time_that_a_visitor_lets_go_is_no_news_to_those_who_waited_before(massage, at):
    entry = factories.make_entry(treatment=massage)
    FreedTime.objects.all().delete()
    now = entry.joined_at + HOUR
    hold_one(massage, at(1, 10), visitor="a browser", now=now)
    holds.let_go(Holder(key="a browser"), now)
    assert not FreedTime.objects.exists()


def test_it_is_to_those_who_have_joined_because_it_was_kept(massage, at):
    now = timezone.now()
    hold_one(massage, at(1, 10), visitor="a browser", now=now)
    factories.make_entry(treatment=massage, joined_at=now)
    holds.let_go(Holder(key="a browser"), now)
    assert FreedTime.objects.get().cause == "hold"
