"""The race board: who runs what and lacks which visit, whom a mail reaches, who is to be rung."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actions.mail import nudges
from bookings.core.scheduling.statuses import Status
from bookings.desk.races import board
from bookings.models import BroughtPlan, Mail, MailKind, MailState, Race, RunnerCall
from tests import factories

URL = "/desk/races/"
W = timedelta(weeks=1)


@pytest.fixture
def runs(clinic, massage, kim, room, at, today):
    """Somebody with a marathon in so many weeks, and visits so many days before or after it."""

    def _runs(name, weeks, *visits, **fields):
        client = factories.make_client(name, phone="+44 20 7946 0003", **fields)
        day = today + weeks * W
        hour = 8 + factories.Client.objects.count() % 11
        for days in visits:
            there = (day - today).days + days
            status = Status.COMPLETED if there < 0 else Status.BOOKED
            factories.make_appointment(
                client=client, treatment=massage, therapist=kim, room=room, status=status,
                starts_at=at(there, hour),
            )  # fmt: skip
        return factories.make_race(client, race_date=day, name="Harbour")

    return _runs


def lacking(desk) -> dict[str, set[str]]:
    rows = desk.get(URL + "?race=").context["listed"]
    return {row["client"].name: {one.value for one in row["one"].missing} for row in rows}


def test_each_runner_lacks_what_is_still_to_come_and_not_booked(desk, runs):
    runs("Nothing Yet", 8)
    runs("All Booked", 8, -28, -3, 4)
    runs("Peak Is Over", 1, -2)
    runs("Came Back", -3, -20, 6)
    runs("Not Back", -6, -20)
    assert lacking(desk) == {
        "Nothing Yet": {"peak", "race_week", "after", "never"},
        "All Booked": set(),
        "Peak Is Over": {"after"},
        "Came Back": set(),
        "Not Back": {"not_back"},
    }


def test_whom_the_clinic_knows_no_race_of_is_not_there(desk, runs, booked, today):
    gone = runs("Erased", 8)
    factories.Client.objects.filter(pk=gone.client_id).update(erased_at=timezone.now(), email="")
    Race.objects.filter(pk=runs("Cancelled", 8).pk).update(outcome="cancelled")
    told = {"races": [{"race_date": str(today + 8 * W), "distance": "marathon"}]}
    BroughtPlan.objects.create(client=booked.client, data=told, at=timezone.now())
    assert lacking(desk) == {}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"distance": "marathon"}, ["Far", "Near"]),
        ({"distance": "half"}, []),
        ({"missing": "never"}, ["Far"]),
        ({"phase": "peak"}, ["Near"]),
        ({"race": "typed"}, ["Far", "Near"]),
        ({"race": "999"}, ["Far", "Near"]),
        ({"missing": "x", "phase": "", "week": "1999-99-99"}, ["Far", "Near"]),
    ],
)
def test_the_list_is_narrowed_down_and_a_choice_that_is_none_narrows_nothing(
    desk, runs, asked, names
):
    runs("Near", 5, -34)
    runs("Far", 20)
    rows = desk.get(URL, asked).context["listed"]
    assert sorted(row["client"].name for row in rows) == names


def test_a_therapists_runners_are_those_they_have_treated(desk, runs, kim, lee):
    runs("Near", 5, -34)
    runs("Far", 20)
    for therapist, names in ((kim, ["Near"]), (lee, [])):
        rows = desk.get(URL, {"therapist": therapist.pk}).context["listed"]
        assert [row["client"].name for row in rows] == names


def test_of_each_race_and_week_it_says_how_many_lack_what(desk, runs):
    for name in ("Ana", "Bo"):
        runs(name, 8)
    runs("Cy", 8, -28, -3, 4)
    runs("Over, and all came back", -6, 3)
    [row] = desk.get(URL).context["lines"]
    line = row["line"]
    assert (line.called, line.runners) == ("Harbour", 3)
    lacking = {name.value: count for name, _head, count in row["counts"]}
    assert (lacking["peak"], lacking["never"]) == (2, 2)
    asked = {"race": line.which, "week": line.week, "missing": "peak"}
    assert len(desk.get(URL, asked).context["listed"]) == 2


def test_ten_races_are_shown_and_those_with_nobody_left_to_act_for_come_last(desk, runs):
    runs("All booked", 8, -28, -3, 4)
    for weeks in range(9, 20):
        runs(f"Runner {weeks}", weeks)
    page = desk.get(URL)
    assert page.context["listed"][-1]["client"].name == "All booked"
    assert len(page.context["lines"]) == 10
    assert [row["line"].day for row in page.context["more_lines"]][-1] == (
        Race.objects.get(client__name="All booked").race_date
    )
    assert "All 12 races" in page.text


def test_what_was_narrowed_down_stands_in_the_address_is_said_and_holds_on_the_next_page(
    desk, runs, monkeypatch
):
    monkeypatch.setattr(board, "A_PAGE", 1)
    for weeks in (5, 6):
        runs(f"Near {weeks}", weeks, -34)
    runs("Far", 20)
    desk.get(URL, {"phase": "peak"})
    again = desk.get(URL)
    assert again.headers["Location"] == f"{URL}?phase=peak"
    assert "2 of 3 runners are listed" in desk.get(again.headers["Location"]).text
    ticked = desk.post(f"{URL}?phase=peak", {"tick": "all"})
    assert ticked.headers["Location"] == f"{URL}?phase=peak&tick=all"
    second = desk.get(URL, {"page": 2}).context["shown"]
    assert (second.number, second.paginator.count) == (2, 2)


@pytest.fixture
def owed(runs, suits_all):
    """A runner whose next mail about sessions waits, told of the plan two weeks ago."""

    def _owed(name, **fields):
        race = runs(name, 8, wants_nudges=True, **fields)
        then = timezone.now() - 2 * W
        nudges.plan_for(race.client, now=then, changed={})
        plan = Mail.objects.filter(client=race.client, kind=MailKind.PLAN)
        plan.update(state=MailState.SENT, data_at=then, sent_at=then, created_at=then)
        later = Mail.objects.filter(client=race.client, kind=MailKind.NUDGE)
        later.update(due_at=timezone.now() + timedelta(days=3))
        return race

    return _owed


def test_a_press_sends_what_is_owed_next_and_says_before_whom_none_reaches(desk, owed, runs):
    race, held = owed("Ana"), owed("Hold", health_hold=True)
    silent, without = runs("No Thanks", 8), runs("No Mail", 8, email="")
    sent = {"do": "write", "race": [one.pk for one in (race, held, silent, without)]}
    page = desk.post(URL, sent)
    assert [one.race for one in page.context["reached"]] == [race]
    why = {one.race.client.name: one.why_not for one in page.context["others"]}
    assert why == {
        "Hold": "The therapist is to see this client first.",
        "No Thanks": "The client does not want these mails.",
        "No Mail": "No address is known.",
    }
    there = Mail.objects.count()
    for _twice in range(2):
        assert desk.post(f"{URL}write/", sent).status_code == 302
    assert Mail.objects.count() == there
    due = Mail.objects.filter(why="The desk had it sent sooner.")
    assert [mail.client for mail in due] == [race.client]


def test_who_had_a_mail_lately_gets_none_before_their_own_pace(desk, owed):
    race = owed("Ana")
    Mail.objects.filter(kind=MailKind.PLAN).update(data_at=timezone.now(), sent_at=timezone.now())
    [one] = desk.post(URL, {"do": "write", "race": race.pk}).context["others"]
    assert one.why_not.startswith("Not before ")
    assert "their last mail about sessions was on " in one.why_not
    desk.post(f"{URL}write/", {"race": race.pk})
    assert not Mail.objects.filter(why="The desk had it sent sooner.").exists()


def test_who_is_on_the_phone_list_is_done_and_not_done_by_a_press(desk, runs):
    race = runs("Ana", 8)
    for _twice in range(2):
        desk.post(URL, {"do": "ring", "race": race.pk})
    call = RunnerCall.objects.get()
    list_of = f"{URL}ring/"
    assert list(desk.get(list_of).context["shown"]) == [call]
    desk.post(list_of, {"done": call.pk})
    page = desk.get(list_of).context
    assert (list(page["shown"]), list(page["done"])) == ([], [call])
    desk.post(list_of, {"undo": call.pk})
    assert list(desk.get(list_of).context["shown"]) == [call]
    desk.post(list_of, {"take_off": call.pk})
    page = desk.get(list_of).context
    assert [(one.pk, one.taken_off) for one in page["done"]] == [(call.pk, True)]
    desk.post(list_of, {"undo": call.pk})
    assert not desk.get(list_of).context["done"]
    for nonsense in ({}, {"done": "x"}):
        assert desk.post(list_of, nonsense).status_code == 302
    assert desk.post(list_of, {"done": 10**9}).status_code == 404


def test_the_phone_list_says_what_to_ring_about_and_who_was_not_reached_comes_last(desk, runs):
    tried, other = runs("Ana", 8, -28, 4), runs("Bo", 9, wants_nudges=True)
    desk.post(URL, {"do": "ring", "race": [tried.pk, other.pk]})
    call = RunnerCall.objects.get(race=tried)
    for _twice in range(2):
        desk.post(f"{URL}ring/", {"not_reached": call.pk})
    page = desk.get(f"{URL}ring/")
    last = page.context["rows"][-1]
    assert (last["call"], last["call"].tries) == (call, 2)
    assert [str(one) for one in last["missing"]] == ["Nothing in race week"]
    assert last["no_mail"] == "The client does not want these mails."
    assert "Not reached 2 times, last " in page.text


def test_the_board_and_its_pages_cost_the_same_for_one_runner_and_for_many(desk, owed):
    def queries(method, url, sent=None):
        with CaptureQueriesContext(connection) as seen:
            assert method(url, sent or {}).status_code == 200
        return len(seen)

    def costs():
        races = {"do": "write", "race": list(Race.objects.values_list("pk", flat=True))}
        desk.post(URL, {**races, "do": "ring"})
        return [
            queries(desk.get, URL),
            queries(desk.post, URL, races),
            queries(desk.get, f"{URL}ring/"),
        ]

    owed("First")
    costs()
    one = costs()
    for number in range(8):
        owed(f"Runner {number}")
    assert costs() == one
