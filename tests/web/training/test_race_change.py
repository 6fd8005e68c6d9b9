"""A race that moves or is lost: first what shifts, then whatever the runner wants of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Mail
from tests import factories

D = timedelta(days=1)


def told(day, **more):
    return {"race_date": day, "distance": "marathon", "outcome": "assumed_finished", **more}


@pytest.fixture
def url(race_day):
    return f"/plan/{race_day}/"


@pytest.fixture
def ask(client, url, race_day):
    """Sends the form of the race with another date, or whatever is told."""

    def _ask(weeks=2, url=url, **more):
        return client.post(url, told(race_day + timedelta(weeks=weeks), **more))

    return _ask


@pytest.fixture
def kept(client, enter, mine, race_day):
    """The race is kept with the clinic, behind Ana's mailed link."""
    assert enter(mine).status_code == 302
    return f"{mine}{race_day}/"


@pytest.fixture
def sessions_booked(client, kept, mine, booked):
    """Three of Ana's sessions, each on its ideal day, at noon."""
    page = client.get(mine).context["page"]
    offers = [one.offer for one in page.proposals if one.times][1:4]
    visits = []
    for offer in offers:
        visit = factories.make_appointment(
            client=booked.client,
            starts_at=offer.openings[0].starts_at,
            booked_at=timezone.now() - D,
            treatment=booked.treatment,
            therapist=booked.therapist,
            room=booked.room,
        )
        visits.append(visit)
    return visits


def race_of(client, url="/plan/"):
    return client.get(url).context["page"].races[0].race


def fresh(visit):
    return Appointment.objects.get(pk=visit.pk)


def test_before_anything_is_saved_the_page_shows_what_shifts(plan, ask, client, race_day):
    plan()
    page = ask()
    words = page.content.decode()
    assert page.status_code == 200
    assert "Nothing is saved yet." in words
    assert page.context["phases"]
    assert page.context["sessions"]
    assert race_of(client).race_date == race_day


def test_confirmed_the_race_moves(plan, ask, client, race_day, url):
    plan()
    assert ask(do="confirm").headers["Location"] == "/plan/"
    assert race_of(client).race_date == race_day + timedelta(weeks=2)
    assert client.get(url).status_code == 404
    assert ask(do="confirm").headers["Location"] == "/plan/"  # sent twice


@pytest.fixture
def run_already(plan, client, today):
    """A marathon of yesterday, and where it is changed."""
    day = today - D
    plan(race_date=day.isoformat())
    return day, f"/plan/{day}/"


def test_how_a_race_went_is_said_before_it_is_saved(run_already, client):
    day, url = run_already
    page = client.post(url, told(day) | {"outcome": "dns"})
    assert "How it went: I did not start." in page.content.decode()


def test_how_it_went_is_asked_only_of_a_race_that_may_be_over(plan, client, url, run_already):
    plan()
    assert "How it went" not in client.get(url).content.decode()
    assert "How it went" in client.get(run_already[1]).content.decode()


def test_another_name_shifts_nothing_and_is_saved_at_once(plan, ask, client):
    plan()
    assert ask(weeks=0, name="Big Race").status_code == 302
    assert str(race_of(client)) == "Big Race"


def test_a_mistake_is_told_on_the_form_and_nothing_is_saved(plan, client, race_day, url):
    plan()
    answer = client.post(url, told("soon"))
    assert answer.status_code == 422
    assert "Please give a date such as" in answer.content.decode()
    assert race_of(client).race_date == race_day


def test_a_date_that_another_race_has_is_refused(plan, enter, ask, race_day):
    plan()
    enter(race_date=(race_day + timedelta(weeks=2)).isoformat(), distance="half")
    answer = ask()
    assert answer.status_code == 422
    assert "There is already a race on this date." in answer.content.decode()


def test_how_a_race_went_is_kept_without_kilometres_that_nobody_ran(run_already, client):
    day, url = run_already
    client.post(url, told(day, outcome="dns", dnf_km="12", do="confirm"))
    assert (race_of(client).outcome, race_of(client).dnf_km) == ("dns", None)


def test_taking_a_race_out_asks_once_more(plan, client, url):
    plan()
    page = client.post(url, {"withdraw": "yes"})
    assert "leaves the plan" in page.content.decode()
    assert race_of(client)
    client.post(url, {"withdraw": "yes", "do": "confirm"})
    assert "page" not in client.get("/plan/").context


def test_appointments_that_no_longer_fit_are_asked_about_one_by_one_and_moving_is_suggested(
    ask, kept, sessions_booked, booked
):
    page = ask(url=kept, weeks=3)
    questions = page.context["questions"]
    assert any(one.choices for one in questions)
    for one in questions:
        assert one.selected == (one.times[0][0] if one.times else "keep")
        assert page.content.decode().count(f'<select class="form-select" name="{one.name}"') == 1
        assert f"{one.appointment.starts_at:%Y}" in page.content.decode()
    assert page.content.decode().count("btn-primary") == 1
    assert all(fresh(one).revision == 0 for one in sessions_booked)
    assert all(one.misfit.reason for one in questions)
    assert booked.client.races.get().race_date != page.context["changed"].race_date


def test_a_time_that_is_suggested_names_who_would_treat_where_it_is_somebody_else(
    ask, kept, sessions_booked, massage
):
    own = sessions_booked[0].therapist
    colleague = factories.make_therapist("Bo Other")
    factories.make_week(colleague)
    massage.therapists.add(colleague)
    factories.make_absence(timezone.now(), timezone.now() + 300 * D, own)
    page = ask(url=kept, weeks=3)
    slots = [slot for one in page.context["questions"] for slot in one.choices]
    assert {slot.therapist for slot in slots} == {colleague}
    assert "with Bo Other</option>" in page.content.decode()


def answers_to(questions, *said):
    return {one.name: answer for one, answer in zip(questions, said, strict=False)}


def test_one_is_moved_one_cancelled_and_the_others_stay(ask, kept, sessions_booked, booked):
    questions = ask(url=kept, weeks=3).context["questions"]
    with_times = next(one for one in questions if one.choices)
    other = next(one for one in questions if one != with_times)
    said = {with_times.name: with_times.times[0][0], other.name: "cancel"}
    answer = ask(url=kept, weeks=3, do="confirm", **said)
    assert answer.status_code == 302
    moved, cancelled = fresh(with_times.appointment), fresh(other.appointment)
    assert moved.starts_at == with_times.choices[0].start
    assert cancelled.status == Status.CANCELLED
    rest = {one.pk for one in sessions_booked} - {moved.pk, cancelled.pk}
    for pk in rest:
        assert Appointment.objects.get(pk=pk).revision == 0
    kinds = sorted(Mail.objects.exclude(kind="reminder").values_list("kind", flat=True))
    assert kinds == ["cancelled", "moved"]
    booked.client.refresh_from_db()
    assert booked.client.plan_revision == 2  # entered, and changed once


def test_only_the_race_may_be_changed(ask, kept, sessions_booked, booked, race_day):
    questions = ask(url=kept, weeks=3).context["questions"]
    ask(url=kept, weeks=3, do="confirm", **answers_to(questions, *["keep"] * len(questions)))
    assert all(fresh(one).revision == 0 for one in sessions_booked)
    assert booked.client.races.get().race_date == race_day + timedelta(weeks=3)


def test_all_suggestions_are_taken_by_saving_the_page_as_it_is(ask, kept, sessions_booked):
    questions = ask(url=kept, weeks=3).context["questions"]
    said = [one.selected for one in questions]
    ask(url=kept, weeks=3, do="confirm", **answers_to(questions, *said))
    for one in questions:
        expected = one.choices[0].start if one.choices else one.appointment.starts_at
        assert fresh(one.appointment).starts_at == expected


def test_a_time_that_went_meanwhile_changes_nothing_at_all(
    ask, kept, sessions_booked, booked, race_day
):
    questions = ask(url=kept, weeks=3).context["questions"]
    wish = next(one for one in questions if one.choices)
    other = next(one for one in questions if one != wish)
    factories.make_appointment(
        starts_at=wish.choices[0].start, treatment=booked.treatment, therapist=booked.therapist,
        room=booked.room,
    )  # fmt: skip
    said = {wish.name: wish.times[0][0], other.name: "cancel"}
    answer = ask(url=kept, weeks=3, do="confirm", **said)
    assert answer.status_code == 409
    assert "has just been taken" in answer.content.decode()
    again = {one.name: one for one in answer.context["questions"]}
    assert again[other.name].answer == "cancel"
    assert wish.choices[0] not in again[wish.name].choices
    assert again[wish.name].selected == "keep"
    assert booked.client.races.get().race_date == race_day
    assert fresh(other.appointment).status == Status.BOOKED


def test_a_lost_race_asks_about_its_sessions(client, kept, sessions_booked, booked):
    questions = client.post(kept, {"withdraw": "yes"}).context["questions"]
    assert {one.appointment.pk for one in questions} >= {one.pk for one in sessions_booked}
    said = {one.name: "cancel" for one in questions}
    client.post(kept, {"withdraw": "yes", "do": "confirm", **said})
    assert not booked.client.races.exists()
    assert {fresh(one).status for one in sessions_booked} == {Status.CANCELLED}


def test_what_starts_too_soon_can_only_be_kept(ask, kept, sessions_booked, clinic):
    clinic.cancel_cutoff_hours = clinic.move_cutoff_hours = 24 * 365
    clinic.undo_minutes = 0
    clinic.save()
    questions = ask(url=kept, weeks=3).context["questions"]
    assert questions
    for question in questions:
        assert question.choices == []
        assert question.why_not_move
        assert question.why_not_cancel
    answer = ask(url=kept, weeks=3, do="confirm", **{questions[0].name: "cancel"})
    assert answer.status_code == 409
    assert fresh(questions[0].appointment).status == Status.BOOKED


@pytest.mark.parametrize("answer", ["nonsense", "nowhere|soon|", "sports-massage|2000-01-01|"])
def test_an_answer_that_makes_no_sense_keeps_the_appointment(ask, kept, sessions_booked, answer):
    questions = ask(url=kept, weeks=3).context["questions"]
    ask(url=kept, weeks=3, do="confirm", **{questions[0].name: answer})
    assert fresh(questions[0].appointment).revision == 0


def test_nobody_elses_appointment_is_touched(ask, kept, sessions_booked, massage, kim, room):
    other = factories.make_appointment(
        starts_at=timezone.now() + 40 * D, treatment=massage, therapist=kim, room=room
    )
    ask(url=kept, weeks=3, do="confirm", **{f"visit-{other.public_id}": "cancel"})
    assert fresh(other).status == Status.BOOKED


def test_more_appointments_cost_no_more_questions(ask, kept, booked, sessions_booked):
    with CaptureQueriesContext(connection) as few:
        ask(url=kept, weeks=3)
    for n in range(8):
        factories.make_appointment(
            client=booked.client, starts_at=sessions_booked[0].starts_at + (n + 1) * D,
            treatment=booked.treatment, therapist=booked.therapist, room=booked.room,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        assert len(ask(url=kept, weeks=3).context["questions"]) > 3
    assert len(many) == len(few)
