"""A runner makes, looks at, moves and cancels a series, behind the link of one appointment."""

from datetime import timedelta

import pytest

from bookings import links
from bookings.actions.series import changing
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Mail, MailKind, Series
from bookings.queries.series.scope import visits_of
from tests import factories

WEEK = timedelta(weeks=1)
RULE = {"every_weeks": "1", "ends": "count", "count": "4", "therapist": "kim-demo", "until": ""}


@pytest.fixture
def booked(booked):
    """Of Ana, who has proved her address."""
    Client.objects.update(proved_at=booked.created_at)
    booked.refresh_from_db()
    return booked


@pytest.fixture
def mine(booked):
    return f"/appointments/{links.mail_token(booked)}/"


def sent_from(page, **changed):
    """What the page's form would send, with some of it chosen otherwise."""
    form = page.context["dates_form"]
    chosen = {line.name: line.chosen for line in form.lines}
    return {**RULE, **chosen, "key": form["key"].value(), **changed}


def test_three_presses_make_a_series_with_the_nearest_where_one_is_taken(
    client, booked, mine, massage, kim, room
):
    factories.make_appointment(
        starts_at=booked.starts_at + WEEK, treatment=massage, therapist=kim, room=room
    )
    assert "Make it a series" in client.get(mine).content.decode()
    page = client.get(f"{mine}repeat/", RULE)
    done = client.post(f"{mine}repeat/", sent_from(page), follow=True)
    assert done.redirect_chain == [(f"{mine}series/", 302)]
    starts = [one.starts_at - booked.starts_at for one in visits_of(Series.objects.get())]
    assert starts[:1] + starts[2:] == [timedelta(), 2 * WEEK, 3 * WEEK]
    assert abs(starts[1] - WEEK) <= timedelta(hours=2)
    assert Mail.objects.filter(kind=MailKind.PLAN_BOOKED).count() == 1


def test_what_is_gone_by_then_books_nothing_is_named_and_the_other_choices_stay(
    client, booked, mine, massage, kim, room
):
    """Others have shown the error and booked all the same (cal.com 10673, 16387)."""
    page = client.get(f"{mine}repeat/", RULE)
    names = [line.name for line in page.context["dates_form"].lines]
    factories.make_appointment(
        starts_at=booked.starts_at + 2 * WEEK, treatment=massage, therapist=kim, room=room
    )
    sent = sent_from(page, **{names[0]: "skip"})
    refused = client.post(f"{mine}repeat/", sent)
    assert refused.status_code == 409
    assert "cannot be had any more" in refused.content.decode()
    assert not Series.objects.exists()
    chosen = {line.name: line.chosen for line in refused.context["dates_form"].lines}
    assert (chosen[names[0]], chosen[names[2]]) == ("skip", sent[names[2]])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"count": "27"}, "count"),
        ({"count": ""}, "count"),
        ({"count": "-3"}, "count"),
        ({"ends": "until", "until": "1999-01-01"}, "until"),
        ({"ends": "until", "until": "2099-01-01"}, "until"),
        ({"ends": "until", "until": "29/02/2027"}, "until"),
        ({"ends": "never"}, "ends"),
        ({"every_weeks": "0"}, "every_weeks"),
        ({"therapist": "nobody"}, "therapist"),
    ],
)
def test_an_odd_rule_is_told_at_its_field_and_stays_typed(client, mine, changed, field):
    page = client.get(f"{mine}repeat/", {**RULE, **changed})
    assert page.status_code == 422
    form = page.context["form"]
    assert list(form.errors) == [field]
    assert form["count"].value() == changed.get("count", RULE["count"])


def test_the_day_of_the_race_and_the_day_before_are_left_out_and_it_may_end_before_race_week(
    client, ana, booked, mine, clinic
):
    """“Sunday 28 February, 09:15 Free” stood there on the day of their marathon."""
    first = clinic.day_of(booked.starts_at)
    factories.make_race(client=booked.whose, race_date=first + 2 * WEEK, name="Exeter Marathon")
    factories.make_race(
        client=booked.whose, race_date=first + 8 * WEEK + timedelta(days=1), name="Taunton 10K"
    )
    page = client.get(f"{mine}repeat/", {**RULE, "count": "9"})
    lines = {line.date.of: line for line in page.context["dates_form"].lines}
    assert "This is the day of Exeter Marathon." in page.text
    assert "The day after is Taunton 10K." in page.text
    assert [lines[first + n * WEEK].chosen for n in (2, 8)] == ["skip", "skip"]
    ends = client.get(f"{mine}repeat/", {**RULE, "ends": "race"})
    assert [line.date.of for line in ends.context["dates_form"].lines] == [first + WEEK]
    too_soon = client.get(f"{mine}repeat/", {**RULE, "ends": "race", "every_weeks": "3"})
    assert list(too_soon.context["form"].errors) == ["ends"]


def test_no_date_is_left_unanswered(client, mine, booked):
    """Somebody else's calendar has checked the first date alone (cal.com 15997)."""
    page = client.get(f"{mine}repeat/", RULE)
    for line in page.context["dates_form"].lines:
        for wrong in ("", "tomorrow|", f"{booked.starts_at.isoformat()}|nobody"):
            refused = client.post(f"{mine}repeat/", sent_from(page, **{line.name: wrong}))
            assert refused.status_code == 422
    assert not Series.objects.exists()


def test_who_is_not_proved_or_has_another_browsers_link_sees_no_series(client, booked):
    Client.objects.update(proved_at=None)
    factories.make_series(booked)
    mailed = f"/appointments/{links.mail_token(booked)}/"
    assert client.get(f"{mailed}series/").status_code == 302
    Client.objects.update(proved_at=booked.created_at)
    shown = f"/appointments/{links.page_token(booked)}/"
    assert client.get(f"{shown}series/").status_code in (302, 403)
    assert client.get(f"{shown}repeat/").status_code in (302, 403)


def test_several_are_moved_and_cancelled_as_shown(client, booked, mine, clinic):
    page = client.get(f"{mine}repeat/", RULE)
    client.post(f"{mine}repeat/", sent_from(page))
    was = clinic.day_of(booked.starts_at).weekday()
    weekday = 5 if was == 6 else was + 1  # of the same week, not before tomorrow
    asked = {"scope": "all", "weekday": str(weekday), "at": "14:00", "therapist": "kim-demo"}
    page = client.get(f"{mine}series/move/", asked)
    sent = {**sent_from(page), **asked, "seen": page.context["found"].digest}
    client.post(f"{mine}series/move/", sent)
    local = [one.starts_at.astimezone(clinic.tz) for one in visits_of(Series.objects.get())]
    assert {(one.weekday(), one.hour) for one in local} == {(weekday, 14)}
    page = client.get(f"{mine}series/cancel/", {"scope": "later"})
    assert len(page.context["lines"]) == 4
    stale = client.post(f"{mine}series/cancel/", {"scope": "later", "seen": "something else"})
    assert stale.status_code == 409
    assert "look again" in stale.content.decode()
    client.post(f"{mine}series/cancel/", {"scope": "later", "seen": page.context["found"].digest})
    assert set(Appointment.objects.values_list("status", flat=True)) == {Status.CANCELLED}
    assert client.get(f"{mine}series/cancel/").url == f"{mine}series/"  # nothing is left to cancel


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ("all", "Nothing of the series is booked any more."),
        ("later", "Nothing of the series is booked any more from this appointment on."),
    ],
)
def test_the_second_of_two_presses_at_once_says_what_was_asked(
    client, booked, mine, monkeypatch, scope, said
):
    page = client.get(f"{mine}repeat/", RULE)
    client.post(f"{mine}repeat/", sent_from(page))
    page = client.get(f"{mine}series/cancel/", {"scope": scope})
    once = changing.cancel
    monkeypatch.setattr(
        changing, "cancel", lambda *args, **data: (once(*args, **data), once(*args, **data))[1]
    )
    sent = {"scope": scope, "seen": page.context["found"].digest}
    assert said in client.post(f"{mine}series/cancel/", sent, follow=True).text
