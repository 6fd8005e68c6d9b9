"""The diary's pages: the day, its feed, moving, undoing, marking; and who may open them."""

import csv
import re
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from io import StringIO
from secrets import token_hex

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core.intervals import Interval
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Absence,
    Appointment,
    Client,
    Mail,
    MailKind,
    Payment,
    WeeklyBreak,
)
from tests.factories import (
    make_absence,
    make_appointment,
    make_client,
    make_clinic,
    make_race,
    make_therapist,
    make_treatment,
    make_user,
)

DAY = "2026-12-03"
TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
AS_JSON = {"HTTP_ACCEPT": "application/json"}
pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")


@pytest.fixture
def visit(massage, kim, room):
    return make_appointment(starts_at=TEN, treatment=massage, therapist=kim, room=room)


@pytest.fixture
def typed(kim):
    """The move form's answers: noon with Kim unless the test says otherwise."""

    def _typed(**facts):
        facts = {"date": DAY, "time": "12:00", "minutes": 60, "revision": 0, **facts}
        return {"therapist": kim.pk, "room": "", "tell": "no", **facts}

    return _typed


def test_the_day_is_a_table_that_leads_to_each_appointment_and_its_move(desk, visit):
    page = desk.get(f"/diary/{DAY}/").content.decode()
    assert "10:00–11:00" in page
    assert f"/diary/appointments/{visit.pk}/move/" in page


def test_the_feed_speaks_the_clinics_wall_clock(desk, clinic, massage, kim, room):
    summer = datetime(2027, 7, 1, 9, tzinfo=UTC)
    make_appointment(starts_at=summer, treatment=massage, therapist=kim, room=room)
    [shown] = desk.get("/diary/2027-07-01/feed/").json()["visits"]
    assert (shown["start"], shown["end"]) == ("2027-07-01T10:00:00", "2027-07-01T11:00:00")


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_the_feed_keeps_lengths_when_the_clocks_change(desk, day, massage, kim, room):
    start = datetime.fromisoformat(f"{day}T00:30:00+00:00")
    make_appointment(starts_at=start, treatment=massage, therapist=kim, room=room)
    [shown] = desk.get(f"/diary/{day}/feed/").json()["visits"]
    assert datetime.fromisoformat(shown["end"]) - datetime.fromisoformat(shown["start"]) == HOUR


def test_the_feed_has_the_buffer_of_a_visit_for_its_therapist_and_its_room(desk, kim, room):
    """A visit without one has none."""
    buffered = make_treatment("Buffered", therapists=[kim], buffer_minutes=15)
    for hour, treatment in ((10, buffered), (13, make_treatment("Plain", therapists=[kim]))):
        at = datetime(2026, 12, 3, hour, tzinfo=UTC)
        make_appointment(starts_at=at, treatment=treatment, therapist=kim, room=room)
    shades = desk.get(f"/diary/{DAY}/feed/").json()["shades"]
    [buffer] = [one for one in shades if one["kind"] == "buffer"]
    assert (buffer["start"], buffer["end"]) == (f"{DAY}T11:00:00", f"{DAY}T11:15:00")
    assert buffer["where"] == [f"t{kim.pk}", f"r{room.pk}"]


def test_the_feed_says_how_many_days_to_the_race(desk, visit):
    make_race(visit.client, race_date=date(2026, 12, 13))
    [shown] = desk.get(f"/diary/{DAY}/feed/").json()["visits"]
    assert shown["phase"].endswith("10 days to race")


@pytest.mark.parametrize("path", ["", "feed/", "week/kim-demo/"])
def test_a_full_day_costs_no_more_queries_than_a_quiet_one(desk, path, massage, kim, room):
    def cost(hours):
        for hour in hours:
            place = {"treatment": massage, "therapist": kim, "room": room}
            make_race(make_appointment(starts_at=TEN.replace(hour=hour), **place).client)
        with CaptureQueriesContext(connection) as data:
            assert desk.get(f"/diary/{DAY}/{path}").status_code == 200
        return len(data)

    cost([8])  # fills what is kept in the process
    assert cost([9]) == cost(range(10, 22))


def test_a_moved_appointment_can_be_put_back(desk, visit, typed):
    answer = desk.post(f"/diary/appointments/{visit.pk}/move/", typed(), **AS_JSON)
    assert "12:00" in answer.json()["said"]
    back = desk.post(
        f"/diary/appointments/{visit.pk}/undo/", {"revision": answer.json()["revision"]}, **AS_JSON
    )
    assert back.status_code == 200
    visit.refresh_from_db()
    assert visit.starts_at == TEN


def test_the_form_moves_and_tells_the_client_with_a_line(desk, visit, typed):
    data = typed(tell="yes", note="Kim is away that morning.")
    answer = desk.post(f"/diary/appointments/{visit.pk}/move/", data)
    assert answer.status_code == 302
    assert Mail.objects.get(kind=MailKind.MOVED).note == "Kim is away that morning."


def test_a_dragged_move_tells_nobody_until_the_desk_says_so(desk, visit, typed):
    answer = desk.post(f"/diary/appointments/{visit.pk}/move/", typed(), **AS_JSON).json()
    assert not Mail.objects.filter(kind=MailKind.MOVED).exists()
    facts = {"revision": answer["revision"], "note": "See you at noon."}
    for _ in range(2):
        desk.post(f"/diary/appointments/{visit.pk}/tell/", facts, **AS_JSON)
    assert Mail.objects.get(kind=MailKind.MOVED).note == "See you at noon."


def test_a_rule_of_ours_is_said_and_may_be_set_aside(desk, visit, typed):
    url, data = f"/diary/appointments/{visit.pk}/move/", typed(time="18:00")
    refused = desk.post(url, data)
    assert refused.status_code == 409
    assert "Kim Demo does not work then." in refused.content.decode()
    assert 'value="18:00"' in refused.content.decode()
    assert "Move it all the same" in refused.content.decode()
    assert desk.post(url, {**data, "knowingly": "on"}).status_code == 302


def test_a_conflict_offers_the_nearest_times_and_no_way_round(desk, visit, typed, massage, room):
    data = {"treatment": massage, "therapist": visit.therapist, "room": room}
    make_appointment(starts_at=TEN + 2 * HOUR, client=make_client("Bo Demo"), **data)
    url = f"/diary/appointments/{visit.pk}/move/"
    refused = desk.post(url, typed(), **AS_JSON).json()
    assert refused["said"] == "Kim Demo already has Bo Demo from 12:00 to 13:00."
    assert refused["nearest"]
    assert not refused["ours"]


def test_a_form_that_is_out_of_date_says_what_has_changed(desk, visit, typed):
    url = f"/diary/appointments/{visit.pk}/move/"
    desk.post(url, typed())
    refused = desk.post(url, typed(time="14:00"))
    assert refused.status_code == 409
    assert "changed by desk: desk@example.com" in refused.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"time": "soon"}, {"date": ""}, {"minutes": 0}, {"therapist": 0}, {"revision": "x"}]
)
def test_nonsense_changes_nothing_and_keeps_the_form(desk, visit, typed, wrong):
    answer = desk.post(f"/diary/appointments/{visit.pk}/move/", typed(**wrong))
    assert answer.status_code == 422
    visit.refresh_from_db()
    assert visit.revision == 0


def test_the_desk_says_who_has_come_and_takes_it_back(clock, desk, visit):
    url = f"/diary/appointments/{visit.pk}/mark/"
    clock.move_to(TEN)
    desk.force_login(make_user("desk2@example.com", role=Role.DESK))
    desk.post(url, {"status": "arrived", "seen": 0})
    visit.refresh_from_db()
    assert visit.status == Status.ARRIVED
    desk.post(url, {"status": "undo", "seen": visit.events.last().pk})
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_the_desk_cancels_with_a_reason(desk, visit):
    desk.post(f"/diary/appointments/{visit.pk}/cancel/", {"reason": "ill", "tell": "yes"})
    assert "ill" in desk.get(f"/diary/appointments/{visit.pk}/").content.decode()
    assert Mail.objects.filter(kind=MailKind.CANCELLED).exists()


@pytest.mark.parametrize("role", [Role.RUNNER, None])
def test_the_diary_is_the_desks(client, visit, role):
    user = make_user(role=role or Role.RUNNER)
    if role is None:
        make_therapist(user=user)
    client.force_login(user)
    paths = [f"/diary/{DAY}/", f"/diary/{DAY}/feed/", f"/diary/appointments/{visit.pk}/"]
    assert {client.get(path).status_code for path in paths} == {403}


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "1999-01-01"])
def test_a_day_that_is_none_is_not_found(desk, day, clinic):
    assert desk.get(f"/diary/{day}/").status_code == 404


@pytest.fixture
def panel(desk, visit):
    """Sends one of the panel's forms, up to date unless the test says otherwise."""

    def _panel(path, **typed):
        latest = visit.events.last()
        typed = {"seen": latest.pk if latest else 0, "key": token_hex(16), **typed}
        return desk.post(f"/diary/appointments/{visit.pk}/{path}/", typed, follow=True)

    return _panel


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_the_panel_takes_money_and_shows_what_is_left(panel):
    page = panel("pay", amount="20", method="cash")
    assert said(page) == ["Ana Demo: £20, cash, receipt 1."]
    assert "£40" in page.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "-5", "method": "cash"},
        {"amount": "0", "method": "cash"},
        {"amount": "NaN", "method": "cash"},
        {"amount": "10.001", "method": "cash"},
        {"amount": "10", "method": "barter"},
        {"amount": "10", "method": "waived"},
        {"amount": "61", "method": "card"},
        {"amount": "10", "method": "card", "key": ""},
        {"amount": "10", "method": "card", "key": "correction of 12345"},
        {"amount": "10", "method": "card", "key": "A" * 32},
        {"amount": "10", "method": "card", "key": "a" * 31},
    ],
)
def test_nonsense_takes_no_money_and_says_so(panel, wrong):
    assert len(said(panel("pay", **wrong))) == 1
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("pay", {"amount": "5", "method": "cash"}),
        ("price", {"price": "50"}),
        ("late", {"minutes": "15"}),
        ("cancel", {"reason": "ill"}),
        ("mark", {"status": "completed"}),
    ],
)
def test_every_form_of_the_panel_but_the_note_is_refused_when_it_is_out_of_date(
    clock, panel, visit, path, typed
):
    clock.move_to(TEN)
    visit.record("told", by="desk: other@example.com", now=TEN)
    before = Appointment.objects.values().get()
    [sentence] = said(panel(path, **typed, seen=0))
    assert "It has changed since the page was opened" in sentence
    assert "desk: other@example.com" in sentence
    assert Appointment.objects.values().get() == before


def test_the_client_is_late_and_then_is_not(panel, desk):
    panel("late", minutes="15")
    [shown] = desk.get(f"/diary/{DAY}/feed/").json()["visits"]
    assert shown["flags"] == ["First visit", "15 min late"]
    panel("late", minutes="0")
    [shown] = desk.get(f"/diary/{DAY}/feed/").json()["visits"]
    assert shown["flags"] == ["First visit"]


def test_whatever_is_marked_has_a_sign_too_for_cards_that_are_too_short_for_words(
    desk, panel, visit
):
    make_absence(visit.starts_at - timedelta(hours=1), visit.ends_at, visit.therapist)
    Client.objects.update(date_of_birth=TEN.date() - timedelta(days=16 * 365))
    panel("late", minutes="15")
    panel("note", desk_note="Rings twice.")
    [shown] = desk.get(f"/diary/{DAY}/feed/").json()["visits"]
    assert dict(zip(shown["flags"], shown["signs"], strict=True)) == {
        "First visit": "1st",
        "15 min late": "+15",
        "Away then: to be moved": "→",
        "Under 18, consent missing": "<18!",
        "Note": "…",
    }


def test_a_desk_note_says_that_it_is_not_for_health(panel):
    page = panel("note", desk_note="<b>Rings</b> twice.").content.decode()
    assert "&lt;b&gt;Rings&lt;/b&gt; twice." in page
    assert "never about health" in page


def test_the_panel_shows_the_clients_next_and_past(desk, visit, massage, kim, room):
    place = {"treatment": massage, "therapist": kim, "room": room, "client": visit.client}
    make_appointment(starts_at=TEN + timedelta(days=9), **place)
    make_appointment(starts_at=TEN - timedelta(days=9), **place)
    page = desk.get(f"/diary/appointments/{visit.pk}/").content.decode()
    assert "Sat 12 Dec, 10:00" in page
    assert "Tue 24 Nov, 10:00" in page


def test_a_payment_is_not_taken_back_from_a_page_that_is_out_of_date(panel):
    panel("pay", amount="20", method="cash")
    paid = Payment.objects.get()
    [sentence] = said(panel("take-back", payment=paid.pk, reason="Typed wrongly", seen=0))
    assert "It has changed since the page was opened" in sentence
    assert [str(one) for one in Payment.objects.all()] == ["20.00 GBP, cash"]


@pytest.mark.parametrize("payment", ["", "x", "0", str(2**63), "999999"])
def test_only_a_payment_of_the_visit_is_taken_back(panel, payment):
    panel("pay", amount="20", method="cash")
    panel("take-back", payment=payment, reason="Typed wrongly")
    assert Payment.objects.count() == 1


def test_a_child_without_consent_is_marked_in_the_diary(desk, visit):
    Client.objects.update(date_of_birth=TEN.date() - timedelta(days=16 * 365))
    [shown] = desk.get(f"/diary/{DAY}/feed/").json()["visits"]
    assert shown["flags"] == [
        "First visit",
        "Under 18, consent missing",
    ]
    Client.objects.update(guardian_agreed_at=TEN)
    [shown] = desk.get(f"/diary/{DAY}/feed/").json()["visits"]
    assert shown["flags"] == ["First visit", "Under 18"]


@pytest.mark.parametrize(
    ("zone", "starts_at"),
    [
        ("America/Los_Angeles", datetime(2026, 12, 4, 1, tzinfo=UTC)),  # 17:00 on the third
        ("Pacific/Auckland", datetime(2026, 12, 2, 20, tzinfo=UTC)),  # 09:00 on the third
    ],
)
def test_a_child_is_as_old_as_the_clinics_own_day_says(desk, massage, kim, room, zone, starts_at):
    make_clinic(timezone=zone)
    make_appointment(starts_at=starts_at, treatment=massage, therapist=kim, room=room)
    for birthday, flags in ((3, []), (4, ["Under 18, consent missing"])):
        Client.objects.update(date_of_birth=date(2008, 12, birthday))
        [shown] = desk.get(f"/diary/{DAY}/feed/").json()["visits"]
        assert shown["flags"] == ["First visit", *flags]


def test_the_days_takings_reconcile_by_method_and_by_therapist(panel, desk):
    panel("pay", amount="20", method="cash")
    panel("pay", amount="30", method="card")
    panel("take-back", payment=Payment.objects.get(method="card").pk, reason="=1+1")
    panel("pay", amount="40", method="transfer")
    shown = desk.get("/diary/2026-12-01/takings/").context["shown"]
    [sums] = shown.sums
    assert dict(sums.by_method) == {"Cash": 20, "Card": 0, "Bank transfer": 40}
    assert dict(sums.by_therapist) == {"Kim Demo": 60}
    assert sums.total == 60 == sum(amount for _, amount in sums.by_therapist)


def test_the_takings_name_their_day_once_at_their_head(clock, panel, desk):
    """It is printed when the cash is counted; a visit of another day is told apart."""
    panel("pay", amount="20", method="cash")
    early = desk.get("/diary/2026-12-01/takings/").text
    assert "Takings, Tuesday 1 December 2026</h1>" in early
    assert ", Thursday 3 December 2026</td>" in early
    clock.move_to(TEN)
    panel("pay", amount="20", method="cash")
    assert "3 December 2026</td>" not in desk.get(f"/diary/{DAY}/takings/").text


def test_the_takings_list_what_is_not_paid(desk, visit):
    visit.status = Status.COMPLETED
    visit.save()
    [owing] = desk.get(f"/diary/{DAY}/takings/").context["shown"].unpaid
    assert (owing.pk, owing.left) == (visit.pk, 60)


def test_the_spreadsheet_has_no_formula_in_it(panel, desk, visit):
    visit.client.name = "=HYPERLINK(1)"
    visit.client.save()
    panel("pay", amount="60", method="waived", reason=" @SUM(1)")
    panel("note", desk_note="x")
    rows = list(
        csv.reader(StringIO(desk.get("/diary/2026-12-01/takings.csv").content.decode("utf-8-sig")))
    )
    assert rows[1][2] == "'=HYPERLINK(1)"
    assert rows[1][-1].startswith("'")
    assert rows[1][6] == "60.00"


def test_the_therapists_shown_are_remembered_until_others_are_ticked(desk, clinic, kim):
    lee = make_therapist("Lee Demo")
    url = "/diary/2026-12-03/"

    def shown(**ticked):
        return desk.get(url, ticked).context["chosen"]

    assert shown(filter="yes", therapist=lee.slug) == [lee]
    assert shown() == [lee]
    assert shown(filter="yes", therapist=[kim.slug, lee.slug]) == [kim, lee]
    make_therapist("Mei Demo")
    assert len(shown()) == 3
    shown(filter="yes", therapist=lee.slug)
    assert len(shown(filter="yes")) == 3


def test_in_yen_the_forms_know_no_hundredths(panel, desk, visit, clinic):
    clinic.currency = "JPY"
    clinic.save()
    page = desk.get(f"/diary/appointments/{visit.pk}/").text
    assert 'min="1" step="1" value="60"' in page
    assert (
        "In JPY an amount is a whole number." in said(panel("pay", amount="20.5", method="cash"))[0]
    )
    assert said(panel("pay", amount="20", method="cash")) == ["Ana Demo: 20 JPY, cash, receipt 1."]


def test_a_receipt_names_the_clinic_what_was_paid_and_the_tax(panel, desk, clinic):
    clinic.tax_note = "Not registered for VAT"
    clinic.save()
    panel("pay", amount="60", method="card")
    page = desk.get("/diary/receipts/1/").content.decode()
    for text in ("Taper Clinic", "1 Tow Path", "Receipt 1", "£60", "Ana Demo", "Not registered"):
        assert text in page
    assert desk.get("/diary/receipts/2/").status_code == 404


@pytest.mark.parametrize("path", ["takings/", "takings.csv"])
def test_30_payments_cost_no_more_queries_than_one(panel, desk, path):
    def cost():
        with CaptureQueriesContext(connection) as data:
            desk.get(f"/diary/2026-12-01/{path}")
        return len(data)

    panel("pay", amount="1", method="cash")
    cost()
    one = cost()
    for _ in range(29):
        panel("pay", amount="1", method="cash")
    assert cost() == one


def test_a_form_proposes_the_nearest_times_and_fills_one_in(desk, visit):
    url = f"/diary/appointments/{visit.pk}/move/"
    page = desk.get(url)
    assert len(page.context["nearest"]) == 3
    filled = desk.get(url, {"date": DAY, "time": "12:15"}).content.decode()
    assert 'value="12:15"' in filled


def test_a_treatment_changed_by_form_takes_its_own_length(desk, visit, typed, kim):
    longer = make_treatment("Long", therapists=[kim], minutes=90, price=88)
    data = typed(time="10:00", treatment=longer.pk)
    assert desk.post(f"/diary/appointments/{visit.pk}/move/", data).status_code == 302
    visit.refresh_from_db()
    assert (visit.minutes, visit.price, visit.treatment) == (90, 88, longer)


def block(**typed):
    return {"first": DAY, "start": "09:00", "last": "", "end": "12:00", "reason": "Course", **typed}


def test_a_block_over_appointments_lists_them_with_free_times_outside_it(desk, visit, kim):
    data = block(therapist=kim.pk)
    page = desk.post("/diary/blocks/off/new/", data)
    assert page.status_code == 409
    assert 'value="Course"' in page.content.decode()
    [link] = re.findall(r'href="(/diary/appointments/\d+/move/[^"]+)"', page.content.decode())
    near = desk.get(unescape(link)).context["nearest"]
    away = Interval(TEN - HOUR, TEN + 2 * HOUR)
    assert near
    assert not any(Interval(one.starts_at, one.starts_at + HOUR).overlaps(away) for one in near)
    assert not Absence.objects.exists()
    assert desk.post("/diary/blocks/off/new/", {**data, "accepted": "else"}).status_code == 409
    accepted = {**data, "accepted": page.context["impact"].digest}
    made = desk.post("/diary/blocks/off/new/", accepted, follow=True)
    assert made.status_code == 200
    assert f"/diary/appointments/{visit.pk}/move/" in made.content.decode()


@pytest.mark.parametrize(("start", "overlap"), [("16:00", True), ("17:00", False)])
def test_extra_hours_over_weekly_ones_are_kept_and_flagged(desk, kim, start, overlap):
    data = {"therapist": kim.pk, "first": "2026-12-04", "start": start, "end": "20:00"}
    page = desk.post("/diary/blocks/extra/new/", data, follow=True)
    assert "it is in the diary" in page.text
    assert ("These hours overlap: Kim Demo Friday 09:00–17:00" in page.text) is overlap


def test_hours_instead_of_the_weekly_ones_ask_about_the_visits_they_leave_outside(
    desk, kim, booked, clinic
):
    day = str(clinic.day_of(booked.starts_at))
    data = {"therapist": kim.pk, "first": day, "start": "14:00", "end": "20:00"}
    page = desk.post("/diary/blocks/extra/new/", {**data, "instead": "on"})
    assert page.status_code == 409
    assert [one.appointment for one in page.context["impact"].visits] == [booked]
    accepted = {**data, "instead": "on", "accepted": page.context["impact"].digest}
    desk.post("/diary/blocks/extra/new/", accepted)
    assert kim.extra_shifts.get().instead
    assert "instead of the weekly hours" in desk.get("/diary/blocks/").text
    kim.breaks.create(
        weekday=0, start=time(12), end=time(13), valid_from=date(2026, 1, 1),
        every_weeks=3, counted_from=date(2026, 11, 30),
    )  # fmt: skip
    assert "only every 3 weeks" in desk.get("/diary/blocks/").text


def test_a_whole_day_and_several(desk, kim):
    desk.post("/diary/blocks/off/new/", block(therapist=kim.pk, start="", end=""))
    desk.post("/diary/blocks/closed/new/", block(last="2026-12-05", start="", end=""))
    one, several = Absence.objects.order_by("pk")
    assert one.ends_at - one.starts_at == timedelta(days=1)
    assert (several.therapist, several.ends_at - several.starts_at) == (None, timedelta(days=3))


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("off", {"end": "08:00"}),
        ("off", {"last": "2026-12-01"}),
        ("off", {"therapist": "0"}),
        ("extra", {"end": "09:00"}),
        ("break", {"last": "2026-01-01"}),
        ("break", {"weekday": "7"}),
        ("closed", {"first": "soon"}),
    ],
)
def test_a_block_that_makes_no_sense_comes_back_filled_in(desk, kim, kind, wrong):
    data = {**block(therapist=kim.pk, weekday=3), **wrong}
    page = desk.post(f"/diary/blocks/{kind}/new/", data)
    assert page.status_code == 422
    assert not Absence.objects.exists()


def test_a_break_is_drawn_changed_and_removed(desk, kim):
    data = block(therapist=kim.pk, weekday=3, reason="Lunch", start="12:00", end="13:00")
    url = desk.post("/diary/blocks/break/new/", data).headers["Location"]
    [shade] = [
        one for one in desk.get(f"/diary/{DAY}/feed/").json()["shades"] if one["kind"] == "break"
    ]
    assert (shade["title"], shade["start"], shade["url"]) == ("Lunch", f"{DAY}T12:00:00", url)
    seen = desk.get(url).context["form"]["seen"].value()
    assert desk.post(url, {**data, "end": "14:00", "seen": seen}).status_code == 302
    assert desk.post(url, {**data, "end": "15:00", "seen": seen}).status_code == 409
    desk.post(f"{url}remove/", {"seen": seen})
    assert WeeklyBreak.objects.get().end.hour == 14
    desk.post(f"{url}remove/", {"seen": desk.get(url).context["form"]["seen"].value()})
    assert not WeeklyBreak.objects.exists()


def test_many_blocks_cost_no_more_queries_than_one(desk, kim):
    def cost():
        with CaptureQueriesContext(connection) as data:
            assert desk.get("/diary/blocks/").status_code == 200
        return len(data)

    make_absence(TEN, TEN + HOUR, kim)
    cost()
    one = cost()
    for n in range(30):
        make_absence(TEN + n * HOUR, TEN + (n + 1) * HOUR, kim)
    assert cost() == one


def test_who_is_marked_in_the_table_leads_back_to_the_day(clock, panel, visit):
    clock.move_to(TEN)
    page = panel("mark", status="arrived", day=DAY)
    assert page.redirect_chain[-1][0] == f"/diary/{DAY}/"
