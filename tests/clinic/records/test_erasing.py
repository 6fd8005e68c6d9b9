"""Erasing leaves nothing that says who it was, keeps what must be kept, and survives a restore."""

import json
import resource
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase
from django.utils import timezone

from bookings import links
from bookings.actions.clients import details, identity, ways_in
from bookings.actions.mail import outbox, sign_in_mails
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.links import Purpose, client_url
from bookings.mail.compose import compose
from bookings.models import (
    Appointment,
    Change,
    Client,
    Mail,
    MailKind,
    MailState,
    Race,
    SignInMail,
    User,
)
from bookings.models.records.history import MAY_FORGET
from clinic.records import erase as erasing
from clinic.records import erased_list, retention
from clinic.records.registry.record import Fate
from clinic.records.registry.rows import CLIENTS
from tests import factories
from tests.admin.forms import new, send
from tests.clinic.accounts.conftest import is_still_you
from tests.reading import part_of
from tests.whole_database import whole_database
from therapists.models import HealthCheck, KeptRecord, NoteVersion

SURELY = {"do": "erase", "sure": "yes"}
TRACES = ("Ana Demo", "ana@example.com", "07700 900123", "Ana's Marathon")


def erase(client, **fields):
    """As it is outside of a test's transaction: what waits for the commit is done."""
    fields = {"tell": False, "by": "desk: d@example.com", "now": timezone.now(), **fields}
    with TestCase.captureOnCommitCallbacks(execute=True):
        return erasing.erase(client, **fields)


def test_only_who_was_changed_since_they_were_written_down_is_in_doubt(clinic):
    """A row's first moment is a little after the one at which the desk has pressed."""
    pressed = timezone.now() - timedelta(milliseconds=5)
    ana = details.take_down(name="Ana Demo", email="a@example.com", by="desk: 1", now=pressed)
    bo = details.take_down_all(
        [details.NewClient(name="Bo Demo", email="b@example.com")], by="desk: 1", now=pressed
    )[0]
    for client in (ana, bo):
        client.refresh_from_db()
        assert client.unconfirmed_since
        assert not erasing.is_in_doubt(client)
    ways_in.shut(ana, by="desk: 1", now=timezone.now() + timedelta(seconds=1))
    ana.refresh_from_db()
    assert erasing.is_in_doubt(ana)


def test_every_kind_of_row_is_there_in_these_tests(known):
    """Else a test below would say nothing of it."""
    missing = [record.name for record in CLIENTS if not record.of(known).exists()]
    assert set(missing) <= {"What you agreed to", "Wishes to be erased", "Whose record it is"}


def test_nothing_that_says_who_it_was_is_left_in_any_table(known):
    assert all(trace in whole_database().replace("''", "'") for trace in TRACES)
    erase(known)
    left = whole_database()
    assert not [trace for trace in TRACES if trace in left]


def test_what_stays_is_what_the_table_says(known):
    erase(known)
    for record in CLIENTS:
        gone = not record.of(known).exists()
        assert gone == (record.on_erase is Fate.GOES) or record.name in (
            "What you agreed to",
            "Wishes to be erased",
        ), record.name


def test_clinical_records_are_kept_with_a_sealed_name(known):
    erase(known)
    kept = KeptRecord.objects.get(client=known)
    assert kept.content.opened()["name"] == "Ana Demo"
    assert HealthCheck.objects.filter(client=known).exists()
    assert NoteVersion.objects.exists()


def test_coming_appointments_are_cancelled_and_past_ones_stay_for_the_figures(known, appointments):
    erase(known)
    assert [visit.status for visit in appointments] == [Status.COMPLETED, Status.CANCELLED]
    assert {visit.price for visit in appointments} == {60}
    assert {visit.client.name for visit in appointments} == {"Erased client"}


def test_links_in_old_mails_lead_nowhere(client, known):
    token = links.mail_token(known.appointments.first())
    mails = client_url(Purpose.PREFERENCES, known)
    assert client.get(f"/appointments/{token}/").status_code == 200
    assert client.get(mails).status_code == 200
    erase(known)
    assert client.get(f"/appointments/{token}/").status_code == 404
    assert client.get(mails).status_code == 404


def test_the_login_goes_and_is_signed_out(anas, known):
    erase(known)
    assert not User.objects.filter(email="ana@example.com").exists()
    assert anas.get("/account/").status_code == 302


def test_what_waits_for_their_address_goes_though_their_history_has_gone_before(known):
    """The history is kept for years only, and may know neither address nor login any more."""
    sign_in_mails.owe(known.email, "A code", "1234", now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(MAY_FORGET)
    known.changes.all().delete()
    erase(known)
    assert not SignInMail.objects.exists()


def test_a_login_of_the_staff_stays(known):
    User.objects.filter(pk=known.user_id).update(role=Role.DESK)
    erase(Client.objects.get(pk=known.pk))
    assert User.objects.filter(email="ana@example.com").exists()


def test_the_history_forgets_them_but_not_what_happened_to_the_diary(known):
    Client.objects.filter(pk=known.pk).update(phone="+44 98")
    erase(known)
    left = Change.objects.filter(client=known)
    assert left
    assert {change.table for change in left} == {"bookings_appointment"}
    assert not Change.objects.filter(table="bookings_user", row=known.user_id).exists()


def test_what_is_said_of_a_client_who_joined_another_is_forgotten_too(known, clinic):
    again = factories.make_client("Ana Demo", email="ana@example.com", proved_at=None)
    from_the_form = again.pk
    mailed_to = links.digest_of(again.email)
    joined = identity.prove(again, mailed_to=mailed_to, by="runner", now=timezone.now())
    assert joined == known
    assert Change.objects.filter(row=from_the_form, client=known, did="DELETE").exists()
    erase(known)
    assert "Ana Demo" not in whole_database()


def test_erasing_twice_changes_nothing(known):
    assert erase(known)
    before = whole_database()
    assert erase(known) == []
    assert whole_database() == before


def test_a_client_on_whom_nothing_hangs_goes_altogether(clinic):
    bo = factories.make_client("Bo Demo", email="bo@example.com")
    erase(bo)
    assert not Client.objects.filter(pk=bo.pk).exists()
    assert "Bo Demo" not in whole_database()


def test_the_last_mail_goes_out_before_the_address_does(known, clinic):
    erase(known, tell=True)
    mail = Mail.objects.get()
    assert (mail.kind, mail.client.email) == (MailKind.ERASED, "ana@example.com")
    message = compose(mail, clinic, now=timezone.now())
    words = part_of(message)
    assert message["To"] == "ana@example.com"
    assert "1 coming appointment is cancelled" in words
    assert "Clinical records" in words
    assert "Ana" not in words
    assert erasing.finish_all(now=timezone.now()) == 0
    Mail.objects.update(state=MailState.SENT, sent_at=timezone.now())
    assert erasing.finish_all(now=timezone.now()) == 1
    assert not [trace for trace in TRACES if trace in whole_database()]
    assert erasing.finish_all(now=timezone.now()) == 0


def test_the_last_mail_speaks_of_this_record_alone_where_others_have_the_address(known, clinic):
    factories.make_client("Bo Demo", email="Ana@example.com", proved_at=None)
    erase(known, tell=True)
    mail = Mail.objects.get()
    message = compose(mail, clinic, now=timezone.now())
    for part in ("plain", "html"):
        words = part_of(message, part)
        assert "what we knew under this record" in words
        assert "1 other record carries the same address" in words
        assert "what we knew about you" not in words
        assert "Bo" not in words


def test_an_address_signs_in_until_its_last_record_is_erased(known):
    bo = factories.make_client("Bo Demo", email="ana@example.com")
    erase(known, tell=True)
    assert identity.login_for("ana@example.com")
    erase(bo, tell=True)
    assert identity.login_for("ana@example.com") is None


def test_the_desk_is_told_of_other_records_of_the_address_and_erases_each_by_itself(desks, known):
    bo = factories.make_client("Bo Demo", email="ANA@example.com", proved_at=None)
    address = desks.post(f"/desk/clients/{known.pk}/erase/")["Location"]
    page = desks.get(address).content.decode()
    assert "These records carry the same address" in page
    assert f'href="/desk/clients/{bo.pk}/"' in page
    assert f'action="/desk/clients/{bo.pk}/erase/"' in page
    desks.post(address, {"do": "erase", "checked": "on"})
    assert Client.objects.living().filter(pk=bo.pk).exists()


@pytest.mark.parametrize("door", ["signed in", "mail link"])
def test_a_runner_asks_for_each_record_of_their_address(anas, known, door):
    bo = factories.make_client("Bo Demo", email="ana@example.com", proved_at=None)
    di = factories.make_client("Di Demo", email="ana@example.com")
    cy = factories.make_client("Cy Demo", email="cy@example.com")
    by_link = links.client_path(Purpose.YOUR_DATA, known)
    page, wish = ("/account/data/", "/account/data/wish/")
    if door == "mail link":
        page = wish = by_link
    shown = anas.get(page).content.decode()
    assert "Other records with your address" in shown
    assert "Bo Demo" in shown
    assert "Di Demo" not in shown
    for record in (bo.pk, cy.pk, "x"):
        anas.post(wish, {"do": "erase_other", "record": record})
    assert [one.client for one in erasing.ErasureRequest.objects.all()] == [bo]
    assert "You have asked for it to be erased." in anas.get(page).content.decode()
    anas.post(wish, {"do": "erase_other", "record": di.pk})
    assert di.erasure_requests.exists()


def test_an_address_that_takes_no_mail_goes_after_three_days(known):
    erase(known, tell=True)
    assert erasing.finish_all(now=timezone.now() + timedelta(days=4)) == 1
    assert "ana@example.com" not in whole_database()


def test_a_restored_backup_is_held_against_the_list(known, erasures_file):
    """The row as it was before stands for the restored one."""
    before = Client.objects.filter(pk=known.pk).values().get()
    user = User.objects.filter(pk=known.user_id).values().get()
    erase(known)
    assert "Ana" not in erasures_file.read_text()
    User.objects.create(**user)
    Client.objects.filter(pk=known.pk).update(**before)
    factories.make_race(known, name="Ana's Marathon")
    call_command("reapply_erasures", verbosity=0)
    assert not [trace for trace in TRACES if trace in whole_database()]
    assert not Race.objects.exists()
    call_command("reapply_erasures", verbosity=0)


def test_somebody_new_with_the_number_of_somebody_erased_is_left_alone(clinic, clock):
    bo = factories.make_client("Bo Demo")
    erase(bo)
    clock.move_to(timezone.now() + timedelta(minutes=1))
    cy = factories.make_client("Cy Demo", pk=bo.pk)
    call_command("reapply_erasures", verbosity=0)
    assert Client.objects.get(pk=cy.pk).name == "Cy Demo"


def test_a_line_that_could_not_be_written_is_added_later(known, erasures_file):
    erase(known)
    erasures_file.write_text("")
    assert erased_list.add_missing() == 1
    assert erased_list.add_missing() == 0
    assert [one.client for one in erased_list.read()] == [known.pk]


def test_half_a_line_swallows_no_later_one_and_is_not_passed_over(known, erasures_file):
    """A power cut has left it; the next erasure stands on a line of its own."""
    erasures_file.parent.mkdir()
    erasures_file.write_text('{"client": 1, "known')
    erase(known)
    half, whole, end = erasures_file.read_text().split("\n")
    assert (half, end) == ('{"client": 1, "known', "")
    assert json.loads(whole)["client"] == known.pk
    with pytest.raises(erased_list.BadList, match=r"Line 1 of .*cannot be read"):
        erased_list.read()
    assert erased_list.add_missing() == 0
    with pytest.raises(CommandError, match=r"Nobody was erased again\. Line 1"):
        call_command("reapply_erasures", verbosity=0)


def test_a_byte_of_a_line_that_has_changed_is_noticed(known, erasures_file):
    erase(known)
    line = erasures_file.read_bytes()
    for place in range(len(line) - 1):
        erasures_file.write_bytes(line[:place] + bytes([line[place] ^ 1]) + line[place + 1 :])
        with pytest.raises(erased_list.BadList):
            erased_list.read()


def test_a_disk_that_takes_half_of_a_line_leaves_none_of_it(known, erasures_file):
    """The kernel writes up to a limit, and says only by a number that it was not all."""
    erased_list.note(known, at=timezone.now())
    before = erasures_file.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 40, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            erased_list.note(known, at=timezone.now())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert erasures_file.read_bytes() == before


@pytest.mark.parametrize(
    ("day", "until"),
    [(date(2020, 5, 4), date(2028, 5, 4)), (date(2024, 2, 29), date(2032, 2, 29))],
)
def test_eight_years_after_the_last_visit(day, until):
    assert erasing.years_after(day, 8) == until
    assert erasing.years_after(date(2024, 2, 29), 1) == date(2025, 3, 1)


def test_records_go_by_themselves_when_their_time_is_over(known, clinic):
    erase(known)
    now = timezone.now()
    last = known.appointments.filter(status=Status.COMPLETED).get().ends_at
    assert retention.keep_no_longer(now=now)["kept records"] == 0
    HealthCheck.objects.update(given_at=last)
    Client.objects.update(created_at=last - timedelta(days=1))
    eight = erasing.years_after(last.date(), 8)
    soon = last + (eight - last.date()) - timedelta(days=1)
    assert retention.keep_no_longer(now=soon)["kept records"] == 0
    assert retention.keep_no_longer(now=soon + timedelta(days=2))["kept records"] == 1
    assert not HealthCheck.objects.exists()
    assert not NoteVersion.objects.exists()
    assert not KeptRecord.objects.exists()
    assert Appointment.objects.count() == 2


def test_a_visit_that_is_only_booked_prolongs_nothing(known, clinic):
    now = timezone.now()
    last = known.appointments.get(status=Status.COMPLETED).ends_at
    HealthCheck.objects.update(given_at=last)
    Client.objects.filter(pk=known.pk).update(created_at=last)
    known.refresh_from_db()
    local = clinic.day_of(last)
    assert erasing.kept_until(known, clinic, now=now) == erasing.years_after(local, 8)


def test_a_client_who_asked_for_nothing_is_erased_after_the_same_time(known, clinic):
    ten_years = timezone.now() + timedelta(days=3660)
    done = retention.keep_no_longer(now=ten_years)
    assert done["clients long gone"] == 1
    assert not [trace for trace in TRACES if trace in whole_database()]
    assert not NoteVersion.objects.exists()
    assert not any(retention.keep_no_longer(now=ten_years).values())


def test_a_newcomer_who_never_came_is_forgotten_and_one_who_came_is_not(clinic, visit):
    came = factories.make_client("Came Demo", proved_at=None)
    visit(came, -100, status=Status.COMPLETED)
    cancelled = factories.make_client("Gone Demo", proved_at=None)
    visit(cancelled, -100, status=Status.CANCELLED)
    factories.make_client("Never Demo", proved_at=None)
    assert retention.keep_no_longer(now=timezone.now())["newcomers"] == 0
    now = timezone.now() + timedelta(days=91)
    assert retention.keep_no_longer(now=now)["newcomers"] == 2
    left = whole_database()
    assert "Came Demo" in left
    assert "Gone Demo" not in left
    assert "Never Demo" not in left


def test_old_holds_lines_in_mails_and_history_go(clinic, ana, visit, massage, kim, room):
    held = factories.make_appointment(
        starts_at=factories.NOW, treatment=massage, therapist=kim, room=room,
        status=Status.EXPIRED, held_from="hash", created_at=timezone.now(),
    )  # fmt: skip
    booked = visit(ana, 3, held_from="hash", visitor="hash", created_at=timezone.now())
    outbox.owe(MailKind.CONFIRMED, booked, now=timezone.now())
    Mail.objects.update(state=MailState.DEAD, note="See you, Ana", last_error="ana@example.com?")
    retention.keep_no_longer(now=timezone.now())
    assert Appointment.objects.filter(pk=held.pk).exists()
    retention.keep_no_longer(now=timezone.now() + timedelta(days=181))
    assert not Appointment.objects.filter(pk=held.pk).exists()
    booked.refresh_from_db()
    assert (booked.held_from, booked.visitor) == ("", "")
    assert set(Mail.objects.values_list("note", "last_error")) == {("", "")}
    assert Change.objects.exists()
    retention.keep_no_longer(now=timezone.now() + timedelta(days=3 * 366))
    assert not Change.objects.filter(at__lt=timezone.now()).exists()


def test_the_desk_sees_what_goes_and_stays_and_carries_it_out(anas, desks, known):
    anas.post("/account/data/wish/", SURELY)
    anas.post("/account/data/wish/", SURELY)
    wish = known.erasure_requests.get()
    assert "Ana Demo" in desks.get("/desk/erasures/").content.decode()
    page = desks.get(f"/desk/erasures/{wish.pk}/").content.decode()
    assert "<li>Races: 1</li>" in page
    assert "Clinical records stay until" in page
    unchecked = desks.post(f"/desk/erasures/{wish.pk}/", {"do": "erase"})
    assert unchecked.status_code == 422
    assert "make sure first" in unchecked.content.decode()
    assert Race.objects.exists()
    desks.post(f"/desk/erasures/{wish.pk}/", {"do": "erase", "checked": "on"})
    wish.refresh_from_db()
    assert (wish.state, wish.answered_by) == (
        "done",
        f"desk: {User.objects.get(role=Role.DESK).pk}",
    )
    assert "Ana" not in json.dumps(wish.outcome)
    assert not [trace for trace in TRACES if trace in whole_database()]
    assert desks.get(f"/desk/erasures/{wish.pk}/").status_code == 200
    assert desks.post(f"/desk/erasures/{wish.pk}/", {"checked": "on"}).status_code == 200


SURE = {"do": "erase", "checked": "on"}


def asked_at_the_desk(browser, client) -> str:
    """The page of the wish."""
    return browser.post(f"/desk/clients/{client.pk}/erase/")["Location"]


def is_erased(client) -> bool:
    return Client.objects.get(pk=client.pk).erased_at is not None


@pytest.fixture
def new_address(known):
    """Which that login has typed a day after the record was made."""

    def _new(login):
        now = known.created_at + timedelta(days=1)
        by = f"{login.role}: {login.pk}"
        ways_in.change_the_lock(known, users=[known.user], addresses=[], by=by, now=now)

    return _new


@pytest.fixture
def dee(clinic):
    return factories.make_user("dee@example.com", name="Dee Demo", role=Role.DESK)


def test_who_asks_is_in_doubt_where_an_address_was_changed_and_the_page_says_so(
    known, desks, dee, new_address
):
    assert (
        "Is it the client who asks"
        not in desks.get(asked_at_the_desk(desks, known)).content.decode()
    )
    new_address(dee)
    shown = desks.get(asked_at_the_desk(desks, known)).content.decode()
    assert "Is it the client who asks" in shown
    assert "desk: Dee Demo" in shown


def test_whoever_has_changed_it_does_not_erase_and_somebody_else_does(
    known, desks, dee, new_address, signed_in
):
    new_address(dee)
    page = asked_at_the_desk(desks, known)
    refused = signed_in(dee).post(page, SURE)
    assert refused.status_code == 422
    assert "Somebody else must make sure" in " ".join(refused.content.decode().split())
    assert not is_erased(known)
    desks.post(page, SURE)
    assert is_erased(known)


def test_nor_does_a_second_login_of_theirs(known, owners, new_address, signed_in):
    new_address(User.objects.get(role=Role.OWNER))
    made = {"email": "own2@example.net", "role": "desk", "is_active": "on"}
    assert send(is_still_you(owners), new(User), **made).status_code == 302
    second = signed_in(User.objects.get(email="own2@example.net"))
    assert second.post(asked_at_the_desk(second, known), SURE).status_code == 422
    assert not is_erased(known)


def test_once_somebody_has_confirmed_it_anybody_erases(known, dee, new_address, signed_in):
    new_address(dee)
    Client.objects.filter(pk=known.pk).update(unconfirmed_since=None, unconfirmed_by="")
    hers = signed_in(dee)
    hers.post(asked_at_the_desk(hers, known), SURE)
    assert is_erased(known)


def test_whom_the_desk_has_written_down_it_may_erase(clinic, desks):
    desks.post("/desk/clients/new/", {"name": "Bo Demo", "email": "bo@example.com"})
    bo = Client.objects.get(name="Bo Demo")
    page = asked_at_the_desk(desks, bo)
    assert "Is it the client who asks" not in desks.get(page).content.decode()
    assert desks.post(page, SURE, follow=True).status_code == 200
    assert not Client.objects.filter(name="Bo Demo").exists()


def test_where_one_person_is_the_whole_clinic_nobody_else_could(known, dee, new_address, signed_in):
    new_address(dee)
    User.objects.exclude(pk=dee.pk).update(is_active=False)
    hers = signed_in(dee)
    hers.post(asked_at_the_desk(hers, known), SURE)
    assert is_erased(known)


@pytest.mark.parametrize("answered", ["done", "withdrawn", "declined"])
def test_a_wish_that_was_answered_meanwhile_is_not_carried_out(known, answered):
    wish = erasing.ask(known, how="test", now=timezone.now())
    if answered == "done":
        erase(known, request=wish)
    elif answered == "withdrawn":
        erasing.withdraw(known, now=timezone.now())
    else:
        erasing.decline(wish, "no", by="desk: 1", now=timezone.now())
    state = whole_database()
    with pytest.raises(erasing.AnsweredMeanwhile):
        erase(known, request=wish)
    with pytest.raises(erasing.AnsweredMeanwhile):
        erasing.decline(wish, "no", by="desk: 1", now=timezone.now())
    assert whole_database() == state


def test_a_wish_is_taken_back_or_declined_with_a_reason(anas, desks, known):
    anas.post("/account/data/wish/", SURELY)
    anas.post("/account/data/wish/", {"do": "keep"})
    assert known.erasure_requests.get().state == "withdrawn"
    response = desks.post(f"/desk/clients/{known.pk}/erase/")
    address = response["Location"]
    assert desks.post(address, {"do": "decline"}).status_code == 422
    desks.post(address, {"do": "decline", "why": "You owe us nothing but an answer."})
    assert "nothing but an answer" in anas.get("/account/data/").content.decode()


def test_thirty_wishes_take_as_many_queries_as_one(
    desks, clinic, django_assert_max_num_queries, django_assert_num_queries
):
    erasing.ask(factories.make_client(), how="test", now=timezone.now())
    with django_assert_max_num_queries(12) as seen:
        desks.get("/desk/erasures/")
    for _ in range(29):
        erasing.ask(factories.make_client(), how="test", now=timezone.now())
    with django_assert_num_queries(len(seen)):
        desks.get("/desk/erasures/")


def test_the_language_goes_with_the_address_after_the_last_mail_in_it(known):
    Client.objects.filter(pk=known.pk).update(language="de")
    erase(known, tell=True)
    assert Client.objects.get(pk=known.pk).language == "de"
    Mail.objects.filter(client=known).update(state=MailState.SENT, sent_at=timezone.now())
    erasing.finish_all(now=timezone.now())
    assert Client.objects.get(pk=known.pk).language == ""
