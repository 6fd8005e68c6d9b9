"""The later sessions of a race are booked as the diary opens, where the plan has them by then."""

from datetime import timedelta
from secrets import token_hex

import pytest
from django.utils import timezone

from bookings.actions.refusals import Stale
from bookings.actions.scheduling import cancellation
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.series import race_sessions, tending
from bookings.actions.training import races, training_feedback
from bookings.core.intervals import day_bounds
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.weeks import monday_of
from bookings.mail.compose import compose, text
from bookings.mail.contents import SUBJECTS
from bookings.mail.series.context import SeriesMissedLetter
from bookings.models import Appointment, Mail, MailKind, Race, Series
from bookings.queries.series.following import PlanNow, following, still_to_book
from bookings.queries.series.in_words import one_of_it, series_in_words
from bookings.queries.series.scope import visits_of
from bookings.queries.training import protocol
from bookings.queries.training.plans import as_proposed, openings_for
from clinic.records import merge as merging
from tests import factories

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def clinic(clinic):
    clinic.horizon_days, clinic.most_ahead = 40, 0
    clinic.save()
    return clinic


@pytest.fixture
def race(ana, today, massage):
    massage.session_kinds = [kind.value for kind in protocol.current().session_types]
    massage.save()
    return factories.make_race(ana, race_date=today + 16 * WEEK + (6 - today.weekday()) * DAY)


@pytest.fixture
def plan_now(ana, clinic):
    return lambda: PlanNow.of(ana, clinic, now=timezone.now())


@pytest.fixture
def book(ana, massage, plan_now, clinic):
    """As the basket does with the box ticked: the first session that can be had."""

    def _book(race, **data):
        here, now = plan_now(), timezone.now()
        session = next(one for one in here.sessions_of(race) if here.is_to_book(one))
        wanted = [(massage, session)]
        [openings] = openings_for(clinic, here.plan, wanted, here.history, now=now)
        request = {
            "slots": [as_proposed(massage, openings[0], here.history)],
            "client": ana,
            "key": token_hex(16),
            "rules": Rules.ONLINE,
            "by": "runner",
            **data,
        }
        return race_sessions.book(BookingRequest(**request), ana, race, now=now)

    return _book


@pytest.fixture
def series(book, race):
    book(race)
    Mail.objects.all().delete()
    return Series.objects.with_everything().get()


def tend():
    return race_sessions.book_what_opens(now=timezone.now())


def told():
    return Mail.objects.filter(kind=MailKind.SERIES_MISSED).order_by("pk")


def weeks_of(clinic, visits):
    return [monday_of(clinic.day_of(one.starts_at)) for one in visits]


@pytest.mark.parametrize("weeks_moved", [-2, 7])
def test_what_waited_is_booked_once_each_where_the_moved_race_has_it(
    series, race, clinic, ana, clock, plan_now, weeks_moved
):
    waited = {(one.kind, race.race_date - one.ideal) for one in plan_now().later_ones(race)}
    assert len(waited) >= 4
    assert tend() == 0
    booked = set()
    for step in range(15):
        clock.pass_days(14)
        if step == 1:
            race = races.change(
                race, race_date=race.race_date + weeks_moved * WEEK, now=timezone.now()
            )
        tend()
        here = plan_now()
        for session in here.sessions_of(race):
            if visit := here.history.booked_for(session, clinic):
                booked.add((session.kind, race.race_date - session.ideal))
                assert visit.series == series
    assert waited <= booked
    assert tend() == 0
    weeks = weeks_of(clinic, visits_of(series))
    assert len(weeks) == len(set(weeks))
    assert not told().exists()
    confirmed, series = Mail.objects.filter(kind=MailKind.CONFIRMED), Series.objects.get()
    assert confirmed.count() == len(weeks) - 1
    assert one_of_it(series, clinic.day_of(timezone.now())) in text(
        SUBJECTS[MailKind.CONFIRMED].letter(confirmed[0], clinic, now=timezone.now())
    )


def test_series_and_plan_never_book_one_week_twice(
    series, race, ana, clinic, clock, massage, kim, room, plan_now
):
    """A visit beside the window, one of a weekly series, and one that was put aside."""
    first, second, third = following(series, clinic, now=timezone.now()).waiting[:3]
    beside = monday_of(first.suggested) + (0 if first.suggested.weekday() > 2 else 5) * DAY
    place = {"treatment": massage, "therapist": kim, "room": room, "client": ana}
    start = timezone.now().replace(hour=13, minute=0)
    at = {"starts_at": start + (beside - clinic.day_of(start)) * 1}
    other = factories.make_appointment(**at, **place)
    is_met = first.covers(beside)
    weekly = {"starts_at": start + (monday_of(second.suggested) - clinic.day_of(start)) * 1}
    factories.make_series(factories.make_appointment(**weekly, **place), waits_for=[])
    training_feedback.decline(ana, third.kind, third.ideal)
    while clinic.last_bookable_day(timezone.now()) < third.window_end:
        clock.pass_days(7)
        tend()
        tending.book_what_opens(now=timezone.now())
    visits = Appointment.objects.filter(client=ana)
    weeks = weeks_of(clinic, visits)
    assert len(weeks) == len(set(weeks))
    assert third.suggested not in {clinic.day_of(one.starts_at) for one in visits}
    assert [mail.about["why"] for mail in told()] == ([] if is_met else ["week"])
    assert other in visits


def test_what_a_runner_has_cancelled_is_not_booked_again(series, clinic, clock):
    while not tend():
        clock.pass_days(7)
    cancellation.cancel(visits_of(series)[-1], by="runner", now=timezone.now())
    assert tend() == 0


def test_where_nothing_is_free_the_window_is_awaited_and_then_it_is_told_with_the_nearest(
    series, clinic, clock, kim
):
    session = following(series, clinic, now=timezone.now()).waiting[0]
    days = (session.window_end - session.window_start).days
    away = day_bounds(session.window_start, days, clinic.tz)
    factories.make_absence(away.start, away.end, kim)
    day = session.suggested - clinic.horizon_days * DAY
    clock.pass_days((day - clinic.day_of(timezone.now())).days)
    assert (tend(), told().count()) == (0, 0)
    clock.pass_days((session.window_end - session.suggested).days)
    assert (tend(), tend()) == (0, 0)
    mail = told().get()
    assert mail.about["why"] == "full"
    letter = SUBJECTS[mail.kind].letter(mail, clinic, now=timezone.now())
    assert isinstance(letter, SeriesMissedLetter)
    assert letter.nearest
    assert letter.nearest.words in text(letter)
    assert str(letter.why) in text(letter)
    assert "next session for" in text(letter)
    assert compose(mail, clinic, now=timezone.now())["Subject"] == f"Not booked: {letter.when}"
    assert SUBJECTS[mail.kind].why_not(mail) is None


def test_a_race_that_is_taken_out_ends_what_waits_and_nothing_else(
    series, race, clinic, clock, book
):
    races.withdraw(race, now=timezone.now())
    series.refresh_from_db()
    assert still_to_book(series, clinic, now=timezone.now()) == []
    assert "no longer in the plan" in series_in_words(series, clinic.day_of(timezone.now()))
    clock.pass_days(56)
    assert tend() == 0
    assert [one.status for one in visits_of(series)] == ["booked"]


@pytest.mark.fixed_clock
def test_a_race_gone_or_anothers_books_nothing_and_more_of_one_race_are_one_series(
    series, race, book, ana
):
    gone = Race(pk=race.pk + 100, client=ana, race_date=race.race_date)
    for wrong in (gone, factories.make_race(race_date=race.race_date)):
        with pytest.raises(Stale):
            book(wrong)
    book(race)
    assert len(visits_of(Series.objects.get())) == 2


def test_merged_with_a_record_of_the_same_race_it_follows_the_one_that_stays(series, race, clinic):
    kept = factories.make_client("Ana Demo", email="ana@example.org")
    same = factories.make_race(kept, race_date=race.race_date)
    seen = merging.preview(kept, race.client, clinic).digest
    merging.merge(kept, race.client, choices={}, seen=seen, by="desk", now=timezone.now())
    assert Series.objects.get().race == same
