"""A listed race is moved or cancelled: seen before, carried out once, and settled by an answer."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import links
from bookings.actions.refusals import MovedMeanwhile, RaceRefused
from bookings.actions.scheduling.replanning import VisitAnswer, accept, settle_news
from bookings.actions.training import race_news
from bookings.core.scheduling.statuses import Status
from bookings.dates import civil_day
from bookings.mail.compose import compose
from bookings.mail.contents import SUBJECTS
from bookings.models import (
    Appointment,
    Clinic,
    Mail,
    MailKind,
    NewsState,
    Race,
    RaceNews,
    RunnerNews,
)
from tests import factories
from tests.reading import present

W = timedelta(weeks=1)


def publish(listed, becomes, **more):
    now = timezone.now()
    return race_news.publish(
        listed, was=more.pop("was", listed.race_date), becomes=becomes, by="desk: 1", now=now
    )


def test_before_anything_changes_the_desk_sees_each_runner_with_the_nearest_times(
    desk, listed, runner, race_day
):
    race = runner("Ana Away")
    page = desk.get(f"/desk/races/listed/{listed.pk}/news/?becomes={race_day + 3 * W}")
    [one] = page.context["cohort"]
    assert one.client == race.client
    assert [part.visit for part in one.visits] == [Appointment.objects.get()]
    assert one.visits[0].choices
    assert one.sessions
    race.refresh_from_db()
    assert race.race_date == race_day
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"becomes": "soon"}, "Please give a date such as"),
        ({"becomes": ""}, "Please give its new date"),
        ({"becomes": "1999-01-01"}, "Please give a day"),
        ({"becomes": "2126-01-01"}, "within the next two years"),
        ({"becomes": "2027-05-02", "cancelled": "on"}, "one of the two"),
    ],
)
def test_what_says_nothing_is_told_at_the_field(desk, listed, sent, said):
    for answer in (
        desk.get(f"/desk/races/listed/{listed.pk}/news/", sent),
        desk.post(f"/desk/races/listed/{listed.pk}/news/", sent),
    ):
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not RaceNews.objects.exists()


def test_one_press_moves_everybodys_race_and_owes_each_one_mail(desk, listed, runner, race_day):
    races = [runner("Ana Away"), runner("Bo Booked", booked=False), runner("Cy Called", email="")]
    own = runner("Di Different", booked=False)
    own.race_date += W
    own.save()
    told = {"was": race_day.isoformat(), "becomes": (race_day + 3 * W).isoformat()}
    for _twice in range(2):
        answer = desk.post(f"/desk/races/listed/{listed.pk}/news/", told)
        assert answer.headers["Location"] == f"/desk/races/news/{RaceNews.objects.get().pk}/"
    for race in races:
        race.refresh_from_db()
        assert race.race_date == race_day + 3 * W
    own.refresh_from_db()
    assert own.race_date == race_day + W
    mails = Mail.objects.values_list("client__name", "kind")
    assert sorted(mails) == [("Ana Away", "race_news"), ("Bo Booked", "race_news")]
    page = desk.get(answer.headers["Location"])
    assert [line.row.client.name for line in page.context["lines"]] == ["Ana Away", "Cy Called"]
    assert [row.why for row in page.context["alone"]] == [
        "They have given it another date themselves."
    ]
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 2


def test_who_has_the_race_twice_is_one_runner_whose_race_of_that_day_follows(
    desk, listed, runner, race_day, monkeypatch
):
    monkeypatch.setattr(race_news, "MOST_RUNNERS", 2)
    race = runner("Ana Away")
    factories.make_race(
        race.client, race_date=race_day - 5 * W, name="Berlin", listed=listed, priority="C"
    )
    gone = runner("Bo Before", booked=False)
    Race.objects.filter(pk=gone.pk).update(outcome="dns")
    url = f"/desk/races/listed/{listed.pk}/news/"
    page = desk.get(url, {"becomes": race_day + 3 * W})
    assert page.context["counts"] == {"all": 2, "by_mail": 1, "own_date": 0}
    publish(listed, race_day + 3 * W)
    race.refresh_from_db()
    assert race.race_date == race_day + 3 * W
    assert [mail.client for mail in Mail.objects.filter(kind="race_news")] == [race.client]


def test_who_wants_training_mails_gets_no_second_one_about_it(listed, runner, race_day, today):
    race = runner("Ana Away", booked=False, wants_nudges=True)
    Mail.objects.create(
        key="plan:1", kind=MailKind.PLAN, client=race.client, about={"edition": 0},
        created_at=timezone.now() - 2 * W, due_at=timezone.now(), not_after=timezone.now(),
        state="sent", data_at=timezone.now() - 2 * W, sent_at=timezone.now() - 2 * W,
    )  # fmt: skip
    publish(listed, race_day + 3 * W)
    soon = Mail.objects.filter(due_at__lt=timezone.now() + timedelta(hours=1), state="scheduled")
    assert [mail.kind for mail in soon] == ["race_news"]


def test_what_is_cut_off_goes_on_and_nothing_is_done_twice(listed, runner, race_day, monkeypatch):
    for name in ("Ana Away", "Bo Booked", "Cy Called"):
        runner(name, booked=False)
    carried_out, killed = race_news._carry_out, iter([False, True])

    def until_killed(*args, **options):
        if next(killed):
            raise KeyboardInterrupt
        carried_out(*args, **options)

    monkeypatch.setattr(race_news, "_carry_out", until_killed)
    with pytest.raises(KeyboardInterrupt):
        publish(listed, None)
    assert RunnerNews.objects.filter(state=NewsState.WAITING).count() == 2
    monkeypatch.setattr(race_news, "_carry_out", carried_out)
    listed.refresh_from_db()
    for _twice in range(2):
        assert not race_news.go_on_with_all(now=timezone.now())
    assert Mail.objects.count() == RunnerNews.objects.filter(state=NewsState.DONE).count() == 3
    assert race_news.go_on(RaceNews.objects.get(), now=timezone.now(), until=time.monotonic())
    assert {race.outcome for race in listed.runners.all()} == {"cancelled"}


def test_somebody_else_who_was_quicker_is_told_instead_of_overwritten(listed, runner, race_day):
    publish(listed, race_day + W)
    with pytest.raises(race_news.NewsRefused):
        publish(listed, race_day + 3 * W, was=race_day)
    listed.refresh_from_db()
    assert listed.race_date == race_day + W


@pytest.fixture
def letter(listed, runner, race_day):
    """The mail to Ana, whose visit no longer fits, and the address of its button."""
    race = runner("Ana Away")
    publish(listed, race_day + 3 * W)
    row = RunnerNews.objects.get()
    url = links.client_url(links.Purpose.RACE_NEWS, race.client, row=row.pk)
    return row, "/" + url.split("/", 3)[3]


def test_behind_the_mails_link_a_runner_takes_what_is_proposed(client, letter):
    row, url = letter
    page = client.get(url)
    [question] = page.context["questions"]
    visit = question.appointment
    assert Appointment.objects.get().starts_at == visit.starts_at  # looking changes nothing
    moved = question.times[0]
    assert client.post(url, {"do": "confirm", question.name: moved[0]}).status_code == 302
    assert Appointment.objects.get().starts_at == moved[1].start
    row.refresh_from_db()
    assert row.settled_by == "runner"
    page = client.get(url)
    assert "There is nothing for you to do" in page.content.decode()


def test_a_link_opens_nobody_elses_news(client, letter, ana):
    row, _url = letter
    url = links.client_url(links.Purpose.RACE_NEWS, ana, row=row.pk)
    assert client.get("/" + url.split("/", 3)[3]).status_code == 404


def test_what_the_desk_settles_first_is_told_in_the_one_mail(desk, letter):
    row, _url = letter
    page = desk.get(f"/desk/races/news/{row.news_id}/")
    [line] = page.context["lines"]
    [asked] = line.visits
    one, times = asked.what, asked.times
    sent = {"row": row.pk, one.name: times[0][0], f"revision-{one.visit.public_id}": "0"}
    assert desk.post(f"/desk/races/news/{row.news_id}/", sent).status_code == 302
    visit = Appointment.objects.get()
    assert visit.starts_at == times[0][1].start
    [mail] = Mail.objects.filter(kind__in=[MailKind.RACE_NEWS, MailKind.MOVED])
    assert SUBJECTS[mail.kind].why_not(mail) is None
    message = compose(mail, Clinic.objects.the(), now=timezone.now())
    assert "Berlin Marathon" in message["Subject"]
    body = present(message.get_body(["plain"])).get_content()
    assert "These appointments of yours are changed with it." in body
    assert "appointment-1.ics" in message.as_string()


@pytest.mark.parametrize(
    ("for_all", "line", "becomes"),
    [
        ("keep", "", "kept"),
        ("proposed", "", "moved"),
        ("cancel", "", "cancelled"),
        ("cancel", "keep", "kept"),
        ("keep", "cancel", "cancelled"),
        (None, None, "kept"),
    ],
)
def test_what_is_chosen_for_all_holds_where_a_line_says_nothing_else(
    desk, letter, for_all, line, becomes
):
    row, _url = letter
    visit = Appointment.objects.get()
    asked = desk.get(f"/desk/races/news/{row.news_id}/").context["lines"][0].visits[0]
    sent = {"row": row.pk, f"revision-{visit.public_id}": visit.revision}
    sent |= {f"proposed-{visit.public_id}": asked.times[0][0]}
    sent |= {} if for_all is None else {"all": for_all, asked.what.name: line}
    ticked = desk.post(f"/desk/races/news/{row.news_id}/", {**sent, "tick": "all"})
    assert (ticked.context["tick_all"], ticked.context["lines"][0].visits[0].chosen) == (
        True,
        line or "",
    )
    desk.post(f"/desk/races/news/{row.news_id}/", sent)
    after = Appointment.objects.get()
    moved = "moved" if after.starts_at != visit.starts_at else "kept"
    assert becomes == ("cancelled" if after.status == Status.CANCELLED else moved)


def test_a_visit_that_moved_meanwhile_is_not_settled_from_an_old_page(desk, letter):
    row, _url = letter
    visit = Appointment.objects.get()
    sent = {"one": row.pk, f"visit-{visit.public_id}": "cancel"}
    sent[f"revision-{visit.public_id}"] = visit.revision + 1
    desk.post(f"/desk/races/news/{row.news_id}/", sent)
    row.refresh_from_db()
    assert row.settled_at is None
    assert Appointment.objects.get().status == Status.BOOKED


@pytest.mark.parametrize("by", ["runner", "desk: 1"])
def test_of_two_answers_at_once_the_first_counts_and_the_second_changes_nothing(letter, by):
    row, _url = letter
    seen_by_both = RunnerNews.objects.get(pk=row.pk)
    assert settle_news(row, [], by="runner", now=timezone.now())
    cancel_it = [VisitAnswer(Appointment.objects.get())]
    assert not settle_news(seen_by_both, cancel_it, by=by, now=timezone.now())
    assert Appointment.objects.get().status == Status.BOOKED


def test_of_two_changes_of_ones_own_race_the_second_leaves_the_visits_alone(runner):
    race = runner("Ana Away")
    seen_by_both = Race.objects.get(pk=race.pk)
    Race.objects.update(race_date=race.race_date + W)
    cancel_it = [VisitAnswer(Appointment.objects.get())]
    with pytest.raises(RaceRefused):
        accept(
            cancel_it, race=seen_by_both, change_race=lambda: None, by="runner", now=timezone.now()
        )
    assert Appointment.objects.get().status == Status.BOOKED


def test_what_was_moved_meanwhile_is_not_cancelled_by_an_answer_from_before(letter):
    row, _url = letter
    answer = VisitAnswer(Appointment.objects.get())
    Appointment.objects.update(revision=1)
    with pytest.raises(MovedMeanwhile):
        settle_news(row, [answer], by="runner", now=timezone.now())
    row.refresh_from_db()
    assert row.settled_at is None


def was_sent(client):
    now = timezone.now()
    Mail.objects.filter(client=client).update(state="sent", data_at=now, sent_at=now)


def news_mails():
    """What would go out now about races: to whom, and its words."""
    mails = Mail.objects.filter(kind=MailKind.RACE_NEWS, state="scheduled").order_by("pk")
    due = [mail for mail in mails if SUBJECTS[mail.kind].why_not(mail) is None]
    said = [compose(mail, Clinic.objects.the(), now=timezone.now()) for mail in due]
    bodies = [present(one.get_body(["plain"])).get_content() for one in said]
    return [
        (mail.client.name, " ".join(body.split())) for mail, body in zip(due, bodies, strict=True)
    ]


def test_nobody_reads_of_a_date_that_they_were_never_told(listed, runner, race_day):
    told = runner("Ana Away", booked=False)
    runner("Bo Booked")
    own = runner("Di Different", booked=False)
    Race.objects.filter(pk=own.pk).update(race_date=race_day + 3 * W)
    publish(listed, race_day + 3 * W)
    was_sent(told.client)
    listed.refresh_from_db()
    third = publish(listed, race_day + 5 * W)
    assert {row.why for row in third.runners.all()} == {""}
    (ana, to_ana), (bo, to_bo), (di, _body) = news_mails()
    assert (ana, bo, di) == ("Ana Away", "Bo Booked", "Di Different")
    assert f"was to be on {civil_day(race_day + 3 * W)}" in to_ana
    assert f"was to be on {civil_day(race_day)}" in to_bo
    assert "no longer fit" in to_bo


def test_a_move_taken_back_writes_to_who_was_told_and_takes_along_whom_it_moved(
    listed, runner, race_day
):
    told = runner("Ana Away", booked=False)
    runner("Bo Booked")
    own = runner("Di Different", booked=False)
    Race.objects.filter(pk=own.pk).update(race_date=race_day + 3 * W)
    publish(listed, race_day + 3 * W)
    was_sent(told.client)
    listed.refresh_from_db()
    back = publish(listed, race_day)
    assert [name for name, _body in news_mails()] == ["Ana Away"]
    assert [row.client for row in back.runners.filter(state=NewsState.LEFT_ALONE)] == [own.client]
    assert not back.runners.filter(state=NewsState.DONE, settled_at=None)
    own.refresh_from_db()
    assert own.race_date == race_day + 3 * W


def test_a_race_that_takes_place_after_all_is_in_the_plan_again_and_told_to_who_was_told(
    desk, client, listed, runner, race_day
):
    told, untold = runner("Ana Away"), runner("Bo Booked", booked=False)
    gone = runner("Di Different", booked=False)
    Race.objects.filter(pk=gone.pk).update(outcome="cancelled")
    publish(listed, None)
    row = RunnerNews.objects.get(client=told.client)
    was_sent(told.client)
    url = f"/desk/races/listed/{listed.pk}/news/"
    assert "It takes place after all" in desk.get(url).content.decode()
    for _twice in range(2):
        assert desk.post(url, {"back": "1"}).status_code == 302
    outcomes = [Race.objects.get(pk=one.pk).outcome for one in (told, untold, gone)]
    assert outcomes == ["assumed_finished", "assumed_finished", "cancelled"]
    [(name, body)] = news_mails()
    assert name == "Ana Away"
    assert f"takes place after all: on {civil_day(race_day)}" in body
    link = links.client_url(links.Purpose.RACE_NEWS, told.client, row=row.pk)
    assert "takes place after all" in client.get("/" + link.split("/", 3)[3]).content.decode()


def test_what_the_desk_settled_is_told_in_the_next_mail_where_the_first_is_overtaken(
    letter, listed, race_day
):
    row, _url = letter
    visit = Appointment.objects.get()
    settle_news(row, [VisitAnswer(visit)], by="desk: 1", now=timezone.now())
    listed.refresh_from_db()
    publish(listed, race_day + 5 * W)
    [(_ana, body)] = news_mails()
    assert "It is cancelled, and there is no fee." in body


def test_news_that_overtake_others_are_carried_out_after_them(
    listed, runner, race_day, monkeypatch
):
    race = runner("Ana Away", booked=False)
    with monkeypatch.context() as busy:
        busy.setattr(race_news, "AT_ONCE", -1)
        publish(listed, race_day + 3 * W)
    listed.refresh_from_db()
    publish(listed, race_day)
    race.refresh_from_db()
    assert race.race_date == race_day
    assert not RunnerNews.objects.filter(state=NewsState.WAITING)


def test_who_is_still_to_be_asked_stands_on_the_desks_first_page_and_beside_the_races(desk, letter):
    row, _url = letter
    pages = [desk.get(url).content.decode() for url in ("/desk/", "/desk/races/")]
    assert all(f'href="/desk/races/news/{row.news_id}/"' in page for page in pages)
    settle_news(row, [], by="desk: 1", now=timezone.now())
    pages = [desk.get(url).content.decode() for url in ("/desk/", "/desk/races/")]
    assert not any(f'href="/desk/races/news/{row.news_id}/"' in page for page in pages)


def test_who_changes_their_race_afterwards_is_asked_no_more_and_said(desk, letter, race_day):
    row, url = letter
    row.race.race_date = race_day + 5 * W
    row.race.save()
    page = desk.get(f"/desk/races/news/{row.news_id}/")
    assert (page.context["lines"], list(page.context["since"])) == ([], [row])
    desk.post(f"/desk/races/news/{row.news_id}/", {"one": row.pk})
    row.refresh_from_db()
    assert row.settled_at is None
    assert "changed again since" in desk.get(url).content.decode()
    mail = Mail.objects.get(kind=MailKind.RACE_NEWS)
    assert SUBJECTS[mail.kind].why_not(mail) is not None


def test_the_cohort_costs_the_same_for_one_runner_and_for_many(desk, listed, runner, race_day):
    def queries(url):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert desk.get(url).status_code == 200
        return len(seen)

    url = f"/desk/races/listed/{listed.pk}/news/?becomes={race_day + 3 * W}"
    runner("Ana Away")
    desk.get(url)
    one = queries(url)
    for number in range(11):
        runner(f"Runner {number}")
    assert queries(url) == one
    news = publish(listed, race_day + 3 * W)
    url = f"/desk/races/news/{news.pk}/"
    many = queries(url)
    RunnerNews.objects.exclude(client__name="Ana Away").delete()
    assert queries(url) == many
