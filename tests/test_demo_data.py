"""The demo's clinic is believable, whole, and the same each time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from bookings.core.intervals import day_bounds
from bookings.core.openings import joined
from bookings.core.statuses import Status
from bookings.models import Absence, Appointment, Client, Clinic, Mail, Therapist, Treatment, User
from bookings.queries import facts
from bookings.queries.openings import openings
from clinic.demo_data import loading, people

LONDON = ZoneInfo("Europe/London")
# Over the clocks' spring change, over their autumn change, over Christmas.
TODAYS = [(2026, 3, 20), (2026, 10, 15), (2026, 11, 23)]

pytestmark = pytest.mark.django_db


def load(year=2026, month=11, day=23):
    now = datetime(year, month, day, 11, 30, tzinfo=UTC)
    loading.load(today=now.date(), now=now)
    return now


def rows():
    return [
        (a.client.name, a.therapist.name, a.room.name, a.treatment.name, a.starts_at, a.status)
        for a in Appointment.objects.with_everything().order_by("starts_at", "therapist", "room")
    ]


@pytest.mark.parametrize("today", TODAYS)
def test_it_loads_without_breaking_a_constraint_and_keeps_to_the_rota(today):
    load(*today)
    assert (Therapist.objects.count(), Treatment.objects.count()) == (6, 6)
    assert Client.objects.count() == 150
    assert Absence.objects.filter(therapist=None).exists()
    assert not Mail.objects.exists()
    for visit in Appointment.objects.occupying().select_related("therapist"):
        assert inside_a_shift(visit), visit
        assert visit.starts_at.astimezone(LONDON).minute % 15 == 0
        assert not off(visit), visit


def inside_a_shift(visit):
    day = visit.starts_at.astimezone(LONDON).date()
    hours = facts.hours_of_work([visit.therapist_id], day, day)
    spans = joined(
        tuple(int(datetime.combine(day, clock, LONDON).timestamp()) for clock in (start, end))
        for _, _, start, end in hours
    )
    return any(
        start <= visit.starts_at.timestamp() and visit.ends_at.timestamp() <= end
        for start, end in spans
    )


def off(visit):
    away = Absence.objects.filter(starts_at__lt=visit.blocked_until, ends_at__gt=visit.starts_at)
    return (
        away.filter(therapist__isnull=True).exists()
        or away.filter(therapist=visit.therapist).exists()
    )


@pytest.mark.parametrize("today", TODAYS)
def test_the_coming_weeks_are_about_three_quarters_full(today):
    now = load(*today)
    first = now.date() + timedelta(days=1)
    working = 0
    for offset in range(40):
        day = first + timedelta(days=offset)
        if Absence.objects.filter(
            therapist=None,
            starts_at__lte=day_bounds(day, 1, LONDON).start,
            ends_at__gte=day_bounds(day, 1, LONDON).end,
        ).exists():
            continue
        for therapist, _, start, end in facts.hours_of_work(
            Therapist.objects.values_list("pk", flat=True), day, day
        ):
            bounds = datetime.combine(day, start, LONDON), datetime.combine(day, end, LONDON)
            if not Absence.objects.filter(
                therapist=therapist, starts_at__lt=bounds[1], ends_at__gt=bounds[0]
            ).exists():
                working += (bounds[1] - bounds[0]).total_seconds()
    coming = Appointment.objects.occupying().filter(
        starts_at__gte=day_bounds(first, 1, LONDON).start,
        starts_at__lt=day_bounds(first, 40, LONDON).end,
    )
    taken = sum((a.blocked_until - a.starts_at).total_seconds() for a in coming)
    assert 0.65 < taken / working < 0.85


def test_it_is_the_same_each_time():
    load()
    first = rows()
    for model in (Appointment, Client, User, Treatment, Absence, Therapist):
        model.objects.all().delete()
    Treatment.rooms.rel.model.objects.all().delete()
    Clinic.objects.all().delete()
    load()
    assert rows() == first


def test_there_is_a_past_and_a_future_and_still_room_for_more():
    now = load()
    statuses = set(Appointment.objects.values_list("status", flat=True))
    assert {Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED, Status.BOOKED} <= statuses
    assert not Appointment.objects.filter(status=Status.BOOKED, starts_at__lte=now).exists()
    assert not Appointment.objects.filter(events=None).exists()
    for treatment in Treatment.objects.all():
        assert openings(Clinic.objects.the(), treatment, first=now.date(), days=14, now=now)


def test_each_role_has_a_login_that_works(client):
    load()
    for role, email in people.DEMO_LOGINS:
        user = User.objects.get(email=email)
        assert role in user.roles()
        assert user.check_password(people.DEMO_PASSWORD)


def test_a_second_load_changes_nothing(settings, capsys):
    settings.DEMO = True
    call_command("load_demo_data")
    before = Appointment.objects.count()
    call_command("load_demo_data")
    assert Appointment.objects.count() == before > 1000
    assert "already" in capsys.readouterr().out


def test_it_is_not_loaded_into_a_real_clinic_by_mistake(settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(CommandError, match="known password"):
        call_command("load_demo_data")
