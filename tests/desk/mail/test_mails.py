"""Mail as the desk sees it."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actions.mail import outbox
from bookings.core.roles import Role
from bookings.models import Appointment, Client, Clinic, Mail, MailKind, MailState
from tests import factories
from tests.clock import days_later

URL = "/desk/mails/"


@pytest.fixture
def owner(client, clinic):
    client.force_login(factories.make_user("olu@example.com", role=Role.OWNER))
    return client


@pytest.fixture
def owed(booked):
    """The confirmation of Ana's appointment."""
    outbox.owe(MailKind.CONFIRMED, booked, now=timezone.now())
    return Mail.objects.get(kind=MailKind.CONFIRMED)


def words(response):
    return response.content.decode()


def fail(mail, **fields):
    Mail.objects.filter(pk=mail.pk).update(
        state=MailState.FAILED, why="It was refused: ring this client.", **fields
    )


def test_what_is_to_come_and_what_went_wrong_stand_apart(desk, owed):
    assert desk.get(URL).context["days"][0].mails[0].kind == MailKind.CONFIRMED
    assert "Nothing has gone wrong." in words(desk.get(URL))
    fail(owed)
    page = desk.get(URL)
    assert list(page.context["failed"]) == [owed]
    assert "ring this client" in words(page)


def owe_reminders(booked, count, **when):
    Mail.objects.bulk_create(
        Mail(
            key=f"copy {n}",
            kind=MailKind.REMINDER,
            client=booked.client,
            appointment=booked,
            created_at=timezone.now(),
            **when,
        )
        for n in range(count)
    )


def test_mails_to_come_are_days_that_open_and_can_be_of_one_kind(desk, owed, booked, start):
    outbox.owe(MailKind.CONFIRMED, booked, now=timezone.now())
    owe_reminders(booked, 60, due_at=days_later(1), not_after=start)
    page = desk.get(URL)
    assert page.text.count('<details class="mail-day"') == len(page.context["days"]) >= 2
    assert page.text.count('<details class="mail-day" open') == 1
    tomorrow = page.context["days"][1]
    assert (tomorrow.count >= 60, len(tomorrow.mails)) == (True, 25)
    assert "60 × reminder" in page.text.lower() or "61 × reminder" in page.text.lower()
    of_one_kind = desk.get(URL, {"kind": "confirmed"})
    kinds = {mail.kind for day in of_one_kind.context["days"] for mail in day.mails}
    assert kinds == {MailKind.CONFIRMED}
    assert desk.get(URL, {"kind": "nonsense"}).status_code == 200


def test_every_mail_of_a_day_is_reached_and_stopped_on_its_page_at_one_cost(desk, booked):
    noon = Clinic.objects.the().begin_of(timezone.localdate() + timedelta(days=2))
    noon += timedelta(hours=12)
    owe_reminders(booked, 2030, due_at=noon, not_after=noon + timedelta(days=1))
    day = f"{noon:%Y-%m-%d}"
    [shown] = [one for one in desk.get(URL).context["days"] if f"{one.day}" == day]
    assert (shown.count, len(shown.mails)) == (2030, 25)
    assert f'href="?day={day}&amp;kind="' in desk.get(URL).text
    seen, of_a_day = set(), {"day": day, "kind": "reminder"}
    for page in (1, 2, 82):
        with CaptureQueriesContext(connection) as asked:
            answer = desk.get(URL, of_a_day | {"page": page})
        seen |= {mail.pk for mail in answer.context["shown"]}
        assert len(asked) < 20
    assert len(seen) == 25 + 25 + 5
    last = answer.context["shown"][-1]
    sent = of_a_day | {"do": "stop", "from": "list", "page": 82}
    back = desk.post(f"{URL}{last.pk}/decide/", sent)
    assert back.headers["Location"] == f"{URL}?day={day}&page=82&kind=reminder"
    left = desk.get(back.headers["Location"]).context["shown"]
    assert (len(left), left.paginator.count) == (4, 2029)
    for odd in ("2199-12-31", "tomorrow", "2026-02-30", ""):
        assert desk.get(URL, {"day": odd, "page": "-3"}).status_code == 200


def test_a_mail_is_shown_as_it_would_go_out_and_its_html_can_run_nothing(desk, owed):
    page = words(desk.get(f"{URL}{owed.pk}/"))
    assert "As it would go out" in page
    assert "Your appointment on" in page
    body = desk.get(f"{URL}{owed.pk}/body/")
    assert "default-src 'none'" in body.headers["Content-Security-Policy"]
    assert body.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Your appointment is booked" in words(body)


def test_a_reminder_is_shown_in_the_words_of_the_day_it_is_due(desk, owed):
    reminder = Mail.objects.filter(kind=MailKind.REMINDER).latest("due_at")
    assert "Your appointment is tomorrow" in words(desk.get(f"{URL}{reminder.pk}/body/"))


def test_what_would_not_go_out_as_things_stand_says_why(desk, owed):
    reminder = Mail.objects.filter(kind=MailKind.REMINDER).latest("due_at")
    assert "it will not go out" not in words(desk.get(f"{URL}{reminder.pk}/"))
    Client.objects.update(wants_reminders=False)
    page = words(desk.get(f"{URL}{reminder.pk}/"))
    assert "it will not go out: The client wants no reminders" in page


def test_the_samples_of_training_mails_offer_times(desk, suits_all):
    for kind in (MailKind.PLAN, MailKind.NUDGE, MailKind.RACE_CHECK, MailKind.OFF_SEASON):
        assert "/times/" in words(desk.get(f"{URL}kinds/{kind}/body/"))


def test_the_desk_stops_a_mail(desk, owed):
    answer = desk.post(f"{URL}{owed.pk}/decide/", {"do": "stop"}, follow=True)
    assert "It will not go out." in words(answer)
    owed.refresh_from_db()
    assert owed.why == f"Stopped by {factories.key_of('desk@example.com', Role.DESK)}."
    answer = desk.post(f"{URL}{owed.pk}/decide/", {"do": "stop"}, follow=True)
    assert "has gone out or has been stopped" in words(answer)


def test_the_desk_sends_a_failure_again_or_sees_to_it(desk, owed):
    fail(owed)
    desk.post(f"{URL}{owed.pk}/decide/", {"do": "again"})
    owed.refresh_from_db()
    assert owed.state == MailState.SCHEDULED
    fail(owed)
    desk.post(f"{URL}{owed.pk}/decide/", {"do": "settle"})
    assert not desk.get(URL).context["failed"]
    assert desk.post(f"{URL}{owed.pk}/decide/", {"do": "burn"}).status_code == 404


def test_a_mail_about_a_visit_that_was_cancelled_since_does_not_say_that_it_goes(desk, owed):
    fail(owed)
    Appointment.objects.filter(pk=owed.appointment_id).update(status="cancelled", revision=1)
    answer = desk.post(f"{URL}{owed.pk}/decide/", {"do": "again"}, follow=True)
    assert "this mail would not go out" in words(answer)
    owed.refresh_from_db()
    assert owed.state == MailState.FAILED


def test_each_row_of_the_lists_can_be_stopped_sent_again_and_seen_to(desk, owed):
    assert 'value="stop"' in words(desk.get(URL))
    answer = desk.post(f"{URL}{owed.pk}/decide/", {"do": "stop", "from": "list"})
    assert answer.headers["Location"] == URL
    Mail.objects.exclude(pk=owed.pk).delete()
    fail(owed)
    page = words(desk.get(URL))
    assert 'value="again"' in page
    assert 'value="settle"' in page
    assert 'value="stop"' not in page
    fail(owed, not_after=timezone.now())
    assert 'value="again"' not in words(desk.get(URL))


def test_a_client_and_an_appointment_have_a_list_of_all_their_mails(desk, owed, booked):
    for place in (f"clients/{booked.client_id}", f"appointments/{booked.pk}"):
        page = desk.get(f"/desk/{place}/mails/")
        assert owed in page.context["mails"]


def test_mails_about_several_appointments_stand_in_each_ones_list(desk, booked):
    Appointment.objects.filter(pk=booked.pk).update(together="both")
    booked.refresh_from_db()
    outbox.owe_together([booked], now=timezone.now())
    found = desk.get(f"/desk/appointments/{booked.pk}/mails/").context["mails"]
    assert MailKind.PLAN_BOOKED in {mail.kind for mail in found}


def test_only_the_owner_pauses_all_mail_and_every_staff_page_says_so(client, desk, owner):
    client.force_login(factories.make_user(role=Role.DESK))
    assert client.post(f"{URL}pause/", {"do": "pause"}).status_code == 403
    client.force_login(factories.make_user("boss@example.com", role=Role.OWNER))
    client.post(f"{URL}pause/", {"do": "pause"})
    assert Clinic.objects.the().mail_paused_by == factories.key_of("boss@example.com", Role.OWNER)
    assert "All mail has been paused since" in words(client.get("/desk/"))
    client.post(f"{URL}pause/", {"do": "resume"})
    assert "paused since" not in words(client.get("/desk/"))


@pytest.mark.parametrize("kind", list(MailKind))
def test_each_kind_is_shown_with_people_made_up_for_it_who_are_gone_afterwards(desk, massage, kind):
    page = desk.get(f"{URL}kinds/{kind}/")
    assert page.status_code == 200
    assert ("Robin" in words(page)) == (kind != MailKind.ERASED)  # which knows no name any more
    assert desk.get(f"{URL}kinds/{kind}/body/").status_code == 200
    assert not Appointment.objects.exists()
    assert not Mail.objects.exists()


def test_a_kind_that_is_none_is_not_found(desk):
    assert desk.get(f"{URL}kinds/of-tomorrow/").status_code == 404


def test_thirty_mails_cost_as_many_questions_as_one(desk, owed, booked):
    with CaptureQueriesContext(connection) as one:
        desk.get(URL)
    for n in range(30):
        Mail.objects.create(
            key=f"x{n}", kind=MailKind.CONFIRMED, client=booked.client, appointment=booked,
            created_at=timezone.now(), due_at=timezone.now(), not_after=booked.starts_at,
            state=MailState.FAILED if n % 2 else MailState.SCHEDULED,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as thirty:
        desk.get(URL)
    assert len(thirty) == len(one)


def test_the_command_prints_what_is_due(owed, capsys):
    later = timezone.now() + timedelta(days=9)
    Mail.objects.create(
        key="later", kind=MailKind.REMINDER, client=owed.client, appointment=owed.appointment,
        created_at=timezone.now(), due_at=later, not_after=later,
    )  # fmt: skip
    call_command("mail", "--due-within", "2h")
    assert capsys.readouterr().out.count("appointment confirmed  to Ana Demo") == 1
    call_command("mail", "--due-within", "30d")
    assert capsys.readouterr().out.count("\n") >= 2


def test_an_address_that_takes_no_mail_is_shown_with_the_clients_phone(desk):
    factories.make_client("Bo Demo", phone="020 1", bounced_at=timezone.now())
    page = words(desk.get(URL))
    assert "Addresses that take no mail" in page
    assert 'Bo Demo</bdi></a>, <span class="who"><bdi>client' in page
    assert "020 1" in page
