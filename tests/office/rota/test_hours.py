"""A therapist's weeks, typed in a grid."""

from datetime import date, time, timedelta

import pytest

from bookings.models import Change, ExtraShift, WeeklyBreak, WeeklyShift
from tests import factories

DAY = timedelta(days=1)


@pytest.fixture
def page(kim) -> str:
    return f"/office/rota/{kim.pk}/"


def sent_of(answer) -> dict:
    """As a browser sends the page: every field of every week."""
    rota = answer.context["rota"]
    sent = {"seen": rota.seen}
    for form in rota.forms:
        for field in form:
            value = field.value()
            sent[field.html_name] = "" if value is None else str(value)
    return sent


@pytest.fixture
def save(office, page):
    """Types over what stands on the page and presses Save."""

    def _save(opened=None, url=page, **typed):
        sent = sent_of(opened or office.get(url))
        typed = {name.replace("_of_", "-", 1): value for name, value in typed.items()}
        assert set(typed) - set(sent) <= {"accepted", "copy", "w0-copy_from", "w0-copy_to"}
        return office.post(url, {**sent, **typed})

    return _save


def hours_of(therapist, weekday: int) -> list[str]:
    rows = therapist.shifts.filter(weekday=weekday).order_by("valid_from", "start")
    return [f"{row.start:%H:%M}-{row.end:%H:%M}" for row in rows]


def test_saving_what_is_unchanged_writes_nothing(office, save, kim, page, today):
    kim.breaks.create(
        weekday=1, start=time(12), end=time(13), valid_from=date(2020, 1, 1), reason="lunch"
    )
    monday = today - today.weekday() * DAY
    factories.make_shift(
        kim, 5, time(18, 0, 30), time(19), valid_from=today + 9 * DAY,
        every_weeks=2, counted_from=monday,
    )  # fmt: skip
    rows, changes = list(WeeklyShift.objects.values()), Change.objects.count()
    answer = save()
    assert answer["Location"] == page
    assert "Nothing was different" in office.get(page).text
    assert list(WeeklyShift.objects.values()) == rows
    assert Change.objects.count() == changes


def test_hours_that_could_not_be_typed_stand_until_somebody_touches_them(save, kim):
    """Two that overlap, as the admin lets one write them, and a break named like hours."""
    factories.make_shift(kim, 0, time(16), time(18))
    word = {"reason": "1-2-1 talk", "valid_from": date(2020, 1, 1)}
    kim.breaks.create(weekday=0, start=time(12), end=time(13), **word)
    rows = list(WeeklyShift.objects.values())
    assert save().status_code == 302
    assert list(WeeklyShift.objects.values()) == rows
    answer = save(w0_of_hours_0="9-17, 16-18")
    assert answer.status_code == 422


def test_hours_typed_otherwise_that_mean_the_same_are_unchanged(office, save, kim):
    rows = list(WeeklyShift.objects.values())
    save(w0_of_hours_0="9:00 to 5pm")
    assert list(WeeklyShift.objects.values()) == rows


def test_what_is_changed_holds_from_a_day_and_what_was_worked_stays(save, kim, today):
    from_then = today + 10 * DAY
    save(w0_of_first=str(from_then), w0_of_hours_0="9-13, 14-18", w0_of_breaks_1="12:30-13 lunch")
    old = kim.shifts.filter(valid_until=from_then - DAY)
    new = kim.shifts.filter(valid_from=from_then, valid_until=None)
    assert (old.count(), new.count(), kim.shifts.count()) == (7, 8, 15)
    assert [(row.start, row.end) for row in new.filter(weekday=0).order_by("start")] == [
        (time(9), time(13)),
        (time(14), time(18)),
    ]
    lunch = WeeklyBreak.objects.get()
    assert (lunch.weekday, lunch.start, lunch.reason) == (1, time(12, 30), "lunch")
    assert lunch.valid_from == from_then


def test_hours_that_have_not_begun_are_changed_where_they_stand(save, kim, today):
    kim.shifts.update(valid_from=today + 30 * DAY)
    untouched = list(WeeklyShift.objects.exclude(weekday=0).values())
    pk = kim.shifts.get(weekday=0).pk
    save(w0_of_hours_0="10-16")
    assert list(WeeklyShift.objects.exclude(weekday=0).values()) == untouched
    assert WeeklyShift.objects.get(pk=pk).start == time(10)
    assert kim.shifts.count() == 7
    save(w0_of_first=str(today + 20 * DAY))
    assert set(kim.shifts.values_list("valid_from", flat=True)) == {today + 20 * DAY}


def test_a_day_emptied_is_a_free_one_and_a_last_day_ends_them(save, kim, today):
    save(w0_of_hours_0="", w0_of_last=str(today + 60 * DAY))
    assert not kim.shifts.filter(weekday=0, valid_until=None).exists()
    assert kim.shifts.filter(valid_until=today + 60 * DAY).count() == 6


def test_every_other_week_is_counted_from_the_monday_of_a_day(office, save, kim, today):
    kim.shifts.all().delete()
    page = f"/office/rota/{kim.pk}/"
    monday = today - today.weekday() * DAY
    save(
        new_of_hours_2="9-17", new_of_every_weeks="2", new_of_counted_from=str(monday + 9 * DAY),
    )  # fmt: skip
    row = kim.shifts.get()
    assert (row.every_weeks, row.counted_from) == (2, monday + 7 * DAY)
    [week] = office.get(page).context["rota"].weeks
    said = f"{monday + 7 * DAY:%-d %B %Y}"
    assert week.title.startswith(f"Every 2 weeks, next in the week of {said}, since")
    save(w0_of_counted_from=str(monday - 4 * DAY))  # the same weeks, another Monday of them
    assert kim.shifts.get().counted_from == monday + 7 * DAY
    save(w0_of_every_weeks="1", w0_of_counted_from="")
    assert (kim.shifts.latest("pk").every_weeks, kim.shifts.latest("pk").counted_from) == (1, None)


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"w0_of_hours_0": "17-9"}, "w0-hours_0", "ends before it begins"),
        ({"w0_of_hours_0": "18-24"}, "w0-hours_0", "please type 23:59"),
        ({"w0_of_hours_0": "9-12, 11-14"}, "w0-hours_0", "These overlap"),
        ({"w0_of_hours_0": "half past"}, "w0-hours_0", "is not read as hours"),
        ({"w0_of_hours_0": "9-25"}, "w0-hours_0", "no clock shows"),
        ({"w0_of_hours_0": "9" * 300}, "w0-hours_0", "at most 200 characters"),
        ({"w0_of_breaks_0": "12-13 " + "x" * 150}, "w0-breaks_0", "at most 120 characters"),
        ({"w0_of_every_weeks": "0"}, "w0-every_weeks", "1 for every week"),
        ({"w0_of_every_weeks": "-2"}, "w0-every_weeks", "1 for every week"),
        ({"w0_of_every_weeks": "53"}, "w0-every_weeks", "Please give 52 or less."),
        ({"w0_of_every_weeks": "2"}, "w0-counted_from", "a day of a week in which"),
        ({"w0_of_last": "2019-12-31"}, "w0-last", "must not be before the first"),
        ({"w0_of_last": "2025-11-01"}, "w0-last", "has been worked"),
        ({"w0_of_last": "1999-12-31"}, "w0-last", "a day of the years"),
        ({"w0_of_hours_0": "10-11", "w0_of_first": "2021-01-01"}, "w0-first", "has been worked"),
        ({"new_of_hours_3": "12-20"}, "new-hours_3", "at work then already"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(save, kim, typed, field, said):
    rows = list(WeeklyShift.objects.values())
    answer = save(**typed)
    assert answer.status_code == 422
    fields = {one.html_name: one for form in answer.context["rota"].forms for one in form}
    assert said in " ".join(fields[field].errors)
    assert [name for name, one in fields.items() if one.errors] == [field]
    [(name, value)] = list(typed.items())[:1]
    assert fields[name.replace("_of_", "-", 1)].value() == value
    assert list(WeeklyShift.objects.values()) == rows


def test_hours_that_change_on_a_day_may_be_followed_by_others(save, kim, today):
    """Alternate weeks from a day on: the ones there are become one half, the blank the other."""
    since = today + 14 * DAY
    monday = since - since.weekday() * DAY
    answer = save(
        w0_of_first=str(since), w0_of_every_weeks="2", w0_of_counted_from=str(monday),
        new_of_first=str(since), new_of_every_weeks="2",
        new_of_counted_from=str(monday + 7 * DAY), new_of_hours_0="12-20",
    )  # fmt: skip
    assert answer.status_code == 302
    assert kim.shifts.filter(valid_from=since, counted_from=monday).count() == 7
    assert kim.shifts.get(counted_from=monday + 7 * DAY).start == time(12)


def test_visits_outside_the_new_hours_are_asked_about_with_their_nearest_times(
    office, clinic, save, kim, booked, start
):
    day = start.weekday()
    asked = save(**{f"w0_of_hours_{day}": "14-17"})
    assert asked.status_code == 409
    assert "1 appointment is booked that could not stay where it is." in asked.text
    [place] = asked.context["places"]
    assert place.visit == booked
    # The nearest is looked for in the hours that would hold: not in the morning that goes.
    assert place.best.start.astimezone(clinic.tz).hour >= 14
    assert not kim.shifts.filter(start=time(14)).exists()
    sent = {**sent_of(asked), "accepted": asked.context["impact"].digest}
    answer = office.post(f"/office/rota/{kim.pk}/", sent)
    assert answer["Location"] == f"/diary/stranded/?therapist={kim.pk}"
    assert kim.shifts.filter(start=time(14), weekday=day).exists()


def test_weeks_that_somebody_else_has_changed_are_not_overwritten(office, save, kim, page):
    opened = office.get(page)
    kim.shifts.filter(weekday=0).update(end=time(18))
    answer = save(opened, w0_of_hours_1="10-12")
    assert answer.status_code == 409
    assert "The hours have been changed meanwhile" in answer.text
    assert not kim.shifts.filter(start=time(10)).exists()


def test_a_day_is_copied_onto_others_and_nothing_is_saved_by_that(save, kim):
    answer = save(
        w0_of_hours_0="7-11", w0_of_breaks_0="9-9:15 tea", w0_of_copy_from="0",
        w0_of_copy_to=["1", "6"], copy="w0",
    )  # fmt: skip
    fields = {one.html_name: one.value() for one in answer.context["rota"].forms[0]}
    assert [fields[f"w0-hours_{day}"] for day in (0, 1, 2, 6)] == ["7-11", "7-11", "09–17", "7-11"]
    assert fields["w0-breaks_6"] == "9-9:15 tea"
    assert not kim.shifts.filter(start=time(7)).exists()


def test_hours_on_top_of_extra_ones_are_told(office, save, kim, today, page):
    day = today + (7 - today.weekday()) * DAY  # a Monday
    ExtraShift.objects.create(therapist=kim, day=day, start=time(17), end=time(19))
    save(w0_of_hours_0="9-18")
    assert "These hours overlap" in office.get(page).text


def test_as_many_questions_for_ten_weeks_as_for_one(
    office, kim, page, today, django_assert_num_queries, django_assert_max_num_queries
):
    office.get(page)
    with django_assert_max_num_queries(25) as seen:
        office.get(page)
    for number in range(9):
        factories.make_shift(
            kim, valid_from=today + (100 + number) * DAY, start=time(5), end=time(6)
        )
    with django_assert_num_queries(len(seen)):
        office.get(page)


@pytest.mark.parametrize("pause", ["20-21 tea", "12-13 lunch", "7-8", "12:30-13, 20-21 tea"])
def test_a_break_outside_the_hours_of_its_day_is_refused_beside_it(save, kim, pause):
    answer = save(w0_of_hours_0="8-12, 13-15, 16-19", w0_of_breaks_0=pause)
    assert answer.status_code == 422
    said = str(answer.context["rota"].weeks[0].errors["breaks_0"])
    assert "outside the hours of that day" in said
    assert not WeeklyBreak.objects.exists()


def test_a_break_on_a_free_day_is_refused_and_one_at_the_edge_is_not(save, kim):
    assert save(w0_of_hours_0="", w0_of_breaks_0="12-13").status_code == 422
    assert save(w0_of_hours_0="9-12:30", w0_of_breaks_0="12-13").status_code == 302


def test_hours_that_leave_a_break_outside_say_so_and_are_saved(office, save, page, kim):
    kim.breaks.create(weekday=0, start=time(16), end=time(17), valid_from=date(2020, 1, 1))
    assert save(w0_of_hours_0="9-15").status_code == 302
    assert "A break of Monday is outside the hours" in office.get(page).text


def test_hours_from_a_far_day_are_asked_about_and_say_when_they_begin(office, save, page, kim):
    typed = {"w0_of_first": "2099-12-31", "w0_of_hours_0": "9-15"}
    asked = save(**typed)
    assert asked.status_code == 422
    assert "years ahead" in str(asked.context["rota"].weeks[0].errors["first"])
    assert save(asked).status_code == 302
    said = "That holds from Thursday 31 December 2099; until then nothing changes."
    assert said in office.get(page).text
