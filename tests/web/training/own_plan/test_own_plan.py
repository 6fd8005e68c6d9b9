"""A runner's own plan on its pages: read from a file, looked through, put right, and kept."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone

from bookings import links
from bookings.actions.training import brought, own_plans
from bookings.core import training
from bookings.core.records.plan_files import UnknownWords
from bookings.core.training import DayKind, Schedule, TrainingDay
from bookings.models import Appointment, Change, Client, OwnPlan, Race
from bookings.models.training.brought import Told
from bookings.web.training.own_plan.preview import Lesson, from_field
from bookings.web.training.plan_store import BROWSER
from clinic.records.client_export import export
from tests import factories
from tests.clock import day_of
from tests.page_forms import forms_of

D = timedelta(days=1)
OWN, CHECK, REMOVE = "/plan/own/", "/plan/own/check/", "/plan/own/remove/"
SECRET = "Zanzibar twist with Bartholomew"


@pytest.fixture
def csv(today):
    """Twelve weeks: hard on Tuesdays, long on Thursdays, one word nobody knows, a race to come."""
    lines = ["date,kind,km"]
    kinds = {1: "Tempo", 3: "Long run", 4: SECRET}
    for n in range(12 * 7):
        day = today + n * D
        lines.append(f"{day},{kinds.get(day.weekday(), 'Easy run')},{8 + n % 5}")
    lines.append(f"{today + 13 * 7 * D},Race day,10")
    return "\n".join(lines)


@pytest.fixture
def upload(client, csv):
    def _upload(text=csv, url=OWN, name="plan.csv"):
        return client.post(url, {"file": SimpleUploadedFile(name, text.encode())})

    return _upload


def form_of(page, action):
    return next(form for form in forms_of(page.content.decode()) if form.action.endswith(action))


def fields(page):
    """The preview's form as a browser sends it, without the press of a button."""
    sent = form_of(page, "check/").sent
    return {name: value for name, value in sent.items() if name not in ("teach", "do")}


def beside_a_hard_day(proposal, schedule):
    """A time there is offered only where none is free on another day of its window."""
    hard = schedule.hard_days | schedule.long_runs
    days = [day_of(time.slot.start) for time in proposal.times] or [proposal.offered_on]
    beside = [not hard.isdisjoint({day, day + D}) for day in days]
    assert len(set(beside)) == 1
    return beside[0]


def kinds(schedule):
    return {str(one.kind) for one in schedule.days}


def test_a_file_is_shown_before_anything_is_kept(client, upload, plan):
    plan()
    page = upload()
    said = page.content.decode()
    assert "12 long runs, 12 hard days, 1 race read. Is that right?" in said
    assert [one.shown for one in page.context["preview"].lessons] == [SECRET]
    assert client.session["plan"].get("days") is None
    assert from_field(fields(page)["read"], BROWSER).read.schedule.days


def test_what_nobody_knows_is_asked_about_as_it_was_written(today):
    unknown = UnknownWords("rolling s", (today,))
    assert Lesson(0, unknown, "Easy 8 km, Rolling 300s").shown == "Rolling 300s"
    assert Lesson(0, unknown).shown == "rolling s"


def test_one_day_is_corrected_a_word_is_taught_and_the_plan_follows(client, upload, plan, today):
    before = {one.offer.session.id for one in plan().context["page"].proposals}
    page = upload()
    sent = fields(page)
    wrong = next(day for day in (today + n * D for n in range(7)) if day.weekday() == 1)
    taught = client.post(CHECK, {**sent, f"kind-{wrong}": "easy", "teach": "0:strength"})
    assert not taught.context["preview"].lessons
    answer = client.post(CHECK, {**fields(taught), "do": "keep"}, follow=True)
    schedule = Told(client.session["plan"]).schedule
    assert wrong not in schedule.hard_days
    assert wrong + 7 * D in schedule.hard_days
    assert DayKind.UNKNOWN not in kinds(schedule)
    after = answer.context["page"]
    for one in after.proposals:
        if not one.beside.startswith("We assume"):
            assert bool(one.beside) == beside_a_hard_day(one, schedule)
    assert {one.offer.session.id for one in after.proposals} != before
    for one in after.proposals:
        assert not any({day, day + D} & schedule.hard_days for day in one.suiting)
    assert "of your plan. An easy run comes the day after." in answer.content.decode()
    assert "12 long runs, 11 hard days, 1 race" in answer.content.decode()


def flagged(page):
    """Proposals with times on a day that the picker advises against."""
    plan = page.efforts.plan
    return [
        one
        for one in page.proposals
        if any(training.against(frozenset(), day_of(t.slot.start), plan) for t in one.times)
    ]


@pytest.mark.parametrize("hard", [(1, 4), (0, 1, 2, 3, 4, 5)])
def test_no_time_on_a_day_the_plan_flags_is_ticked_or_put_before_a_good_one(
    client, upload, plan, today, hard
):
    plan()
    lines = [f"{day},{'Tempo' if day.weekday() in hard else 'Easy'}"
             for day in (today + n * D for n in range(12 * 7))]  # fmt: skip
    sent = fields(upload("date,kind\n" + "\n".join(lines)))
    page = client.post(CHECK, {**sent, "do": "keep-anyway"}, follow=True).context["page"]
    offered = [one for one in page.proposals if one.times]
    assert offered
    assert all(one.beside and not one.ticked for one in flagged(page))
    if len(hard) > 5:
        assert flagged(page)
        assert not any(one.offer.advised for one in flagged(page))
    else:
        assert not flagged(page)
        assert [one.ticked for one in offered].count(True) == 1


def test_beyond_the_plan_its_own_weekday_is_assumed_until_another_is_said(
    client, upload, plan, today, ana
):
    plan()
    answer = client.post(CHECK, {**fields(upload()), "do": "keep"}, follow=True)
    page = answer.content.decode()
    assert "Your week: long run on Thursday" in page
    assert "we assume a long run each Thursday" in page
    week = form_of(answer, "habits/").sent
    client.post("/plan/habits/", {**week, "long_run_weekday": "5"})
    page = client.get("/plan/").content.decode()
    assert "we assume a long run each Saturday" in page
    brought.give(ana, Told(client.session["plan"]), now=timezone.now())
    ana.refresh_from_db()
    assert (ana.long_run_weekday, ana.own_plan.schedule.long_run_weekday) == (5, 3)
    ana.own_plan.delete()
    own_plans.keep(ana, Told(client.session["plan"]).schedule, now=timezone.now())
    assert Client.objects.get(pk=ana.pk).long_run_weekday == 3


def test_the_preview_shows_titles_beside_kinds_folds_what_is_over_and_leaves_out_at_once(
    client, upload, plan, csv, today
):
    plan()
    page = upload(f"{csv}\n{today - 3 * D},Long run of last week,30\n{today + D},Kazoo,")
    said = page.content.decode()
    ahead, _, over = said.partition("Days that are over")
    assert SECRET in ahead
    assert "Long run of last week" in over
    assert said.index("Yes, keep these days") < said.index("What are these?")
    left = client.post(CHECK, {**fields(page), "teach": "leave-out"})
    assert "What are these?" not in left.content.decode()
    assert DayKind.UNKNOWN not in kinds(from_field(fields(left)["read"], BROWSER).read.schedule)


@pytest.mark.parametrize(
    ("line", "asked"),
    [("{ahead},Easy run", "no long run among these days"), ("{past},Long run", "none is ahead")],
)
def test_what_can_hardly_be_meant_is_asked_about_before_it_is_kept(
    client, upload, plan, today, line, asked
):
    plan()
    page = upload("date,kind\n" + line.format(ahead=today + D, past=today - D))
    answer = client.post(CHECK, {**fields(page), "do": "keep"})
    assert asked in answer.content.decode()
    assert "days" not in client.session["plan"]
    client.post(CHECK, {**fields(answer), "do": "keep-anyway"})
    assert len(client.session["plan"]["days"]) == 1
    left = client.post(CHECK, {**fields(upload("date,kind\n" + f"{today},Kazoo")),
                               "teach": "leave-out"})  # fmt: skip
    answer = client.post(CHECK, {**fields(left), "do": "keep-anyway"})
    assert "No day is left of this plan." in answer.content.decode()


def test_a_race_of_the_file_is_named_with_its_distance_and_can_be_said_not_to_be_run(
    client, upload, mine, today
):
    client.post(mine, {"race_date": today + 112 * D, "distance": "marathon"})
    race = today + 20 * D
    read = upload(f"date,kind\n{today + D},Long run\n{race},Half marathon", url=f"{mine}own/")
    page = client.post(f"{mine}own/check/", {**fields(read), "do": "keep"}, follow=True)
    said = page.content.decode()
    assert "It has a race of 21.1 km on" in said
    assert f"?race_date={race}&amp;distance=half#id_race_date" in said
    asked = client.get(f"{mine}?race_date={race}&distance=half").context["form"]
    assert (asked.initial["race_date"], asked.initial["distance"]) == (race, "half")
    client.post(f"{mine}own/remove/", {"race": f"{race}"})
    assert OwnPlan.objects.get().days[-1] == [f"{race}", "unknown", None, None]
    assert "It has a race" not in client.get(mine).content.decode()


def test_a_race_of_the_file_is_theirs_moved_only_where_its_length_fits_and_its_day_is_near(
    client, upload, mine, today
):
    """Each of fifteen parkruns was asked about as a marathon of March that had moved."""
    client.post(mine, {"race_date": today + 112 * D, "distance": "marathon"})
    client.post(mine, {"race_date": today + 77 * D, "distance": "half"})
    factories.make_listed("Two Bridges Half", distance="half", race_date=today + 70 * D)
    raced = {**dict.fromkeys(range(20, 60, 7), "5"), 70: "21.1", 84: "21.1", 105: "42.2"}
    lines = [f"{today + n * D},Race day,{km}" for n, km in raced.items()]
    long = f"{today + D},Long run,20"
    read = upload("\n".join(["date,kind,km", long, *lines]), url=f"{mine}own/")
    page = client.post(f"{mine}own/check/", {**fields(read), "do": "keep"}, follow=True)
    own = page.context["own"]
    moved = [((one.of.day - today).days, one.moved.distance) for one in own.moved]
    assert moved == [(84, "half"), (105, "marathon")]
    assert own.others[-1].listed.listed_race.name == "Two Bridges Half"
    none = form_of(page, "remove/").sent
    assert page.content.decode().count("None of these") == 1
    days = own.other_days
    assert days in page.content.decode()
    answer = client.post(f"{mine}own/remove/", {**none, "race": days}, follow=True)
    left = answer.context["own"]
    assert not left.others
    assert len(left.moved) == 2


def test_the_picker_names_the_day_of_the_plan(client, upload, plan, massage, today):
    plan()
    client.post(CHECK, {**fields(upload()), "do": "keep"})
    thursday = next(day for day in (today + n * D for n in range(1, 8)) if day.weekday() == 3)
    said = client.get(f"/plan/times/{massage.slug}/?day={thursday}").content.decode()
    assert "Your plan has a long run on" in said


def test_a_race_of_the_file_is_asked_about_and_never_taken(client, upload, plan, today):
    plan()
    answer = client.post(CHECK, {**fields(upload()), "do": "keep"}, follow=True)
    race = today + 13 * 7 * D
    assert f"?race_date={race}&amp;distance=10k#id_race_date" in answer.content.decode()
    assert len(answer.context["page"].races) == 1
    asked = client.get(f"/plan/?race_date={race}").content.decode()
    assert f'value="{race}"' in asked


def test_no_title_is_ever_written_down(client, upload, mine, today):
    """Behind a mailed link it is the client's: only days, kinds and amounts reach the database."""
    client.post(mine, {"race_date": today + 112 * D, "distance": "marathon"})
    sent = fields(upload(url=f"{mine}own/"))
    client.post(f"{mine}own/check/", {**sent, "do": "keep"})
    own = OwnPlan.objects.get()
    assert {len(one) for one in own.days} == {len(("date", "kind", "minutes", "km"))}
    assert {str(one[1]) for one in own.days} == {"long", "hard", "easy", "unknown", "race"}
    for rows in (own.days, list(Change.objects.values_list("before", "after"))):
        assert "zanzibar" not in str(rows).casefold()
    remembered = Change.objects.filter(table="bookings_ownplan")
    assert "easy" not in str(list(remembered.values()))
    page = client.get(f"{mine}own/").content.decode()
    assert "12 long runs, 12 hard days, 1 race" in page
    revision = Client.objects.get(pk=own.client_id).plan_revision
    client.post(f"{mine}own/remove/")
    assert not OwnPlan.objects.exists()
    assert Client.objects.get(pk=own.client_id).plan_revision == revision + 1


def test_it_goes_with_the_booking_and_is_the_clients_once_proved(today, ana):
    told = Told({}).with_races([Race(race_date=today + 70 * D, distance="marathon")])
    own = Schedule((TrainingDay(today + D, DayKind.LONG, 120, 20.5),))
    brought.give(ana, Told(told.with_schedule(own).data), now=timezone.now())
    assert ana.own_plan.schedule == own


def test_what_was_kept_before_is_read_as_it_was_and_given_out_with_names(today, ana):
    days = [[f"{today}", "long", 120, 20.5, True], [f"{today + D}", "hard", None, None]]
    OwnPlan.objects.create(client=ana, read_at=timezone.now(), days=days)
    assert [one.kind for one in ana.own_plan.schedule.days] == [DayKind.LONG, DayKind.HARD]
    (row,) = export(ana, reader=None, now=timezone.now()).groups[
        "The days of your own training plan"
    ]
    assert row["Days"][0] == {"date": f"{today}", "kind": "long", "minutes": 120, "km": 20.5}


def test_the_booking_says_that_the_days_go_with_it_and_so_does_its_mail(
    client, upload, plan, choose, send_details, start
):
    plan()
    client.post(CHECK, {**fields(upload()), "do": "keep"})
    choose(start)
    details = client.get("/book/sports-massage/details/", {"start": start.isoformat()})
    assert "The days of your training plan go with it." in details.content.decode()
    send_details(start=start.isoformat(), race="yes")
    visit = Appointment.objects.visits().latest("pk")
    page = Browser().get(f"/appointments/{links.mail_token(visit)}/").content.decode()
    assert "the days of your training plan came with it" in page


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("plan.ics", "", "The file is empty."),
        ("plan.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "We found no training in this file"),
        ("plan.zip", "PK\x03\x04", "This file is packed."),
        ("plan.xlsx", "PK\x03\x04 xl/workbook.xml", "In Excel: choose Save as, and CSV"),
        ("plan.csv", "name,town\nAna,Leeds\n", "We found no column with dates"),
        ("plan.html", "<!doctype html>", "neither a calendar (.ics) nor a table"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_at_its_field(client, upload, clinic, name, text, said):
    answer = upload(text, name=name)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_what_is_too_large_to_be_read_is_said_by_the_form(client, mine):
    for at in (OWN, f"{mine}own/"):
        sent = client.post(at, data=b"x", content_type="text/plain", CONTENT_LENGTH="2400000")
        assert sent.status_code == 303
        page = client.get(sent["Location"]).content.decode()
        assert "The file is larger than 1 MB" in page
        assert "Please choose a file." not in page
    assert client.get(CHECK)["Location"] == OWN


def test_the_sample_is_a_table_that_can_be_read(client, upload, clinic):
    sample = client.get(f"{OWN}sample/")
    assert "training-plan.csv" in sample["Content-Disposition"]
    said = upload(sample.content.decode()).content.decode()
    assert "1 long run, 2 hard days read. Is that right?" in said


def test_the_home_page_leads_to_it(client, clinic, plan):
    assert f'<a href="{OWN}">show us your training plan</a>' in client.get("/").content.decode()
    plan()
    assert f'<a href="{OWN}">Show us your training plan</a>' in client.get("/").content.decode()


def test_the_pages_that_book_and_move_say_again_what_the_plan_has_that_day(
    client, upload, plan, choose, send_details, start, at
):
    plan()
    lines = [f"{day_of(start) + n * D},Tempo" for n in (0, 4)]
    read = fields(upload("date,kind\n" + "\n".join(lines)))
    client.post(CHECK, {**read, "do": "keep-anyway"})
    choose(start)
    details = client.get("/book/sports-massage/details/", {"start": start.isoformat()})
    assert "Your plan has a hard session on" in details.content.decode()
    send_details(start=start.isoformat(), race="yes")
    visit = Appointment.objects.visits().latest("pk")
    to = at(7, 10).isoformat()
    move = client.get(f"/appointments/{links.mail_token(visit)}/move/", {"start": to})
    assert "Your plan has a hard session on" in move.content.decode()


def test_files_are_read_only_so_often_for_one_network(client, upload, clinic, settings):
    settings.LIMITS = {"files": "2/hour"}
    assert [upload().status_code for _ in range(3)] == [200, 200, 429]
    assert client.get(OWN).status_code == 200


@pytest.mark.parametrize("read", ["", "x", "eyJkYXlzIjpbXX0:1vOj4T:not-ours"])
def test_what_is_not_our_page_keeps_nothing_and_says_so(client, upload, plan, read):
    plan()
    answer = client.post(CHECK, {"read": read, "do": "keep"}, follow=True)
    assert "Please begin again" in answer.content.decode()
    assert "days" not in client.session["plan"]


@pytest.mark.parametrize("odd", ["9:easy", "-1:easy", "0:", "0:sauna", "x", "²:easy"])
def test_an_odd_lesson_or_kind_changes_nothing(client, upload, plan, today, odd):
    plan()
    sent = fields(upload())
    answer = client.post(CHECK, {**sent, f"kind-{today}": "sauna", "teach": odd})
    same = from_field(fields(answer)["read"], BROWSER)
    assert same == from_field(sent["read"], BROWSER)
