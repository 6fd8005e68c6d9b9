"""Booking the sessions of a plan together: without an account, and behind a mailed link."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Mail
from bookings.web.scheduling.slot_values import as_text
from tests import factories
from tests.page_fixtures import proposals

PERSON = {"name": "Ana Demo", "email": "ana@example.com", "phone": ""}


@pytest.fixture
def send(client):
    def _send(page, url="/plan/book/", **typed):
        key = page.context["form"]["key"].value()
        shown = page.context["shown"]
        return client.post(url, {**PERSON, "key": key, "shown": shown, **typed})

    return _send


def take_away(line):
    """Somebody else has it: with a therapist of the same start, as if a hold had run out."""
    held = Appointment.objects.get(starts_at=line.slot.start, status=Status.HELD)
    Appointment.objects.filter(pk=held.pk).update(status=Status.EXPIRED)
    factories.make_appointment(
        starts_at=held.starts_at, treatment=held.treatment, therapist=held.therapist,
        room=held.room,
    )  # fmt: skip


def everything_booked():
    return Appointment.objects.filter(status=Status.BOOKED).order_by("starts_at")


def test_the_next_session_with_times_is_ticked_to_begin_with_and_no_other(
    plan, client, mine, enter
):
    plan()
    assert [one.ticked for one in proposals(client)[:3]] == [True, False, False]
    enter(mine)
    assert [one.ticked for one in proposals(client, mine)[:3]] == [True, False, False]


def test_while_a_booking_waits_for_its_mailbox_nothing_more_is_ticked(client, basket, send):
    send(basket())
    assert not any(one.ticked for one in proposals(client))


@pytest.mark.fixed_clock  # the sessions lie in two years
def test_a_day_of_next_year_says_its_year_before_it_is_booked(basket, clinic):
    page = basket()
    years = {line.slot.start.year for line in page.context["lines"]}
    assert len(years) == 2
    assert all(f" {year}, " in page.content.decode() for year in years)


def test_of_more_than_three_a_newcomers_first_three_are_kept_and_that_is_said(
    client, plan, choose_sessions
):
    plan()
    choose_sessions(5)
    page = client.get("/plan/book/")
    assert len(page.context["lines"]) == 3
    assert "These are the first 3" in page.content.decode()


def test_the_ticked_sessions_are_kept_together(basket):
    page = basket()
    assert [bool(line.held) for line in page.context["lines"]] == [True] * 3
    assert Appointment.objects.live_holds(timezone.now()).count() == 3


def test_one_press_books_one_session_alone(client, plan, choose_sessions):
    plan()
    one = proposals(client)[1]
    choose_sessions(only=one.offer.number)
    [line] = client.get("/plan/book/").context["lines"]
    assert line.value == one.times[0].value


def test_what_another_tab_has_chosen_since_is_shown_before_it_is_booked(
    client, basket, send, choose_sessions
):
    first = basket()
    choose_sessions(count=2)
    answer = send(first, name="Ana Maria Demo")
    assert answer.status_code == 409
    assert "Other times have been chosen since this page was opened." in answer.text
    assert 'value="Ana Maria Demo"' in answer.text
    assert not everything_booked()
    assert send(answer).url == "/plan/"
    assert [one.starts_at for one in everything_booked()] == [
        line.slot.start for line in answer.context["lines"]
    ]


def test_they_are_booked_in_one_go_with_one_mail_and_show_on_the_plan(client, basket, send):
    answer = send(basket())
    assert answer.headers["Location"] == "/plan/"
    assert everything_booked().count() == 3
    assert Client.objects.get().name == "Ana Demo"
    assert [mail.kind for mail in Mail.objects.exclude(kind="reminder")] == ["plan_booked"]
    page = client.get("/plan/")
    assert "We hold these 3 times for you until" in page.content.decode()
    assert sum(1 for one in page.context["page"].proposals if one.offer.booked) == 3


def test_the_form_sent_twice_books_once(basket, send):
    page = basket()
    send(page)
    assert send(page).status_code == 302
    assert everything_booked().count() == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Please give your name."),
        ({"email": "ana"}, "Please give an email address such as"),
        ({"phone": "ring me"}, "Please use digits"),
    ],
)
def test_a_mistake_is_told_and_everything_is_kept(basket, send, typed, said):
    answer = send(basket(), **typed)
    words = answer.content.decode()
    assert answer.status_code == 422
    assert said in words
    assert all(line.held for line in answer.context["lines"])
    assert next(iter((PERSON | typed).values())) in words


def test_one_taken_meanwhile_is_offered_anew_while_the_rest_stays_kept(client, basket, send):
    page = basket()
    gone = page.context["lines"][1]
    take_away(gone)
    answer = send(page)
    assert answer.status_code == 409
    lines = answer.context["lines"]
    assert [bool(line.held) for line in lines] == [True, False, True]
    assert lines[1].others
    assert "ana@example.com" in answer.content.decode()
    assert everything_booked().count() == 1

    instead = lines[1].others[0][0]
    client.post("/plan/book/change/", {"out": gone.value, "in": instead})
    assert send(client.get("/plan/book/")).status_code == 302
    assert everything_booked().count() == 4


def test_one_that_is_gone_before_it_could_be_kept_is_offered_anew(client, plan, choose_sessions):
    plan()
    first = proposals(client)[0].times[0]
    page = client.get("/plan/").context["page"]
    treatment = page.proposals[0].offer.treatment
    therapist = treatment.therapists.get()
    factories.make_appointment(
        starts_at=first.slot.start, treatment=treatment, therapist=therapist,
        room=factories.make_room(),
    )  # fmt: skip
    number = page.proposals[0].offer.number
    answer = client.post("/plan/choose/", {"take": number, f"time-{number}": first.value})
    assert answer.status_code == 409
    assert "has just been taken" in answer.content.decode()
    again = proposals(client)[0]
    assert again.ticked
    assert first.value not in (again.chosen, *(time.value for time in again.times))


def test_one_can_be_left_out_and_its_time_is_given_back(client, basket):
    line = basket().context["lines"][0]
    assert proposals(client)[0].ticked
    client.post("/plan/book/change/", {"out": line.value})
    assert len(client.get("/plan/book/").context["lines"]) == 2
    assert [one.ticked for one in proposals(client)[:2]] == [False, True]
    assert Appointment.objects.live_holds(timezone.now()).count() == 2


def test_leaving_out_the_last_one_goes_back_to_the_plan(client, plan, choose_sessions):
    plan()
    choose_sessions(1)
    [line] = client.get("/plan/book/").context["lines"]
    answer = client.post("/plan/book/change/", {"out": line.value})
    assert answer.headers["Location"].startswith("/plan/")
    assert client.get("/plan/book/").headers["Location"] == "/plan/"


def test_after_its_end_a_basket_says_so_and_can_still_be_booked(client, basket, send):
    page = basket()
    Appointment.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    late = client.get("/plan/book/")
    assert "No longer held, but still free." in late.content.decode()
    client.post("/plan/book/change/")
    assert all(line.held for line in client.get("/plan/book/").context["lines"])
    assert send(page).status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"take": "1"},
        {"take": "1", "time-1": "nonsense"},
        {"take": "1", "time-1": "no-treatment|2027-01-01T10:00:00+00:00|"},
        {"take": "1", "time-1": "sports-massage|soon|"},
        {"take": "1", "time-1": "sports-massage|2027-01-01T10:00:00+00:00|nobody"},
    ],
)
def test_nothing_sensible_ticked_is_answered_on_the_plan(client, plan, sent):
    plan()
    answer = client.post("/plan/choose/", sent, follow=True)
    assert "Please tick at least one session" in answer.content.decode()


def test_more_than_twelve_are_refused_with_a_sentence(client, mine, enter, massage):
    enter(mine)
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    times = {
        f"time-{n}": f"{massage.slug}|{(start + timedelta(days=n)).isoformat()}|" for n in range(13)
    }
    answer = client.post(f"{mine}choose/", {"take": list(range(13)), **times}, follow=True)
    assert "At most 12" in answer.content.decode()
    assert client.get(f"{mine}book/").status_code == 302


def test_nobody_sees_or_books_anothers_basket(client, basket):
    basket()
    client.cookies.clear()
    assert client.get("/plan/book/").headers["Location"] == "/plan/"
    assert not everything_booked().exists()


def test_behind_the_mailed_link_nothing_is_asked_and_nobody_is_made_twice(
    client, booked, mine, enter, choose_sessions, send
):
    enter(mine)
    assert choose_sessions(2, mine).headers["Location"] == f"{mine}book/"
    page = client.get(f"{mine}book/")
    assert list(page.context["form"].fields) == ["key"]
    assert send(page, f"{mine}book/").headers["Location"] == mine
    together = Appointment.objects.filter(status=Status.BOOKED, client=booked.client)
    assert together.count() == 3
    assert Client.objects.count() == 1


def test_a_signed_in_runner_books_without_typing(
    client, booked, mine, enter, choose_sessions, send
):
    runner = booked.client
    runner.user = factories.make_user()
    runner.save()
    client.force_login(runner.user)
    enter()
    assert runner.races.count() == 1
    choose_sessions(2)
    page = client.get("/plan/book/")
    assert list(page.context["form"].fields) == ["key"]
    assert send(page).status_code == 302
    assert runner.appointments.count() == 3


def test_a_page_of_one_and_of_six_asks_equally_many_questions(
    client, plan, choose_sessions, django_assert_num_queries
):
    plan()
    for count in (1, 3):
        choose_sessions(count)
        client.get("/plan/")  # says what has to be said
        with django_assert_num_queries(5):
            client.get("/plan/book/")


def test_other_times_of_a_plan_are_advised_by_its_races_and_go_into_its_basket(
    client, mine, enter, massage
):
    enter(mine)
    proposal = proposals(client, mine)[0]
    page = client.get(proposal.other_times_url, {"day": proposal.last_day.isoformat()})
    assert page.context["picker"].advised
    start = page.context["picker"].parts[0].openings[-1].starts_at
    picked = {"start": start.isoformat(), "therapist": ""}
    answer = client.post(f"{mine}times/{massage.slug}/choose/", picked)
    assert answer.headers["Location"] == f"{mine}book/"
    [line] = client.get(f"{mine}book/").context["lines"]
    assert line.slot.start == start


def test_no_time_of_the_picker_goes_back_to_the_plan(client, plan, massage):
    plan()
    answer = client.post(f"/plan/times/{massage.slug}/choose/", {"start": "soon"}, follow=True)
    assert "Please choose one of the free times." in answer.content.decode()


def test_a_limit_of_holds_that_is_met_while_booking_keeps_the_form(basket, send, settings):
    page = basket()
    settings.HOLDS_AT_ONCE_PER_ADDRESS = 3
    take_away(page.context["lines"][1])
    answer = send(page)
    assert answer.status_code == 409
    assert "ana@example.com" in answer.content.decode()


def test_each_appointment_of_a_basket_counts_for_the_limits(client, basket, send, settings):
    page = basket()
    settings.LIMITS = {"booking": "4/hour"}
    assert send(page).status_code == 302
    details = "/book/sports-massage/details/"
    assert [client.post(details).status_code for _ in range(2)] == [422, 429]


def test_each_session_that_is_to_be_kept_counts_for_the_limit_of_holds(
    client, plan, choose_sessions, settings
):
    plan()
    settings.LIMITS = {"holds": "5/hour"}
    assert choose_sessions(3).status_code == 302
    assert choose_sessions(3).status_code == 429
    assert choose_sessions(2).status_code == 302


@pytest.fixture
def other_times(client):
    """From the plan with these sent to the picker of session 2, as far as its page."""

    def _other_times(sent: dict, url: str = "/plan/"):
        answer = client.post(f"{url}choose/", {"other": 2, **sent})
        return client.get(answer.headers["Location"])

    return _other_times


@pytest.mark.parametrize("behind_the_link", [False, True])
def test_another_time_comes_back_into_the_bundle_with_everything_else_as_it_was(
    client, plan, mine, enter, other_times, behind_the_link
):
    url = mine if behind_the_link else "/plan/"
    enter(url)
    before = proposals(client, url)
    chosen = {f"time-{one.offer.number}": one.times[-1].value for one in before if one.times}
    page = other_times({"take": [1, 3], **chosen}, url)
    picker = page.context["picker"]
    start = picker.parts[-1].openings[-1].starts_at
    picked = {"start": start.isoformat(), "therapist": "", **picker.kept}
    answer = client.post(picker.target, picked)
    assert answer.headers["Location"] == f"{url}#session-2"
    after = proposals(client, url)
    assert [one.offer.number for one in after if one.ticked] == [1, 2, 3]
    for one in after:
        if one.times and one.offer.number != 2:
            assert one.chosen == chosen[f"time-{one.offer.number}"]
    assert start.isoformat() in after[1].chosen
    assert [one.offer.treatment for one in after] == [one.offer.treatment for one in before]
    assert not Appointment.objects.filter(status=Status.HELD).exists()

    booked = {f"time-{one.offer.number}": one.chosen for one in after if one.ticked}
    client.post(f"{url}choose/", {"take": [1, 2, 3], **booked})
    lines = client.get(f"{url}book/").context["lines"]
    assert [as_text(line.slot) for line in lines] == list(booked.values())


def test_back_from_other_times_without_choosing_nothing_is_lost(client, plan, other_times):
    plan()
    times = {f"time-{one.offer.number}": one.times[-1].value for one in proposals(client)[:3]}
    other_times({"take": [2, 3], **times})
    after = proposals(client)
    assert [one.offer.number for one in after if one.ticked] == [2, 3]
    assert [one.chosen for one in after[:3]] == list(times.values())


def test_what_the_bundle_holds_is_for_its_own_plan_and_ends_with_the_booking(
    client, plan, mine, enter, basket, send
):
    page = basket()
    assert sum(one.ticked for one in proposals(client)) == len(page.context["lines"])
    enter(mine)
    assert sum(one.ticked for one in proposals(client, mine)) == 1
    send(page)
    assert sum(one.ticked for one in proposals(client)) == 1


@pytest.mark.parametrize("sent", [{"other": "99"}, {"other": "x"}, {"other": ""}])
def test_other_times_for_no_session_lead_back_to_the_plan(client, plan, sent):
    plan()
    assert client.post("/plan/choose/", sent).headers["Location"] == "/plan/"


def test_a_session_that_the_plan_has_not_takes_no_time(client, plan, massage, start):
    plan()
    picked = {"start": start.isoformat(), "session": "training.2031-01-01"}
    answer = client.post(f"/plan/times/{massage.slug}/choose/", picked)
    assert answer.headers["Location"] == "/plan/book/"
