"""Hard efforts and declined sessions, told on the plan page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings import links
from bookings.core.training import Kind
from bookings.models import DeclinedSession, HardEffort
from tests.clock import day_of

D = timedelta(days=1)


@pytest.fixture
def in_the_peak(client, enter, today):
    """A marathon five weeks ahead, long runs three days after today: nothing else is near."""
    race_day = today + timedelta(weeks=6)
    weekday = (today + 3 * D).weekday()
    assert enter(race_date=race_day.isoformat(), long_run_weekday=weekday).status_code == 302
    return client


def sessions(client, url="/plan/"):
    return [one.offer.session for one in client.get(url).context["page"].proposals]


def offers(client, url="/plan/"):
    return [one.offer for one in client.get(url).context["page"].proposals]


def name_of(session):
    return {"kind": session.kind.value, "ideal": session.ideal.isoformat()}


def test_a_declined_session_is_put_aside_without_times_and_can_come_back(client, plan):
    plan()
    first = sessions(client)[0]
    answer = client.post("/plan/sessions/", {**name_of(first), "do": "decline"}, follow=True)
    assert "Skipped:" in answer.content.decode()
    [declined] = [offer for offer in offers(client) if offer.declined]
    assert (declined.session.ideal, list(declined.openings)) == (first.ideal, [])
    client.post("/plan/sessions/", {**name_of(first), "do": "undo"})
    assert not any(offer.declined for offer in offers(client))


def test_a_session_that_no_plan_names_is_answered_with_a_sentence(client, plan):
    plan()
    wrong = {"kind": "sauna", "ideal": "soon", "do": "decline"}
    page = client.post("/plan/sessions/", wrong, follow=True).content.decode()
    assert "not in your plan any more" in page


def test_one_press_notes_a_hard_effort_and_the_plan_has_an_easy_session(in_the_peak, today):
    before = sessions(in_the_peak)
    for ago in range(4):
        in_the_peak.post("/plan/efforts/", {"day": (today - ago * D).isoformat()})
    added = [one for one in sessions(in_the_peak) if one.kind is Kind.POST_HARD_EFFORT]
    near = [one for one in before if abs((one.ideal - today).days) < 7]
    assert added or near
    page = in_the_peak.get("/plan/").content.decode()
    assert "Noted: a hard effort on" in page


def test_an_effort_can_be_taken_back(in_the_peak, today):
    before = sessions(in_the_peak)
    in_the_peak.post("/plan/efforts/", {"day": today.isoformat()})
    in_the_peak.post("/plan/efforts/", {"day": today.isoformat(), "do": "undo"})
    assert sessions(in_the_peak) == before
    assert "Noted: a hard effort on" not in in_the_peak.get("/plan/").content.decode()


@pytest.mark.parametrize("day", ["", "soon", "1999-01-01", "tomorrow", "2999-01-01"])
def test_an_odd_day_of_an_effort_is_answered_with_a_sentence(in_the_peak, day):
    page = in_the_peak.post("/plan/efforts/", {"day": day}, follow=True).content.decode()
    assert "Please give" in page
    assert "Noted:" not in page


def test_efforts_are_asked_for_only_in_build_and_peak(in_the_peak, client, plan):
    assert "unusually long run?" in in_the_peak.get("/plan/").content.decode()


def test_far_from_the_race_no_effort_is_asked_for(plan):
    page = plan(weeks=8).content.decode()
    assert "unusually long run?" not in page


def test_behind_the_mailed_link_both_are_kept_with_the_client(client, booked, mine, enter, today):
    enter(mine, race_date=(today + timedelta(weeks=6)).isoformat())
    last = sessions(client, mine)[-1]
    client.post(f"{mine}sessions/", {**name_of(last), "do": "decline"})
    client.post(f"{mine}efforts/", {"day": today.isoformat()})
    client.post(f"{mine}efforts/", {"day": today.isoformat()})
    assert DeclinedSession.objects.get().client == booked.client
    assert HardEffort.objects.get().day == today
    assert [offer.session.ideal for offer in offers(client, mine) if offer.declined] == [last.ideal]
    client.post(f"{mine}sessions/", {**name_of(last), "do": "undo"})
    client.post(f"{mine}efforts/", {"day": today.isoformat(), "do": "undo"})
    assert not DeclinedSession.objects.exists()
    assert not HardEffort.objects.exists()


@pytest.mark.parametrize("path", ["efforts/", "sessions/"])
def test_the_pages_own_link_tells_the_clinic_nothing(client, booked, path):
    from_page = f"/appointments/{links.page_token(booked)}/plan/{path}"
    day = day_of(timezone.now()).isoformat()
    sent = {"day": day, "kind": "maintenance", "ideal": day}
    assert client.post(from_page, sent).headers["Location"] == "/plan/"
    assert not HardEffort.objects.exists()
    assert not DeclinedSession.objects.exists()


def test_both_go_along_when_a_browsers_plan_is_kept(in_the_peak, booked, mine, today):
    first = sessions(in_the_peak)[0]
    in_the_peak.post("/plan/sessions/", {**name_of(first), "do": "decline"})
    in_the_peak.post("/plan/efforts/", {"day": today.isoformat()})
    in_the_peak.post(f"{mine}keep/")
    assert booked.client.declined_sessions.get().ideal == first.ideal
    assert booked.client.hard_efforts.get().day == today
