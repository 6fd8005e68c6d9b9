"""Booked visits that the runner's own plan is against: told, moved by one press, or left."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from bookings import links
from bookings.actions.mail import sending
from bookings.actions.training import own_plans
from bookings.core import training
from bookings.core.training import DayKind, Schedule, TrainingDay
from bookings.models import Mail, MailKind, MailState, OwnPlan
from bookings.web.mail.samples import written_sample
from tests import factories
from tests.clock import day_of

D = timedelta(days=1)


def a_plan(today, **kinds):
    """Six weeks of easy days, but for these: n3="long" is three days from today."""
    of = {int(name[1:]): DayKind(kind) for name, kind in kinds.items()}
    days = [TrainingDay(today + n * D, of.get(n, DayKind.EASY)) for n in range(42)]
    return Schedule(tuple(days))


@pytest.fixture
def visit(ana, massage, kim, room, at):
    """Ana's, at ten o'clock in three days."""
    return factories.make_appointment(
        starts_at=at(3, 10), treatment=massage, therapist=kim, room=room, client=ana
    )


@pytest.fixture
def keep(ana, today):
    def _keep(**kinds):
        own_plans.keep(ana, a_plan(today, **kinds), now=timezone.now())

    return _keep


def of_kind():
    return Mail.objects.filter(kind=MailKind.AGAINST_PLAN).order_by("pk")


def shown(page):
    return [(day_of(one.of.visit.starts_at), one) for one in page.context["misplaced"]]


def press(browser, one, **sent):
    visit = one.of.visit
    data = {"visit": visit.public_id, "revision": visit.revision, **sent}
    return browser.post("/plan/visits/", data, follow=True)


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ({}, False),
        ({"n3": "long"}, True),
        ({"n4": "hard"}, True),
        ({"n4": "race"}, True),
        ({"n2": "hard"}, False),
        ({"n5": "long"}, False),
    ],
)
def test_a_visit_on_a_hard_day_or_before_one_is_told_of(anas, visit, keep, kinds, told):
    keep(**{"n20": "hard", **kinds})
    page = anas.get("/plan/")
    assert bool(shown(page)) is told
    assert ("training plan is against" in page.content.decode()) is told


def test_each_time_offered_is_free_better_advised_and_near(anas, visit, keep, today, ana):
    keep(n3="long", n5="hard", n8="long")
    [(_, one)] = shown(anas.get("/plan/"))
    days = [(day_of(slot.start) - today).days for slot in one.of.slots]
    assert len(days) == len(set(days)) == 3
    assert not {0, 2, 3, 4, 5, 7, 8} & set(days)
    assert days == sorted(days, key=lambda day: (abs(day - 3), day))
    assert {slot.therapist for slot in one.of.slots} == {visit.therapist}
    assert all(slot.start.hour == visit.starts_at.hour for slot in one.of.slots)


def test_one_press_moves_it_with_a_mail_and_it_can_be_taken_back(anas, visit, keep):
    keep(n4="hard")
    [(_, one)] = shown(anas.get("/plan/"))
    value, slot = one.times[0]
    page = press(anas, one, time=value)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.revision) == (slot.start, 1)
    assert Mail.objects.filter(kind=MailKind.MOVED, appointment=visit).count() == 1
    assert "Undo the move" in page.content.decode()
    assert not shown(anas.get("/plan/"))
    press(anas, one, time=value)  # the same form once more
    visit.refresh_from_db()
    assert visit.revision == 1


def test_what_is_left_stays_untold_until_the_plan_changes(anas, visit, keep):
    keep(n4="hard")
    [(_, one)] = shown(anas.get("/plan/"))
    press(anas, one, do="leave")
    assert not shown(anas.get("/plan/"))
    visit.refresh_from_db()
    assert visit.revision == 0
    keep(n3="long")
    assert shown(anas.get("/plan/"))


def test_a_time_that_was_not_offered_and_another_s_visit_move_nothing(anas, visit, keep, at):
    keep(n4="hard")
    bo = factories.make_client("Bo Demo")
    there = {"treatment": visit.treatment, "therapist": visit.therapist, "room": visit.room}
    other = factories.make_appointment(starts_at=at(3, 14), client=bo, **there)
    [(_, one)] = shown(anas.get("/plan/"))
    day_before = f"{one.of.visit.treatment.slug}|{at(2, 3).isoformat()}|"
    for sent in ({"time": day_before}, {"time": ""}, {"visit": other.public_id, "do": "leave"}):
        press(anas, one, **sent)
        visit.refresh_from_db()
        assert visit.revision == 0
    assert OwnPlan.objects.get().left == []


def test_within_the_cut_off_it_is_told_and_not_offered_but_at_the_desk(
    anas, desks, ana, visit, keep, clinic
):
    clinic.move_cutoff_hours = 24 * 5
    clinic.save()
    keep(n4="hard")
    [(_, one)] = shown(anas.get("/plan/"))
    assert one.of.why_not_move
    assert not one.times
    press(anas, one, do="leave")
    page = desks.get(f"/desk/clients/{ana.pk}/plan/")
    said = page.content.decode()
    assert "Their training plan is against an appointment" in said
    assert shown(page)[0][1].times
    assert (
        "Their plan has a hard day"
        in desks.get(f"/diary/appointments/{visit.pk}/").content.decode()
    )


def test_its_own_page_asks_too(client, ana, visit, keep):
    keep(n4="hard")
    ana.proved_at = timezone.now()
    ana.save()
    page = client.get(f"/appointments/{links.mail_token(visit)}/")
    assert "Your plan has a hard session on" in page.content.decode()


def test_without_days_of_their_own_nothing_is_asked_or_owed(anas, visit, ana_wants_nudges):
    factories.make_race(visit.client)
    assert not shown(anas.get("/plan/"))
    assert not of_kind().exists()


def test_the_page_asks_as_much_of_the_database_for_one_visit_as_for_seven(
    anas, ana, visit, keep, at, massage, kim, room, django_assert_max_num_queries
):
    keep(**{f"n{n}": "hard" for n in range(3, 40, 4)})
    with django_assert_max_num_queries(60) as one:
        anas.get("/plan/")
    for n in range(7, 28, 4):
        factories.make_appointment(
            starts_at=at(n, 10), treatment=massage, therapist=kim, room=room, client=ana
        )
    with django_assert_max_num_queries(len(one)):
        assert len(shown(anas.get("/plan/"))) == 7


# The mail.


@pytest.fixture
def due(clock, clinic):
    """Nine in the morning so many days from today, and what became of the mail then."""

    def _due(mail, days, at):
        clock.move_to(at(days, 9, 30))
        mail.refresh_from_db()
        claimed = Mail.objects.claim()
        assert claimed
        assert claimed == mail
        message = sending._decided_and_written(claimed, clinic, timezone.now())
        if message:
            claimed.mark()
            claimed.sent(f"{mail.pk}")
        return message

    return _due


@pytest.fixture
def quiet():
    """No other mail is due."""

    def _quiet():
        others = Mail.objects.exclude(kind=MailKind.AGAINST_PLAN)
        others.update(state=MailState.CANCELLED)

    return _quiet


def test_the_day_after_a_mail_names_the_visit_why_and_where_it_could_go(
    ana, ana_wants_nudges, visit, keep, due, at, quiet
):
    keep(n4="hard")
    keep(n4="long")
    mail = of_kind().get()
    assert day_of(mail.due_at) == day_of(timezone.now()) + D
    quiet()
    message = due(mail, 1, at)
    said = message.get_body(("plain",)).get_content()
    assert "Your plan has a long run on" in said
    assert said.count("/move/?start=") == 3
    assert "List-Unsubscribe" in message


@pytest.mark.parametrize("settled", ["moved", "left", "cancelled", "removed", "unwanted", "hold"])
def test_nothing_is_sent_of_what_has_been_settled_since(
    ana, ana_wants_nudges, visit, keep, due, at, quiet, settled
):
    keep(n4="hard")
    mail = of_kind().get()
    ana.refresh_from_db()
    match settled:
        case "moved":
            visit.starts_at, visit.ends_at = at(2, 10), at(2, 11)
            visit.blocked_until = at(2, 11)
            visit.save()
        case "left":
            own_plans.leave_visit(ana, visit)
        case "cancelled":
            visit.status = "cancelled"
            visit.save()
        case "removed":
            own_plans.remove(ana, now=timezone.now())
        case "unwanted":
            type(ana).objects.filter(pk=ana.pk).update(wants_nudges=False)
        case "hold":
            type(ana).objects.filter(pk=ana.pk).update(health_hold=True)
    quiet()
    assert due(mail, 1, at) is None
    mail.refresh_from_db()
    assert mail.state == MailState.CANCELLED


def test_one_a_week_at_most_however_often_the_plan_changes(
    ana, ana_wants_nudges, visit, keep, due, at, quiet, clock, massage, kim, room
):
    for n in (12, 16):
        factories.make_appointment(
            starts_at=at(n, 10), treatment=massage, therapist=kim, room=room, client=ana
        )
    keep(n13="hard")
    first = of_kind().get()
    quiet()
    assert due(first, 1, at)
    clock.move_to(at(2, 9))
    keep(n13="hard", n16="long")
    second = of_kind().last()
    assert second != first
    quiet()
    assert due(second, 3, at) is None
    second.refresh_from_db()
    assert (second.state, day_of(second.due_at)) == (MailState.SCHEDULED, day_of(at(8, 9)))
    assert due(second, 8, at)


def test_what_could_go_only_after_the_visit_is_dropped_and_asks_nobody_for_attention(
    ana, ana_wants_nudges, visit, keep, due, at, quiet, clock
):
    keep(n20="hard")
    told = Mail.objects.create(
        key="told",
        kind=MailKind.NUDGE,
        client=ana,
        created_at=timezone.now(),
        due_at=timezone.now(),
        not_after=at(9, 9),
        state=MailState.SENT,
        sent_at=timezone.now(),
        data_at=timezone.now(),
    )
    keep(n4="hard")
    mail = of_kind().get()
    Mail.objects.exclude(pk__in=[mail.pk, told.pk]).update(state=MailState.CANCELLED)
    assert due(mail, 1, at) is None
    mail.refresh_from_db()
    assert mail.state == MailState.CANCELLED


def test_who_wants_no_mails_is_owed_none(ana, visit, keep):
    keep(n4="hard")
    assert not of_kind().exists()


def test_a_therapist_s_day_says_what_lies_near_and_no_more(kims, visit, keep, today):
    keep(n4="long", n2="hard")
    page = kims.get(f"/today/{today + 3 * D}/").content.decode()
    assert "long run the day after" in page
    assert "hard session" not in page


def test_what_they_have_noted_as_hard_reaches_the_therapist_s_next_day_and_brief(
    kims, ana, visit, today
):
    """Without any plan of their own."""
    day = today + 3 * D
    for effort in (day - D, day - 9 * D):
        ana.hard_efforts.create(day=effort)
    page = kims.get(f"/today/{day}/").content.decode()
    assert "hard effort the day before" in page
    brief = kims.get(f"/visits/{visit.pk}/").context["brief"]
    assert brief.efforts == [day - D]


def test_words_near_a_visit_name_the_nearest_hard_day():
    day = datetime(2027, 5, 5, tzinfo=UTC).date()
    said = {
        n: training.near_a_visit(day, Schedule((TrainingDay(day + n * D, DayKind.LONG),)))
        for n in range(-3, 4)
    }
    assert [n for n, words in said.items() if words] == [-1, 0, 1]


@pytest.mark.parametrize("days", range(7))
def test_a_sample_of_the_mail_has_a_visit_on_any_day(clinic, clock, at, days):
    clock.move_to(at(days, 9))
    assert "Sample massage" in written_sample(MailKind.AGAINST_PLAN).as_string()


def test_a_session_without_a_good_day_says_the_next_one_and_a_visit_then_is_that_session(
    anas, ana, massage, kim, room, keep, today
):
    """All of its days were hard: it stayed on one, and open after a good day was booked."""
    massage.session_kinds = ["maintenance", "training", "peak_recovery"]
    massage.save()
    factories.make_race(client=ana, race_date=today + 82 * D)
    keep(n40="long")
    page = anas.get("/plan/").context["page"]
    session = page.proposals[0].offer.session
    first = max((session.window_start - today).days, 0)
    end = (session.window_end - today).days
    keep(**{f"n{n}": "hard" for n in range(first, end + 2)}, n40="long")
    shown = anas.get("/plan/")
    one = shown.context["page"].proposals[0]
    good = one.offer.good_day
    assert one.beside
    assert good
    assert good >= session.window_end
    assert "The next good day is" in shown.content.decode()
    assert good.isoformat() in one.good_day_url
    assert anas.get(one.good_day_url).context["picker"].advised.sign == "good"
    factories.make_appointment(
        starts_at=datetime.combine(good, datetime.min.time(), UTC) + timedelta(hours=11),
        treatment=massage,
        therapist=kim,
        room=room,
        client=ana,
    )
    assert anas.get("/plan/").context["page"].proposals[0].offer.booked
