"""Races and the plan page: without an account, and behind a mailed link."""

import re
from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from bookings import dates, links
from bookings.core import training
from bookings.models import Race
from bookings.queries.training import protocol
from tests import factories
from tests.clock import day_of
from tests.runner.test_home import NOT_SHOWN

URL = "/plan/"


def text(response) -> str:
    return response.content.decode()


def test_the_home_page_leads_to_it(client, massage):
    assert f'action="{URL}"' in text(client.get("/"))


def test_only_the_date_and_the_distance_are_asked_at_first(client, clinic):
    page = text(client.get(URL))
    before_more = page.partition("<details")[0]
    assert 'name="race_date"' in before_more
    assert 'name="distance"' in before_more
    assert 'name="weeks"' not in before_more
    assert 'name="weeks"' in page


def test_a_race_shows_phases_and_sessions(plan, race_day):
    page = plan(name="Spring Marathon")
    shown = page.context["page"]
    assert [entered.race.name for entered in shown.races] == ["Spring Marathon"]
    assert [stretch.phase.name for stretch in shown.stretches][-4:] == [
        "First days after the race",
        "Recovery",
        "Return to running",
        "Off-season",
    ]
    kinds = [proposal.offer.session.kind for proposal in shown.proposals]
    assert "taper_tune_up" in kinds
    assert "pre_race_flush" in kinds
    for stretch in shown.stretches:
        assert stretch.phase.name in text(page)
    for proposal in shown.proposals:
        assert proposal.rules.why in text(page).replace("&#x27;", "'")


def test_nothing_is_stored_for_a_visitor(plan):
    plan()
    assert not Race.objects.exists()


def test_another_browser_does_not_see_it(plan, django_user_model):
    plan()
    from_elsewhere = type(plan().client)()
    assert "page" not in from_elsewhere.get(URL).context


def test_openings_lie_in_the_window_and_the_ideal_day_comes_first(plan, clinic):
    shown = plan().context["page"]
    reached = [one for one in shown.proposals if not one.offer.opens_on]
    assert reached
    for proposal in reached:
        session = proposal.offer.session
        days = [clinic.day_of(time.slot.start) for time in proposal.times]
        assert all(session.covers(day) for day in days)
        far = [abs((day - session.suggested).days) for day in days]
        assert far == sorted(far)
        assert 2 <= len(days) <= 3


def test_no_time_is_offered_on_a_race_on_the_way_nor_on_the_day_after(plan, enter, kim, clinic):
    today = clinic.day_of(timezone.now())
    sessions = [proposal.offer.session for proposal in plan().context["page"].proposals]
    session = next(one for one in sessions if one.window_start > today)
    midnight = datetime.combine(session.ideal, time(0), clinic.tz)
    factories.make_absence(midnight - timedelta(days=1), midnight + timedelta(days=1), kim)

    on_the_way = (session.ideal + timedelta(days=1)).isoformat()
    shown = plan(race_date=on_the_way, distance="10k", priority="C").context["page"]

    [there] = [one for one in shown.proposals if one.offer.session.ideal == session.ideal]
    days = {clinic.day_of(one.slot.start) for one in there.times}
    assert days == {session.ideal + timedelta(days=3)}


def test_the_treatment_nearest_to_the_sessions_minutes_is_offered(plan, suits_all):
    kinds = suits_all.session_kinds
    short = factories.make_treatment(
        "Pre-race 30", therapists=suits_all.therapists.all(), minutes=30, session_kinds=kinds
    )
    for proposal in plan().context["page"].proposals:
        wanted = short if proposal.offer.session.minutes < 45 else None
        assert wanted in (None, proposal.offer.treatment)


def test_sessions_past_the_horizon_say_when_the_diary_opens(plan, clinic):
    clinic.horizon_days = 30
    clinic.save()
    page = plan()
    last = page.context["page"].proposals[-1]
    assert last.times == []
    assert last.offer.opens_on == last.offer.session.ideal - timedelta(days=30)
    opens = last.offer.opens_on
    assert f"opens {opens:%a} {opens.day} {opens:%b}" in text(page)


def test_a_kind_that_no_treatment_suits_says_to_ring(plan, suits_all, clinic):
    suits_all.session_kinds = []
    suits_all.save()
    assert "We have no treatment online for this." in text(plan())


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"race_date": ""}, "race_date"),
        ({"race_date": "the day after tomorrow"}, "race_date"),
        ({"race_date": "2001-01-01"}, "race_date"),
        ({"race_date": "9999-12-31"}, "race_date"),
        ({"distance": "a mile"}, "distance"),
        ({"weeks": "53"}, "weeks"),
        ({"weeks": "-1"}, "weeks"),
        ({"training_start": "2001-01-01"}, "training_start"),
        ({"weekly_volume_km": "1e9"}, "weekly_volume_km"),
        ({"name": "x" * 121}, "name"),
        ({"priority": "Z"}, "priority"),
        ({"long_run_weekday": "8"}, "long_run_weekday"),
    ],
)
def test_what_cannot_be_planned_comes_back_with_the_form_kept(enter, typed, field):
    answer = enter(**{"name": "Kept Marathon", **typed})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "Kept Marathon" in text(answer) or field == "name"


def test_two_races_on_one_date_are_refused(enter, plan):
    plan()
    assert enter(distance="half").status_code == 422
    assert enter().status_code == 302  # the very same one, sent twice


def test_several_races_share_one_drawing(enter, plan, race_day, client):
    plan(name="The big one")
    earlier = race_day - timedelta(weeks=6)
    enter(race_date=earlier.isoformat(), distance="half", priority="B", name="On the way")
    page = client.get(URL).context["page"]
    assert [flag.name for flag in page.hills.flags] == ["On the way", "The big one"]
    assert [flag.is_main for flag in page.hills.flags] == [False, True]


def test_behind_the_mailed_link_races_are_kept_with_the_clinic(enter, mine, booked, client):
    assert enter(mine, weekly_volume_km="85").status_code == 302
    client.cookies.clear()
    page = client.get(mine).context["page"]
    assert page.races[0].race == booked.client.races.get()
    booked.client.refresh_from_db()
    assert (booked.client.weekly_volume_km, booked.client.plan_revision) == (85, 2)


def test_the_pages_own_link_shows_nothing_that_is_kept(enter, mine, booked, client):
    enter(mine)
    url = f"/appointments/{links.page_token(booked)}/plan/"
    assert client.get(url)["Location"] == URL
    assert client.post(f"{url}keep/")["Location"] == URL


def test_entering_a_race_behind_the_mailed_link_proves_the_address(enter, booked, client):
    url = f"/appointments/{links.mail_token(booked)}/plan/"
    client.get(url)
    booked.client.refresh_from_db()
    assert booked.client.is_provisional
    enter(url)
    booked.client.refresh_from_db()
    assert not booked.client.is_provisional


def test_the_browsers_races_can_be_kept_with_the_clinic(plan, mine, booked, client):
    plan(name="From the browser", weekly_volume_km="90")
    assert "From the browser" in text(client.get(mine))
    client.post(f"{mine}keep/")
    assert booked.client.races.get().name == "From the browser"
    booked.client.refresh_from_db()
    assert booked.client.weekly_volume_km == 90
    assert "page" not in client.get(URL).context


def test_an_appointment_in_a_sessions_window_shows_as_booked(enter, mine, booked, client):
    enter(mine)
    session = client.get(mine).context["page"].proposals[1].offer.session
    booked.starts_at += session.ideal - day_of(booked.starts_at)
    booked.ends_at = booked.blocked_until = booked.starts_at + timedelta(hours=1)
    booked.save()
    offers = [one.offer for one in client.get(mine).context["page"].proposals]
    assert [offer.number for offer in offers if offer.booked] == [2]


@pytest.mark.parametrize(("status", "tag"), [("completed", "Done"), ("no_show", None)])
def test_a_visit_that_was_had_is_done_and_a_missed_one_fills_no_session(
    enter, mine, booked, client, clinic, status, tag
):
    enter(mine, race_date=(day_of(timezone.now()) + timedelta(days=60)).isoformat())
    first = client.get(mine).context["page"].proposals[0].offer.session
    booked.starts_at += first.ideal - day_of(booked.starts_at)
    booked.ends_at = booked.blocked_until = booked.starts_at + timedelta(hours=1)
    booked.status = status
    booked.save()
    page = client.get(mine)
    proposal = page.context["page"].proposals[0]
    assert proposal.is_done == bool(tag)
    assert (proposal.offer.booked is None) == (tag is None)
    assert ('<p class="tag add tag-good">Done</p>' in text(page)) == bool(tag)
    assert ('<p class="tag add">Missed</p>' in text(page)) == (tag is None)


def test_what_is_said_of_a_session_and_its_time_name_the_same_day(plan, clinic, client, kim):
    first = plan().context["page"].proposals[0].offer.session.suggested
    midnight = datetime.combine(first, time(), tzinfo=clinic.tz)
    factories.make_absence(midnight, midnight + timedelta(days=1), kim)
    page = client.get(URL)
    proposal = page.context["page"].proposals[0]
    day = clinic.day_of(proposal.times[0].slot.start)
    assert proposal.offered_on == day != proposal.offer.session.suggested
    label = f'<span class="visually-hidden">: <bdi>{proposal.rules.name}</bdi>, '
    today = clinic.day_of(timezone.now())
    assert f"{label}{dates.short_day_from(day, today)}</span>" in text(page)


def test_one_hill_runs_through_the_same_phase_of_two_races(enter, plan, race_day, client):
    plan()
    enter(race_date=(race_day + timedelta(weeks=15)).isoformat())
    page = client.get(URL).context["page"]
    phases = [hill.phase for hill in page.hills.hills]
    assert all(here is not after for here, after in pairwise(phases))
    assert len(phases) <= len(page.stretches)


def test_the_drawings_table_has_the_sessions_too(plan):
    page = plan()
    shown = page.context["page"]
    told = [one.mark.number for stretch in shown.stretches for one in stretch.sessions]
    assert told == [proposal.offer.number for proposal in shown.proposals]
    table = text(page).partition('<div class="in-words">')[2].partition("</table>")[0]
    assert all(proposal.rules.name in table for proposal in shown.proposals)


def test_the_usual_therapist_is_offered_by_name(enter, mine, client, kim):
    enter(mine)
    times = client.get(mine).context["page"].proposals[0].times
    assert {time.slot.therapist for time in times} == {kim}


def test_more_races_and_openings_cost_no_more_queries(
    enter, plan, client, race_day, suits_all, django_assert_num_queries
):
    plan()
    with django_assert_num_queries(7):
        client.get(URL)
    enter(race_date=(race_day + timedelta(weeks=10)).isoformat())
    for number in range(5):
        kim = factories.make_therapist(f"More {number}")
        factories.make_week(kim)
        factories.make_treatment(therapists=[kim], session_kinds=suits_all.session_kinds)
    with django_assert_num_queries(7):
        client.get(URL)


def test_another_long_run_day_moves_the_sessions(plan, client):
    on_sundays = [one.offer.session.ideal for one in plan().context["page"].proposals]
    answer = client.post(f"{URL}habits/", {"long_run_weekday": "5", "weekly_volume_km": "90"})
    assert answer["Location"] == URL
    page = client.get(URL)
    assert "Your week: long run on Saturday, 90 km" in text(page)
    on_saturdays = [one.offer.session.ideal for one in page.context["page"].proposals]
    assert len(on_saturdays) > len(on_sundays)
    assert on_saturdays[0].weekday() == (on_sundays[0].weekday() - 1) % 7


def test_a_client_tells_of_another_week_and_keeps_every_appointment(enter, mine, booked, client):
    enter(mine, long_run_weekday="6")
    client.post(f"{mine}habits/", {"long_run_weekday": "5"})
    booked.client.refresh_from_db()
    assert (booked.client.long_run_weekday, booked.client.weekly_volume_km) == (5, 0)
    before = booked.starts_at, booked.revision
    booked.refresh_from_db()
    assert (booked.starts_at, booked.revision) == before


def test_a_week_that_cannot_be_comes_back_with_what_was_typed(plan, client):
    plan(weekly_volume_km="40")
    answer = client.post(f"{URL}habits/", {"long_run_weekday": "5", "weekly_volume_km": "4000"})
    assert answer.status_code == 422
    assert 'value="4000"' in text(answer)
    assert client.get(URL).context["page"].weekly_volume_km == 40


def claims_in(page: str) -> list[str]:
    """In what stands between tags: the random letters of a form's token may spell anything."""
    page = re.sub(r"<[^>]*>", " ", page)
    words = [word for word in NOT_SHOWN if word in page.lower()]
    return words + training.claims_in(page, protocol.current().claims.not_allowed)


def test_no_page_of_the_plan_claims_what_is_not_shown(plan, client, race_day):
    pages = [text(client.get(URL)), text(plan()), text(client.get(f"/plan/{race_day}/"))]
    pages.append(text(client.get(f"/book/sports-massage/?day={race_day}")))
    assert [claims_in(page) for page in pages] == [[]] * len(pages)


def test_a_planted_claim_would_be_found(plan):
    assert claims_in(text(plan(name="Massage prevents injury")))


def test_the_pages_carry_no_script_or_style_of_their_own(plan, client, race_day):
    for page in (text(plan()), text(client.get(f"/plan/{race_day}/"))):
        assert "style=" not in page
        assert "<style" not in page
        assert "<script>" not in page


def test_the_plan_is_kept_by_no_cache_and_what_a_link_opens_is_found_by_no_search(
    plan, client, mine
):
    """A search engine that asks for /plan/ has no session: what it finds is the empty form."""
    for page in (plan(), client.get(mine)):
        assert "no-store" in page["Cache-Control"]
    assert "noindex" in client.get(mine)["X-Robots-Tag"]
    assert "X-Robots-Tag" not in client.get("/plan/")


def test_every_appointment_stands_in_the_plan_in_its_week_with_its_page(
    enter, mine, booked, client
):
    """Whatever it was booked from: to be moved or cancelled from there."""
    enter(mine)
    page = client.get(mine)
    [standing] = page.context["page"].standing
    assert standing.visit == booked
    rows = page.context["page"].rows
    assert [row.day for row in rows] == sorted(row.day for row in rows)
    assert f'href="{standing.url}"' in text(page)
    assert client.get(standing.url).status_code == 200


def test_what_is_booked_for_a_session_is_linked_to_its_page(enter, mine, booked, client):
    enter(mine)
    session = client.get(mine).context["page"].proposals[1].offer.session
    booked.starts_at += session.ideal - day_of(booked.starts_at)
    booked.ends_at = booked.blocked_until = booked.starts_at + timedelta(hours=1)
    booked.save()
    page = client.get(mine)
    assert not page.context["page"].standing
    [proposal] = [one for one in page.context["page"].proposals if one.offer.booked]
    assert f'href="{proposal.url}"' in text(page)


def test_a_race_further_off_than_its_build_up_says_when_that_starts(plan, today):
    page = plan(race_date=(today + timedelta(weeks=52)).isoformat())
    starts = page.context["page"].build_up_starts
    assert starts > today
    assert f"Your training block starts on {starts:%A}" in text(page)
    assert "no race on the calendar" not in text(page).lower()


def test_a_race_whose_build_up_runs_names_the_phase(plan):
    page = plan()
    assert page.context["page"].build_up_starts is None
    assert "Now: " in text(page)


def test_a_day_of_another_year_says_its_year(plan, today):
    page = plan(race_date=(today + timedelta(weeks=70)).isoformat())
    days = [one.day for one in page.context["page"].proposals if one.day.year != today.year]
    assert days
    for day in days:
        assert f"{day:%a} {day.day} {day:%b} {day.year}" in text(page)


def test_the_form_for_another_race_and_its_error_stand_above_the_drawing(enter, plan):
    plan()
    page = text(enter(distance="half"))
    assert 0 < page.index('role="alert"') < page.index('<svg class="hills"')


def test_every_session_of_the_drawing_can_be_pressed_and_leads_to_its_row(plan):
    page = plan()
    shown = page.context["page"]
    for pin in shown.hills.pins:
        assert f'<a href="#session-{pin.number}"' in text(page)
        assert f'id="session-{pin.number}"' in text(page)
    months = [month for month in shown.hills.months if month.session]
    assert months
    for month in months:
        assert f'href="#session-{month.session}"' in text(page)


def test_home_and_plan_say_the_same_day_for_the_build_up_of_several_races(
    enter, plan, client, today
):
    far = today + timedelta(weeks=40)
    plan(race_date=far.isoformat(), name="The big one")
    soon = today + timedelta(days=12)
    enter(race_date=soon.isoformat(), distance="10k", priority="C", name="On the way")
    enter(race_date=(far + timedelta(weeks=9)).isoformat(), name="Another")
    page = client.get(URL)
    starts = page.context["page"].build_up_starts
    assert starts > soon
    year = "" if starts.year == today.year else f" {starts.year}"
    said = f"Your training block starts on {starts:%A} {starts.day} {starts:%B}{year}."
    assert said in text(page)
    assert said in text(client.get("/"))


@pytest.fixture
def lee_too(suits_all):
    """Works the same hours."""
    lee = factories.make_therapist("Lee Demo")
    factories.make_week(lee)
    suits_all.therapists.add(lee)
    return lee


def in_the_afternoon_with(therapist) -> dict[str, str]:
    usual = {"usual_part": "1", "usual_therapist_id": str(therapist.pk)}
    return {"long_run_weekday": "6", "weekly_volume_km": "", **usual}


def first_times(client, url: str) -> list:
    shown = client.get(url).context["page"].proposals
    return [one.times[0].slot for one in shown if one.times]


@pytest.mark.parametrize("behind_the_link", [False, True])
def test_what_is_usual_is_asked_once_and_every_proposal_goes_by_it(
    enter, mine, client, clinic, lee_too, behind_the_link
):
    url = mine if behind_the_link else URL
    enter(url)
    before = first_times(client, url)
    assert {slot.start.astimezone(clinic.tz).hour >= 12 for slot in before} == {False}
    client.post(f"{url}habits/", in_the_afternoon_with(lee_too))
    after = first_times(client, url)
    assert len(after) == len(before) > 3
    for slot in after:
        assert slot.therapist == lee_too
        assert 12 <= slot.start.astimezone(clinic.tz).hour < 17
    assert "in the afternoon, with Lee Demo" in text(client.get(url)).replace("\u2068", "").replace(
        "\u2069", ""
    )


def test_what_is_usual_stays_with_another_race_and_goes_along_to_the_clinic(
    plan, enter, mine, booked, client, lee_too, race_day
):
    plan()
    client.post(f"{URL}habits/", in_the_afternoon_with(lee_too))
    enter(race_date=(race_day + timedelta(weeks=10)).isoformat())
    assert {slot.therapist for slot in first_times(client, URL)} == {lee_too}
    client.post(f"{mine}keep/")
    booked.client.refresh_from_db()
    assert (booked.client.usual_part, booked.client.usual_therapist) == (1, lee_too)


def test_whom_the_clinic_has_no_longer_is_nobody(plan, client, mine, booked, lee_too):
    plan()
    client.post(f"{URL}habits/", in_the_afternoon_with(lee_too))
    lee_too.delete()
    assert first_times(client, URL)
    client.post(f"{mine}keep/")
    booked.client.refresh_from_db()
    assert (booked.client.usual_part, booked.client.usual_therapist) == (1, None)


@pytest.mark.parametrize(
    ("field", "typed"), [("usual_part", "7"), ("usual_therapist_id", "999999")]
)
def test_a_usual_that_is_not_offered_is_refused(plan, client, field, typed):
    plan()
    sent = {"long_run_weekday": "6", field: typed}
    answer = client.post(f"{URL}habits/", sent)
    assert answer.status_code == 422
    assert field in answer.context["habits"].errors
