"""The demo's clinic is believable, whole, and the same each time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.statuses import Status
from bookings.core.training import Kind, Phase, phase_on, rejections
from bookings.desk.waiting_list.kept import kept_now
from bookings.models import (
    Absence,
    Account,
    Appointment,
    AppointmentEvent,
    Client,
    Clinic,
    Distance,
    Fee,
    LegalKind,
    LegalText,
    Mail,
    MailKind,
    MailState,
    Method,
    Payment,
    Race,
    Room,
    Series,
    Therapist,
    Treatment,
    User,
    WaitlistEntry,
    WaitlistOffer,
    WeeklyBreak,
    WeeklyShift,
)
from bookings.queries.desk.desk_day import desk_day
from bookings.queries.scheduling.openings import openings
from bookings.queries.training import protocol
from clinic.demo import logins
from clinic.demo.data import clinic, load, people
from tests.clock import day_of
from tests.reading import present

LONDON = ZoneInfo("Europe/London")
ASIDE = ("paid", "waived", "fee", "repeated")  # of a visit, that change nothing of it
STEP = timedelta(minutes=15)
# With the clocks' spring change and Easter ahead; with their autumn change behind and Christmas
# ahead.
TODAYS = [(2026, 3, 20), (2026, 11, 23)]
# What no clinic may say of massage, in a word each; the protocol's claims, `not_allowed`.
NEVER_SAID = ["prevent", "injury-free", "faster", "speed", "heal", "cure", "toxin", "lactic",
              "performance", "scar tissue", "adhesion", "improve"]  # fmt: skip


@pytest.fixture(scope="module", params=TODAYS)
def loaded(request, django_db_setup, django_db_blocker):
    """One clinic for all tests of a day, which take back what they do to it."""
    year, month, day = request.param
    now = datetime(year, month, day, 11, 30, tzinfo=UTC)
    with django_db_blocker.unblock(), transaction.atomic():
        load.load(today=day_of(now), now=now)
        yield now
        transaction.set_rollback(True)


@pytest.fixture
def now(loaded, db):
    return loaded


def local_days(first, count):
    return [first + timedelta(days=offset) for offset in range(count)]


def hours_at_work(therapist, day):
    """Worked out anew, from the rota's rows."""
    edges = []
    pauses = [pause for pause in therapist.breaks.all() if pause.weekday == day.weekday()]
    for shift in (s for s in therapist.shifts.all() if s.weekday == day.weekday()):
        inside = [pause for pause in pauses if shift.start < pause.start < shift.end]
        edges += [shift.start, *(edge for p in inside for edge in (p.start, p.end)), shift.end]
    return [
        Interval.on_clock(day, start, end, LONDON)
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def time_off(therapist):
    return [
        Interval(absence.starts_at, absence.ends_at)
        for absence in Absence.objects.all()
        if absence.therapist_id in (None, therapist.pk)
    ]


def test_every_visit_lies_in_a_shift_on_the_grid_and_outside_all_time_off(now):
    for therapist in Therapist.objects.prefetch_related("shifts", "breaks"):
        off = time_off(therapist)
        for visit in therapist.appointments.occupying():
            local = visit.starts_at.astimezone(LONDON)
            blocked = Interval(visit.starts_at, visit.blocked_until)
            assert local.minute % 15 == local.second == 0
            assert any(h.contains(visit.interval) for h in hours_at_work(therapist, local.date()))
            assert not any(away.overlaps(blocked) for away in off)


def test_every_visit_is_of_a_treatment_that_its_therapist_offers_at_its_price(now):
    offered = {t: set(t.therapists.values_list("pk", flat=True)) for t in Treatment.objects.all()}
    for visit in Appointment.objects.with_everything():
        treatment = visit.treatment
        assert visit.therapist_id in offered[treatment]
        assert (visit.minutes, visit.price) == (treatment.minutes, treatment.price)
        assert visit.blocked_until - visit.ends_at == timedelta(minutes=treatment.buffer_minutes)


def test_the_coming_week_is_about_two_thirds_full_and_later_ones_are_emptier(now):
    shares = [booked_share(day_of(now) + timedelta(days=1 + 14 * n), 13) for n in range(3)]
    assert 0.5 < shares[0] < 0.8
    assert shares == sorted(shares, reverse=True)
    assert shares[2] < 0.3


def booked_share(first, days):
    """Of the hours at work, so many days from the first."""
    stretch = day_bounds(first, days, LONDON)
    at_work = sum(
        free_quarters(therapist, local_days(first, days)) * STEP.total_seconds()
        for therapist in Therapist.objects.prefetch_related("shifts", "breaks")
    )
    there = Appointment.objects.occupying().filter(
        starts_at__gte=stretch.start, starts_at__lt=stretch.end
    )
    return sum((one.blocked_until - one.starts_at).total_seconds() for one in there) / at_work


def free_quarters(therapist, days):
    """Quarters of an hour at work and not away."""
    off = time_off(therapist)
    hours = [h for day in days for h in hours_at_work(therapist, day)]
    return sum(
        not any(away.start <= hour.start + step * STEP < away.end for away in off)
        for hour in hours
        for step in range((hour.end - hour.start) // STEP)
    )


def test_one_newcomer_has_yet_to_confirm_and_has_been_asked(now):
    [visit] = Appointment.objects.awaiting_proof()
    assert now < visit.prove_by < visit.starts_at
    assert visit.whose.appointments.count() == 1
    asked = Mail.objects.get(appointment=visit, kind=MailKind.CONFIRMED)
    assert (asked.state, asked.data_at) == (MailState.SENT, visit.booked_at)


def test_the_clinic_is_of_the_size_it_says(now):
    assert (Therapist.objects.count(), Room.objects.count()) == (6, 4)
    assert (Treatment.objects.count(), Client.objects.count()) == (6, 150)
    assert 1500 < Appointment.objects.count() < 2500
    assert Absence.objects.filter(therapist=None).exists()
    assert Absence.objects.filter(therapist__isnull=False).exists()


def test_there_is_a_past_and_a_future_and_still_room_for_more(now):
    statuses = set(Appointment.objects.values_list("status", flat=True))
    assert {Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED, Status.BOOKED} <= statuses
    assert not Appointment.objects.filter(status=Status.BOOKED, starts_at__lte=now).exists()
    for treatment in Treatment.objects.all():
        assert openings(Clinic.objects.the(), treatment, first=day_of(now), days=14, now=now)


def test_every_history_begins_with_booking_and_ends_with_what_became_of_it(now):
    for visit in Appointment.objects.visits().prefetch_related("events").select_related("client"):
        events = list(visit.events.all())
        assert events[0].kind == Status.BOOKED
        became = [event for event in events if event.kind not in ASIDE]
        assert became[-1].kind == visit.status
        known_since, booked_at = present(visit.client).created_at, present(visit.booked_at)
        assert known_since <= booked_at == events[0].at < visit.starts_at
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert events[-1].at <= now


def test_nobody_has_two_first_visits_or_comes_before_the_first(now):
    first_visits = Appointment.objects.filter(treatment__name=clinic.FIRST_VISIT)
    newcomers = first_visits.values_list("client", "starts_at")
    assert len({client for client, _ in newcomers}) == len(newcomers) > 20
    for client, starts_at in newcomers:
        assert not Appointment.objects.filter(client=client, starts_at__lt=starts_at).exists()


def test_every_treatment_suits_a_kind_of_session_and_all_kinds_are_suited(now):
    kinds = [kind for treatment in Treatment.objects.all() for kind in treatment.session_kinds]
    assert all(treatment.session_kinds for treatment in Treatment.objects.all())
    assert set(kinds) == set(Kind)


def test_no_text_promises_what_massage_does_not_do(now):
    texts = [LegalText.objects.current(LegalKind.TERMS).text]
    texts += Treatment.objects.values_list("description", flat=True)
    texts += Therapist.objects.values_list("bio", flat=True)
    assert not [(word, text) for word in NEVER_SAID for text in texts if word in text.lower()]


def test_all_people_are_plainly_made_up(now):
    for client in Client.objects.all():
        assert client.email.endswith("@example.com") or not client.email
        assert any(client.name.endswith(f" {last}") for last in people.LAST)


def test_couples_share_an_address_and_the_desk_is_asked_about_two(now):
    addresses = Client.objects.exclude(email="").values_list("email", flat=True)
    assert len(addresses) - len(set(addresses)) == people.COUPLES
    cards = desk_day(Clinic.objects.the(), day_of(now), answers=True, now=now).to_compare
    assert len(cards) == 2
    assert all(card.email == present(card.same_address_as).email for card in cards)


def test_nothing_stands_where_it_could_not(now):
    assert desk_day(Clinic.objects.the(), day_of(now), answers=True, now=now).conflicts == []


@pytest.mark.parametrize(("role", "email"), logins.DEMO_LOGINS)
def test_each_role_can_sign_in(now, client, settings, role, email):
    settings.DEMO = True  # elsewhere these logins open nothing
    user = User.objects.get(email=email)
    assert role in user.roles()
    assert EmailAddress.objects.filter(user=user, verified=True, primary=True).count() == 1
    answer = client.post(
        reverse("account_login"), {"login": email, "password": logins.DEMO_PASSWORD}
    )
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_runner_and_the_therapist_have_visits_behind_and_ahead(now):
    runner = Client.objects.get(user__email=logins.RUNNER_LOGIN)
    therapist = Therapist.objects.get(user__isnull=False)
    for visits in (runner.appointments, therapist.appointments):
        assert visits.upcoming(now).exists()
        assert visits.filter(status=Status.COMPLETED).exists()


def test_the_demos_therapist_sees_somebody_on_each_day_of_the_week(now):
    therapist = Therapist.objects.get(user__isnull=False)
    days = local_days(day_of(now) - timedelta(days=now.weekday()), 7)
    working = [day for day in days if free_quarters(therapist, [day])]
    starts = therapist.appointments.occupying().values_list("starts_at", flat=True)
    assert set(working) <= {start.astimezone(LONDON).date() for start in starts}
    assert {day.weekday() for day in working} >= {5, 6}


def test_races_are_spread_over_every_phase_of_training(now):
    rules = protocol.current()
    races = list(Race.objects.select_related("client"))
    phases = {phase_on(day_of(now), [race.in_training], rules).phase for race in races}
    assert phases >= set(Phase) - {Phase.RACE_DAY}  # nobody races on a Monday
    assert {race.distance for race in races} == set(Distance)
    for race in races:
        assert not list(rejections([race.in_training], rules, today=day_of(now)))
    assert Client.objects.get(name=people.RUNNER).races.count() == 2


def test_whoever_comes_soon_has_reminders_waiting_and_the_past_has_been_written(now):
    in_a_week = Appointment.objects.filter(
        status=Status.BOOKED, starts_at__range=(now + timedelta(days=4), now + timedelta(days=11))
    )
    booked_long_ago = in_a_week.filter(booked_at__lt=now - timedelta(days=1))
    waiting = Mail.objects.filter(kind=MailKind.REMINDER, state=MailState.SCHEDULED)
    assert booked_long_ago.exists()
    assert booked_long_ago.count() <= waiting.filter(appointment__in=booked_long_ago).count()
    assert not Mail.objects.filter(state=MailState.SCHEDULED, due_at__lt=now - timedelta(days=7))


def test_the_desk_finds_something_to_see_to_and_training_mails_to_come(now):
    assert set(Mail.objects.asking_for_attention().values_list("state", flat=True)) == {
        MailState.FAILED, MailState.AMBIGUOUS, MailState.MISSED,
    }  # fmt: skip
    assert Mail.objects.filter(kind=MailKind.NUDGE, state=MailState.SCHEDULED).exists()
    assert not Mail.objects.filter(kind=MailKind.PLAN, state=MailState.SCHEDULED).exists()


def test_what_took_place_is_paid_with_receipts_without_gaps(now):
    numbers = list(Payment.objects.exclude(number=None).order_by("at", "pk").values_list("number"))
    assert numbers == [(n,) for n in range(1, len(numbers) + 1)]
    assert {one.method for one in Payment.objects.all()} == set(Method)
    assert not Payment.objects.filter(at__gt=now).exists()
    kept = Payment.objects.values_list("what", "client_name", "therapist_name", "issuer")
    assert all(all(row) for row in kept)
    paid = Appointment.objects.filter(payments__isnull=False).distinct()
    for visit in paid.prefetch_related("fees", "payments"):
        assert Account(visit, visit.fees.all(), visit.payments.all()).left == 0
    over = Appointment.objects.filter(status=Status.COMPLETED)
    assert 0.9 < over.filter(payments__isnull=False).count() / over.count() < 1


def test_fees_are_charged_paid_waived_and_open(now):
    rules = Fee.objects.values_list("rule", flat=True)
    assert {rule.split()[0] for rule in rules} == {"Did", "Cancelled"}
    settled = Payment.objects.filter(appointment__fees__isnull=False)
    assert settled.filter(method=Method.WAIVED).exists()
    assert settled.exclude(method=Method.WAIVED).exists()


def test_the_desk_meets_children_breaks_and_people_without_email(now):
    young = [c for c in Client.objects.exclude(date_of_birth=None) if c.is_under_age(day_of(now))]
    assert sorted(client.lacks_consent(day_of(now)) for client in young) == [False, True]
    assert Client.objects.filter(email="", proved_at=None).count() == len(people.WITHOUT_EMAIL)
    assert not Mail.objects.filter(client__email="").exists()
    assert WeeklyBreak.objects.exists()
    assert Absence.objects.filter(reason="Team meeting").count() == len(clinic.MEETING)


def test_most_of_those_who_come_train_for_a_race(now):
    soon = Appointment.objects.filter(starts_at__gte=now, status=Status.BOOKED)
    assert soon.filter(client__races__isnull=False).distinct().count() / soon.count() > 0.6


def test_somebody_waits_for_each_kind_of_time_and_one_is_kept_for_the_runner(now):
    waiting = WaitlistEntry.objects.waiting().with_everything()
    kinds = {(one.moves_a_visit, one.better_by) for one in waiting}
    assert kinds == {(False, "earlier"), (True, "earlier"), (True, "training")}
    assert any(not one.client.email and one.client.phone for one in waiting)
    offer = WaitlistOffer.objects.open().get()
    assert offer.client.name == people.RUNNER
    assert offer.is_open(now)
    [kept] = kept_now(Clinic.objects.the(), now)
    assert not kept.beside  # nobody is offered two in a week
    assert {one.follows_a_race for one in Series.objects.all()} == {True, False}
    assert all(one.appointments.exists() for one in Series.objects.all())


# Loading


def test_the_first_pages_are_quick(now):
    """PostgreSQL knows how much is where, before it would look by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples FROM pg_class WHERE oid = 'bookings_appointment'::regclass"
        )
        assert cursor.fetchone() == (Appointment.objects.count(),)


@pytest.mark.parametrize("loaded", TODAYS[:1], indirect=True)
def test_whoever_means_it_loads_it_anywhere_once_and_the_same_each_time(
    now, settings, capsys, time_machine
):
    time_machine.move_to(now, tick=False)
    settings.DEMO, settings.DEBUG = True, False
    first = everything()
    call_command("load_demo_data")
    assert everything() == first
    assert "already" in capsys.readouterr().out
    settings.DEMO = False
    forget_everything()
    call_command("load_demo_data", "--yes")
    assert everything() == first


def everything():
    """What people see of it; ids, password hashes and the secret of each link may differ."""
    return [
        sorted(Client.objects.values_list("name", "email", "phone", "created_at", "proved_at")),
        sorted(WeeklyShift.objects.values_list("therapist__name", "weekday", "start", "end")),
        list(Absence.objects.order_by("starts_at", "reason").values_list("starts_at", "ends_at")),
        sorted(
            Appointment.objects.values_list(
                "starts_at", "room__name", "therapist__name", "client__name", "treatment__name",
                "status", "booked_at", "revision", "any_therapist",
            ),
            key=str,  # a hold is nobody's yet
        ),
        sorted(
            AppointmentEvent.objects.values_list(
                "at", "kind", "by", "appointment__starts_at", "appointment__room__name"
            )
        ),
    ]  # fmt: skip


def forget_everything():
    with connection.cursor() as cursor:  # signed notes know no other way to go
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE therapists_note, therapists_healthcheck CASCADE")
        cursor.execute("TRUNCATE bookings_payment, bookings_fee")
    for model in (
        WaitlistOffer,
        WaitlistEntry,
        Appointment,
        Series,
        Client,
        User,
        Treatment,
        Absence,
        Therapist,
        Room,
        Clinic,
    ):
        model.objects.all().delete()
