"""The owner's reports as pages: what stands on them, what is wrong input, what they are made of."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import dateformat, timezone

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Mail, MailKind, MailState, Payment
from bookings.office.reports import days
from bookings.queries.reports import limits, reconciling, selection
from bookings.queries.reports.definitions import REPORTS
from tests import factories
from tests.office.conftest import say_who_it_is
from tests.runner.test_weight import files_of, weight

HOME = "/office/reports/"


@pytest.fixture
def done(massage, kim, room, at):
    """A visit of a week ago, paid by card on its day."""
    return paid(visit_of(massage, kim, room, at(-7, 10)))


def visit_of(massage, kim, room, start, **fields) -> Appointment:
    return factories.make_appointment(
        starts_at=start,
        treatment=massage,
        therapist=kim,
        room=room,
        **{"status": Status.COMPLETED, **fields},
    )


def paid(visit, amount="60", method="card", currency="GBP") -> Appointment:
    Payment.objects.create(
        appointment=visit,
        therapist=visit.therapist,
        what="Massage",
        method=method,
        amount=Decimal(amount),
        currency=currency,
        number=None if method == "waived" else Payment.objects.next_number(),
        reason="Kind" if method == "waived" else "",
        key=f"key-{Payment.objects.count()}",
        at=visit.starts_at,
        by="desk",
    )
    return visit


def read(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("period", ["30", "90", "year"])
def test_each_report_opens_in_an_empty_clinic_and_in_a_busy_one(office, done, name, period):
    read(office.get(f"{HOME}{name}/", {"period": period}))
    read(office.get(f"{HOME}{name}/", {"period": "dates", "first": "2001-01-01",
                                       "last": "2001-01-02"}))  # fmt: skip


def test_a_figure_opens_the_rows_that_it_is_made_of(office, done):
    page = read(office.get(f"{HOME}takings/"))
    links = re.findall(r'href="(/office/reports/takings/rows/[^"]*)">£60<', page)
    assert len(links) > 5
    for link in links:
        listed = read(office.get(link.replace("&amp;", "&")))
        assert "1 row, which comes to £60." in listed
        assert f'href="/diary/appointments/{done.pk}/"' in listed


def test_what_is_behind_hours_at_work_are_stretches_of_the_rota(office, done):
    listed = read(office.get(f"{HOME}utilisation/rows/", {"figure": "rostered", "weekday": "0"}))
    assert "At work" in listed
    assert "Kim Demo" in listed


def test_axes_without_a_bar_are_not_drawn(office, done):
    """Somebody came and paid; nobody failed to come, which is what that report draws."""
    assert "data-chart" in read(office.get(f"{HOME}takings/"))
    assert "data-chart" not in read(office.get(f"{HOME}attendance/"))


def test_currencies_are_kept_apart(office, done, massage, kim, room, at):
    paid(visit_of(massage, kim, room, at(-6, 10)), "70", currency="CHF")
    page = read(office.get(f"{HOME}takings/"))
    assert "Week, by its Monday, CHF" in page
    assert "£60" in page
    assert "70 CHF" in page
    assert "£130" not in page
    assert "130 CHF" not in page


def test_what_was_waived_is_no_money(office, done, massage, kim, room, at):
    paid(visit_of(massage, kim, room, at(-6, 10)), method="waived")
    [table] = [one for one in office.get(f"{HOME}takings/").context["tables"] if one.cut == "week"]
    assert [cell.text for cell in table.total.cells] == ["1", "£60", "£60"]


def test_the_period_before_stands_beneath(office, done, massage, kim, room, at):
    visit_of(massage, kim, room, at(-200, 10))
    paid(visit_of(massage, kim, room, at(-100, 10)), "45")
    [table] = [one for one in office.get(f"{HOME}takings/").context["tables"] if one.cut == "week"]
    assert [cell.text for cell in table.before.cells] == ["1", "£45", "£0"]


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("2026-12-02", "2026-12-01", "The last day must not be before the first."),
        ("2015-01-01", "2026-01-01", "A report covers at most 10 years"),
        ("", "2026-01-01", "Please fill this in."),
        ("yesterday", "2026-01-01", "Please give a date such as 25/04/2027."),
        ("1999-12-31", "2000-01-01", "Please give a day of the years 2000 to 2199."),
    ],
)
def test_dates_that_make_no_period_are_told_at_their_field_and_stay_typed(
    office, done, first, last, says
):
    answer = office.get(HOME, {"period": "dates", "first": first, "last": last})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert "£60" not in page
    for address in ("takings/", "takings/rows/"):
        answer = office.get(HOME + address, {"period": "dates", "first": first, "last": last})
        assert (answer.status_code, "£60" in answer.content.decode()) == (422, False)
    assert f'value="{first}"' in page or not first


@pytest.mark.parametrize("page", ["nothing/", "takings/rows/?figure=nothing", "takings/race%00.csv",
                                  "takings/lead.csv", "unpaid/crossed.csv"])  # fmt: skip
def test_what_is_no_report_is_not_found(office, page):
    assert office.get(f"{HOME}{page}").status_code == 404


@pytest.mark.parametrize(
    "asked",
    ["figure=taken&therapist=x", "figure=taken&race=x", "figure=taken&week=9999",
     "figure=waived&page=-1", "figure=taken&currency=%FF", "page=9999",
     "figure=waived&period=%00&weeks=x", "figure=taken&race=%7E",
     "figure=taken&date=today&month=13"],
)  # fmt: skip
def test_an_odd_address_lists_nothing_and_breaks_nothing(office, done, asked):
    assert "There are no rows." in read(office.get(f"{HOME}takings/rows/?{asked}"))


def test_a_table_is_a_file_for_a_spreadsheet_in_which_no_name_is_a_formula(
    office, massage, kim, room, at
):
    kim.name = "=HYPERLINK(1)"
    kim.save()
    paid(visit_of(massage, kim, room, at(-7, 10)))
    answer = office.get(f"{HOME}takings/therapist.csv")
    text = answer.content.decode("utf-8")
    assert text.startswith("\N{BYTE ORDER MARK}")
    heading, *rows = csv.reader(io.StringIO(text[1:]))
    assert heading == ["Therapist", "Currency", "Payments and refunds", "Taken", "Waived"]
    assert rows == [
        ["'=HYPERLINK(1)", "GBP", "1", "60.00", "0"],
    ]


def test_therapist_treatment_and_phase_at_once_are_one_file(office, done):
    text = office.get(f"{HOME}takings/crossed.csv").content.decode()
    assert "Kim Demo,Sports massage,No race,GBP,1,60.00,0" in text


def test_the_reports_agree_with_the_diary_and_the_receipts(office, done, massage, kim, room, at):
    visit_of(massage, kim, room, at(-5, 10))
    answer = office.get(HOME)
    assert answer.context["agree"], answer.context["compared"]
    assert "the receipts agree" in read(answer)
    left = {str(one.what): one.here for one in answer.context["compared"]}
    assert left["Left to pay"] == 60
    assert left["Visits that took place"] == 2


def test_a_report_that_differs_from_the_receipts_says_so(office, done, monkeypatch):
    monkeypatch.setattr(reconciling, "unpaid", lambda _bounds: [done])
    done.left = Decimal(5)
    page = read(office.get(HOME))
    assert "do not agree" in page
    assert "differs" in page


def test_more_races_than_a_page_holds_are_folded_and_their_rows_still_add_up(
    office, massage, kim, room, at, today
):
    for number in range(30):
        ana = factories.make_client(f"Ana {number}")
        factories.make_race(ana, race_date=today + timedelta(days=30), name=f"Race {number:02}")
        paid(visit_of(massage, kim, room, at(-number - 1, 10), client=ana), str(number + 1))
    [table] = [one for one in office.get(f"{HOME}takings/").context["tables"] if one.cut == "race"]
    assert len(table.lines) == 26
    rest = table.lines[-1]
    assert rest.label == "All other races"
    listed = office.get(rest.cells[1].url).context["found"]
    assert (listed.count, listed.total) == (5, rest.cells[1].value)
    assert sum(line.cells[1].value for line in table.lines) == table.total.cells[1].value


@pytest.mark.parametrize("address", ["", *(f"{name}/" for name in REPORTS),
                                     *(f"{name}/rows/" for name in REPORTS)])  # fmt: skip
def test_thirty_visits_take_as_many_queries_as_one(office, done, address, massage, kim, room, at):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            office.get(HOME + address)
        return len(queries)

    office.get(HOME + address)
    few = asked()
    for number in range(30):
        paid(visit_of(massage, kim, room, at(-number - 8, 10)))
    assert asked() == few


def test_the_rows_are_turned_over_a_page_at_a_time(office, massage, kim, room, at):
    for number in range(51):
        visit_of(massage, kim, room, at(-1 - number, 10))
    first = office.get(f"{HOME}attendance/rows/", {"figure": "came"})
    assert len(first.context["listed"]) == 50
    second = office.get(f"{HOME}attendance/rows/{first.context['pages']['after']}")
    assert len(second.context["listed"]) == 1
    assert "51 rows, which add up to 51." in read(second)


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-10-01", "2026-10-31", ("2026-09-01", "2026-09-30")),  # a month: the month before
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-11-01", "2026-11-28", ("2026-10-01", "2026-10-28")),  # not over: the same days of it
        ("2026-11-01", "2026-11-30", ("2026-10-01", "2026-10-29")),
        ("2026-01-01", "2026-11-28", ("2025-01-01", "2025-11-28")),  # a year's beginning
        ("2025-01-01", "2025-12-31", ("2024-01-01", "2024-12-31")),
        ("2026-07-01", "2026-09-30", ("2026-04-01", "2026-06-30")),  # a quarter
        ("2026-10-10", "2026-10-19", ("2026-09-30", "2026-10-09")),  # as many days before
        ("2026-11-20", "2026-12-09", ("2026-10-31", "2026-11-09")),  # of 20 days 10 have been
        ("2024-02-29", "2024-02-29", ("2024-02-22", "2024-02-22")),
        ("2026-11-30", "2026-12-24", None),  # all still to come
    ],
)
def test_a_period_is_compared_with_as_much_before_as_there_has_been_of_it(first, last, before):
    found = days.before(date.fromisoformat(first), date.fromisoformat(last), date(2026, 11, 29))
    assert (found and tuple(map(str, found))) == before


def test_where_records_begin_in_the_midst_of_the_days_before_nothing_is_compared(
    office, massage, kim, room, at, today
):
    paid(visit_of(massage, kim, room, at(-100, 10)), "1")
    paid(visit_of(massage, kim, room, at(-7, 10)))
    page = read(office.get(f"{HOME}takings/", {"period": "90"}))
    assert f"Records begin on {dateformat.format(at(-100, 10), 'j F Y')}" in page
    assert "Taken: £60. There is nothing before to compare it with." in page
    assert ">Before<" not in page


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("2026-11-15", "2026-11-28", "than the days before (£1)"),
        ("2026-11-01", "2026-11-28", "than the same days of October 2026 (£1)"),
        ("2026-11-22", "2026-11-22", "than a week before (£1)"),
    ],
)
@pytest.mark.fixed_clock("2026-11-29T09:00")
def test_the_days_before_are_called_what_they_are(
    office, massage, kim, room, at, first, last, says
):
    visit_of(massage, kim, room, at(-90, 10))
    for ago in (-15, -14, -50):  # the day before, a Sunday, and one of October
        paid(visit_of(massage, kim, room, at(ago, 10)), "1")
    paid(visit_of(massage, kim, room, at(-7, 10)))
    page = read(office.get(f"{HOME}takings/", {"period": "dates", "first": first, "last": last}))
    assert says in page


def test_the_hours_of_the_rows_add_up_by_hand(office, massage, kim, room, at):
    for ago in (-3, -2):
        start = at(ago, 10)
        visit_of(massage, kim, room, start, ends_at=start + timedelta(minutes=45))
    listed = read(office.get(f"{HOME}utilisation/rows/", {"figure": "booked"}))
    assert listed.count("<td>0:45 h</td>") == 2
    assert "2 rows, which add up to 1:30 h." in listed


def test_the_rows_behind_a_figure_are_a_file_as_well(office, done, massage, kim, room, at):
    say_who_it_is(office)
    paid(visit_of(massage, kim, room, at(-6, 10)), "1")
    for name in REPORTS:
        asked = office.get(f"{HOME}{name}/rows/").context["found"]
        text = office.get(f"{HOME}{name}/rows.csv").content.decode()
        assert text.count("\n") == asked.count + 1, name
    text = office.get(f"{HOME}takings/rows.csv", {"figure": "taken"}).content.decode()
    assert "10:00,,Ana Demo,Massage,Kim Demo,Card,60.00" in text


def test_who_is_full_on_which_weekday_is_a_file_as_well(office, done):
    text = office.get(f"{HOME}utilisation/therapist-weekday.csv").content.decode()
    assert "Therapist,Weekday,Currency,At work,Booked" in text
    assert "Kim Demo," in text
    assert office.get(f"{HOME}takings/therapist-weekday.csv").status_code == 404


def test_one_therapists_figures_and_their_rows_are_theirs_alone(
    office, done, massage, kim, room, at
):
    lee = factories.make_therapist("Lee Demo", active=False)
    paid(visit_of(massage, lee, room, at(-6, 10)), "45")
    page = read(office.get(f"{HOME}takings/", {"who": lee.pk}))
    assert "Lee Demo (left)" in page
    assert "£60" not in page
    links = re.findall(r'href="(/office/reports/takings/rows/[^"]*)">£45<', page)
    assert links
    for link in links:
        assert "1 row, which comes to £45." in read(office.get(link.replace("&amp;", "&")))
    for name in REPORTS:
        read(office.get(f"{HOME}{name}/", {"who": lee.pk}))
        read(office.get(f"{HOME}{name}/therapist.csv", {"who": lee.pk}))


@pytest.mark.parametrize("who", ["", "0", "x", "999999999999999999999", "-1", "%00"])
def test_a_therapist_who_is_not_there_is_nobody_and_all_are_shown(office, done, who):
    page = read(office.get(f"{HOME}takings/", {"who": who}))
    assert "£60" in page
    assert "Only " not in page


def test_a_report_says_what_it_finds(office, done, massage, kim, room, at):
    visit_of(massage, kim, room, at(-200, 10))
    paid(visit_of(massage, kim, room, at(-100, 10)), "50")
    page = read(office.get(f"{HOME}takings/", {"period": "90"}))
    assert "Taken: £60, 20 % more than the days before (£50)." in page
    ahead = {"period": "dates", "first": "2030-01-01", "last": "2030-01-31"}
    page = read(office.get(HOME, ahead))
    assert "nothing is compared" in page
    assert "Taken: £0. There is nothing before to compare it with." in page


def test_ten_years_are_shown_by_month_without_what_would_take_too_long(office, done):
    ten = {"period": "dates", "first": "2017-01-01", "last": "2026-12-31"}
    cuts = [one.cut for one in office.get(f"{HOME}takings/", ten).context["tables"]]
    assert cuts == ["month", "method", "therapist", "treatment"]
    page = read(office.get(f"{HOME}takings/", ten))
    assert "of at most two years" in page
    assert "of at most two years" in read(office.get(HOME, ten))


def test_the_visits_of_a_therapist_on_a_weekday_stand_behind_their_share(
    office, massage, kim, room, at
):
    visit = visit_of(massage, kim, room, at(-7, 10))
    grid = office.get(f"{HOME}utilisation/").context["grid"]
    [line] = grid.lines
    [cell] = [one for one in line.cells if one.url]
    listed = read(office.get(cell.url))
    assert f'href="/diary/appointments/{visit.pk}/"' in listed
    assert "1 row, which comes to" in listed


def test_styles_and_scripts_of_a_report_stay_under_their_weight(office, done):
    weights = weight(files_of(read(office.get(f"{HOME}takings/"))))
    assert any("chart" in one for one in weights)
    assert sum(weights.values()) < 125_000, weights


def test_each_drawing_is_hidden_and_each_table_has_a_name(office, done):
    page = read(office.get(f"{HOME}takings/"))
    drawings = re.findall(r'<div class="drawing"[^>]*>', page)
    assert drawings
    assert all('aria-hidden="true"' in one for one in drawings)
    for name in re.findall(r'<div class="table-wrap"[^>]*aria-labelledby="([^"]+)"', page):
        assert page.count(f'id="{name}"') == 1


@pytest.mark.parametrize("who", ["anas", "kims", "desks"])
def test_nobody_but_an_owner_sees_reports(request, who):
    browser = request.getfixturevalue(who)
    for address in ("", "takings/", "takings/rows/", "takings/week.csv"):
        assert browser.get(HOME + address).status_code == 403


def test_the_year_is_until_yesterday(office, clock):
    period = office.get(HOME, {"period": "year"}).context["period"]
    today = period.clinic.day_of(timezone.now())
    assert period.first == today.replace(month=1, day=1)
    assert period.last == max(period.first, today - timedelta(days=1))


def test_a_visit_counts_as_followed_only_once_its_weeks_are_over(office, massage, kim, room, at):
    """Who books at once would count before who does not, and near today all come again."""
    for number, ago in enumerate([-60, -5]):
        ana = factories.make_client(f"Ana {number}")
        visit_of(massage, kim, room, at(ago, 10), client=ana)
        visit_of(massage, kim, room, at(ago + 3, 11), client=ana)
    visit_of(massage, kim, room, at(-61, 15), client=factories.make_client("Bo"))
    page = office.get(f"{HOME}again/")
    total = page.context["tables"][0].total
    assert [cell.text for cell in total.cells] == ["5", "1", "2", "2", "33.3 %"]
    assert "2 of 5 are not in it: too soon to say." in read(page)
    page = read(office.get(f"{HOME}again/", {"period": "month"}))
    assert "there is nothing to tell it by in these days." in page


def test_a_mail_counts_as_answered_only_once_its_fortnight_is_over(office, massage, kim, room, at):
    ana = factories.make_client("Ana Demo")
    for ago in (-5, -30):
        Mail.objects.create(
            key=f"nudge {ago}", kind=MailKind.NUDGE, client=ana, state=MailState.SENT,
            created_at=at(ago, 9), due_at=at(ago, 9), not_after=at(ago, 10), data_at=at(ago, 9),
            sent_at=at(ago, 9),
        )  # fmt: skip
    visit_of(massage, kim, room, at(-2, 10), client=ana, booked_at=at(-4, 10))
    [says] = office.get(f"{HOME}mails/").context["says"]
    assert "Share that booked: 0.0 %." in says
    assert "1 of 2 is not in it: too soon to say." in says


def test_a_report_that_takes_too_long_is_stopped_in_the_database_and_says_so(
    owners, clinic, monkeypatch
):
    with monkeypatch.context() as slow:
        slow.setattr(limits, "MOST_SECONDS", 0.1)
        slow.setattr(selection, "FOR_MANY_ROWS", "SELECT pg_sleep(60)")
        for place in ("", "mails/", "mails/rows/", "mails/week.csv"):
            answer = owners.get(HOME + place)
            assert answer.status_code == 503
            assert "Choose a shorter period, or one therapist" in answer.content.decode()
    assert owners.get(HOME + "mails/").status_code == 200
