"""What the diary did not reach is booked as it does, or its client hears why not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.actions.series import tending
from bookings.mail.compose import compose, text
from bookings.mail.contents import SUBJECTS
from bookings.mail.series.context import SeriesMissedLetter
from bookings.models import Mail, MailKind, Series
from bookings.queries.series.scope import visits_of
from tests import factories

pytestmark = pytest.mark.django_db
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)


@pytest.fixture
def clinic(clinic):
    clinic.horizon_days = 10
    clinic.save()
    return clinic


@pytest.fixture
def series(first, make):
    """Four of them, of which the diary reaches two."""
    made = make(first)
    Mail.objects.all().delete()
    return made


def told(kind):
    return Mail.objects.filter(kind=kind)


def tend():
    return tending.book_what_opens(now=timezone.now())


def test_the_next_date_is_booked_when_the_diary_reaches_it_and_only_once(series, clock):
    assert [len(visits_of(series)), len(series.waits_for)] == [2, 2]
    assert tend() == 0
    clock.pass_days(7)
    assert (tend(), tend()) == (1, 0)
    visits = visits_of(series)
    assert visits[-1].starts_at - visits[0].starts_at == 2 * WEEK
    assert told(MailKind.CONFIRMED).get().appointment == visits[-1]
    clock.pass_days(7)
    assert tend() == 1
    assert Series.objects.get().still_to_book == []


def test_one_that_cannot_be_had_is_told_with_the_nearest_and_the_rest_goes_on(
    series, taken, clock, clinic
):
    taken(2)
    clock.pass_days(7)
    assert (tend(), tend()) == (0, 0)
    mail = told(MailKind.SERIES_MISSED).get()
    assert SUBJECTS[mail.kind].why_not(mail) is None
    letter = SUBJECTS[mail.kind].letter(mail, clinic, now=timezone.now())
    assert isinstance(letter, SeriesMissedLetter)
    assert letter.nearest
    assert letter.why in text(letter)
    assert letter.nearest.words in text(letter)
    assert letter.series_url.endswith("/series/")
    assert letter.series_url in text(letter)
    assert compose(mail, clinic, now=timezone.now())["Subject"].startswith("Not booked: ")
    clock.pass_days(7)
    assert tend() == 1


def test_in_a_week_with_another_visit_or_when_full_it_is_told_and_not_booked(
    series, ana, massage, kim, room, clock, clinic
):
    factories.make_appointment(
        starts_at=visits_of(series)[0].starts_at + 2 * WEEK - DAY,
        treatment=massage, therapist=kim, room=room, client=ana,
    )  # fmt: skip
    clock.pass_days(7)
    assert tend() == 0
    clinic.most_ahead = 1
    clinic.save()
    clock.pass_days(7)
    assert tend() == 0
    assert [mail.about["why"] for mail in told(MailKind.SERIES_MISSED).order_by("pk")] == [
        "week", "many",
    ]  # fmt: skip


def test_whom_no_mail_reaches_the_desk_rings(series, ana, taken, clock):
    type(ana).objects.update(email="")
    taken(3)
    clock.pass_days(7)
    assert tend() == 1
    assert visits_of(series)[-1].not_told
    clock.pass_days(7)
    assert tend() == 0
    assert told(MailKind.SERIES_MISSED).count() == 1  # which fails, and asks for attention


def test_what_has_ended_is_booked_no_more(series, clock):
    series.end(now=timezone.now())
    clock.pass_days(7)
    assert tend() == 0
