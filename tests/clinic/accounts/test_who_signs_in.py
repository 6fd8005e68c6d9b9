"""An address is a key: whoever changes it opens no health data, and old keys open nothing.

Each attack walks round the locks as somebody did: the desk gives a client an address of its own, or
puts them together with a record of its own; a stranger presses a link that was mailed by mistake; a
therapist books herself into somebody's history. Beside them, people who do nothing wrong.
"""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from bookings import links
from bookings.actions.clients import identity
from bookings.actions.scheduling import unproved
from bookings.core.scheduling.statuses import Status
from bookings.links import Purpose
from bookings.mail.compose import compose
from bookings.mail.contents import SUBJECTS
from bookings.models import Appointment, Client, Clinic, Mail, MailKind, SignInEvent, User
from clinic.records import erase as erasing
from clinic.records import merge as merging
from tests import factories
from tests.clinic.accounts.conftest import ANSWER, DATA, NOTE, nothing_of_health
from tests.clock import day_of
from tests.reading import part_of, present
from therapists import feeds

THE_DESKS_OWN = "dees-own@example.net"


@pytest.fixture(autouse=True)
def desk_without_a_factor(settings):
    settings.STAFF_NEED_A_SECOND_FACTOR = False


@pytest.fixture
def change_at_the_desk(change_as, desks):
    return lambda client, **typed: change_as(desks, client, **typed)


@pytest.fixture
def mailed():
    """The links that stand in the newest mail to that client, as it goes out."""

    def _mailed(client, kind=MailKind.NEW_LINKS):
        mail = Mail.objects.filter(client=client, kind=kind).latest("pk")
        mail.client = Client.objects.get(pk=client.pk)
        message = compose(mail, Clinic.objects.the(), now=timezone.now())
        text = part_of(message)
        return message["To"], list(dict.fromkeys(re.findall(r"/appointments/[^/\s]+/", text)))

    return _mailed


# The desk


def test_the_desk_that_takes_over_an_address_reads_no_health_data(
    treated, change_at_the_desk, sign_in_by_code
):
    change_at_the_desk(treated, email=THE_DESKS_OWN)
    attacker = sign_in_by_code(THE_DESKS_OWN)
    assert "Sports massage" in attacker.get("/account/").content.decode()
    assert nothing_of_health(attacker)
    told = attacker.get("/account/data/").content.decode()
    assert "not here: your therapist first asks you" in told


def test_nor_does_it_through_the_admin(treated, desks, sign_in_by_code):
    page = f"/admin/bookings/client/{treated.pk}/change/"
    typed = {"name": treated.name, "email": THE_DESKS_OWN, "phone": "", "_save": "Save"}
    assert desks.post(page, typed).status_code == 302
    assert Client.objects.get(pk=treated.pk).email == THE_DESKS_OWN
    assert nothing_of_health(sign_in_by_code(THE_DESKS_OWN))


def test_nor_of_somebody_it_has_written_down_itself(
    clinic, desks, sign_in_by_code, visit, note, massage
):
    desks.post("/desk/clients/new/", {"name": "Bo Demo", "email": THE_DESKS_OWN})
    bo = Client.objects.get(name="Bo Demo")
    note(visit(bo, days=-1, status=Status.COMPLETED))
    attacker = sign_in_by_code(THE_DESKS_OWN)
    assert "Bo Demo" in attacker.get(DATA).content.decode()
    assert nothing_of_health(attacker)


@pytest.mark.parametrize("kept_is", ["the desk's", "the client's"])
def test_a_client_merged_with_a_record_of_the_desks_own_tells_it_nothing(
    treated, desks, sign_in_by_code, kept_is
):
    own = factories.make_client("Ana Demo", email=THE_DESKS_OWN)
    attacker = sign_in_by_code(THE_DESKS_OWN)
    kept, gone = (own, treated) if kept_is == "the desk's" else (treated, own)
    email = "kept" if kept_is == "the desk's" else "gone"
    seen = merging.preview(kept, gone, Clinic.objects.the()).digest
    merged = desks.post(f"/desk/clients/{kept.pk}/merge/{gone.pk}/", {"email": email, "seen": seen})
    assert merged.status_code == 302
    assert attacker.get("/account/").status_code == 302  # signed out
    kept = Client.objects.get(pk=kept.pk)
    assert (kept.user, kept.email) == (None, THE_DESKS_OWN)
    assert nothing_of_health(sign_in_by_code(THE_DESKS_OWN))


def test_the_owner_still_sees_who_signed_in_once_the_desk_has_set_the_address_back(
    clinic, ana, change_at_the_desk, sign_in_by_code, owners
):
    change_at_the_desk(ana, email=THE_DESKS_OWN)
    sign_in_by_code(THE_DESKS_OWN, Browser(headers={"User-Agent": "Opera OPR/1 Linux"}))
    change_at_the_desk(ana, email="ana@example.com")
    kept = SignInEvent.objects.filter(client=ana, user=None)
    assert kept.filter(kind__in=["signed_in", "new_device"]).exists()
    shown = owners.get("/desk/sign-ins/").content.decode()
    assert "Opera, Linux" in shown
    assert re.search(rf'a login of <a class="who" href="/desk/clients/{ana.pk}/">', shown)
    assert THE_DESKS_OWN not in shown
    own_data = sign_in_by_code("ana@example.com").get("/account/data/").content.decode()
    assert "Opera, Linux" in own_data


def test_so_does_the_owner_after_a_merge(clinic, ana, desks, sign_in_by_code, owners):
    own = factories.make_client("Ana Demo", email=THE_DESKS_OWN)
    sign_in_by_code(THE_DESKS_OWN, Browser(headers={"User-Agent": "Opera OPR/1 Linux"}))
    seen = merging.preview(ana, own, Clinic.objects.the()).digest
    desks.post(f"/desk/clients/{ana.pk}/merge/{own.pk}/", {"email": "kept", "seen": seen})
    assert not Client.objects.filter(pk=own.pk).exists()
    assert SignInEvent.objects.filter(client=ana, browser="Opera, Linux").exists()
    assert "Opera, Linux" in owners.get("/desk/sign-ins/").content.decode()


def test_only_erasing_that_client_forgets_who_signed_in(
    clinic, ana, change_at_the_desk, sign_in_by_code
):
    change_at_the_desk(ana, email=THE_DESKS_OWN)
    sign_in_by_code(THE_DESKS_OWN)
    change_at_the_desk(ana, email="ana@example.com")
    other = factories.make_client("Bo Demo", email=THE_DESKS_OWN)
    now = timezone.now()
    erasing.erase(other, tell=False, by="desk", now=now)
    assert SignInEvent.objects.filter(client=ana, kind="signed_in").exists()
    erasing.erase(ana, tell=False, by="desk", now=now)
    assert not SignInEvent.objects.filter(client=ana).exists()
    assert not Client.objects.filter(pk=ana.pk).exists()


def test_two_records_that_join_by_themselves_tell_it_nothing_either(
    treated, change_at_the_desk, sign_in_by_code, mailed
):
    own = factories.make_client("Ana Demo", email=THE_DESKS_OWN)
    attacker = sign_in_by_code(THE_DESKS_OWN)
    change_at_the_desk(treated, email=THE_DESKS_OWN)
    to, [page] = mailed(treated)
    assert to == THE_DESKS_OWN
    Browser().post(f"{page}thats-me/")
    assert not Client.objects.filter(pk=treated.pk).exists()
    assert attacker.get("/account/").status_code == 302
    own.refresh_from_db()
    assert own.unconfirmed_since
    assert nothing_of_health(sign_in_by_code(THE_DESKS_OWN))


def test_nor_when_the_desk_says_of_the_other_record_that_it_is_its_own(
    treated, change_at_the_desk, sign_in_by_code
):
    factories.make_client("Ana Demo", email=THE_DESKS_OWN)
    sign_in_by_code(THE_DESKS_OWN)
    change_at_the_desk(treated, email=THE_DESKS_OWN)
    attacker = sign_in_by_code(THE_DESKS_OWN)
    attacker.post(f"/account/yours/{treated.pk}/", {"do": "yes"})
    assert not Client.objects.filter(pk=treated.pk).exists()
    assert nothing_of_health(sign_in_by_code(THE_DESKS_OWN))


def test_all_that_opened_the_record_before_ends_with_the_address(
    treated, anas, change_at_the_desk, client, mailed
):
    feed = feeds.renew(client=treated)
    visit = treated.appointments.upcoming(timezone.now()).get()
    old = [
        f"/appointments/{links.mail_token(visit)}/",
        f"/appointments/{links.calendar_token(visit)}/",
        feeds.url_of(feed),
        links.client_url(Purpose.PREFERENCES, treated),
        links.client_url(Purpose.YOUR_DATA, treated),
    ]
    assert {client.get(url).status_code for url in old} == {200}
    change_at_the_desk(treated, email="ana@new.example.com")
    assert {client.get(url).status_code for url in old} == {404}
    assert anas.get("/account/").status_code == 302
    _, [page] = mailed(treated)
    assert client.get(page).status_code == 200
    cancelled = client.post(f"{page}cancel/", follow=True).content.decode()
    assert "Cancelled" in cancelled


def test_the_old_address_and_the_new_one_are_told_in_neutral_words(
    treated, change_at_the_desk, mail_to, mailed
):
    change_at_the_desk(treated, email="ana@new.example.com")
    old = mail_to("ana@example.com")
    assert "no longer writes to this address" in old
    assert "Ana" not in old
    assert "Sports massage" not in old
    assert "new.example.com" not in old
    assert mailed(treated)[0] == "ana@new.example.com"


def test_changing_the_address_twice_mails_the_links_to_the_last_one_alone(
    treated, change_at_the_desk
):
    change_at_the_desk(treated, email="one@example.net")
    change_at_the_desk(treated, email="two@example.net")
    owed = Mail.objects.filter(client=treated, kind=MailKind.NEW_LINKS).order_by("pk")
    whys = [SUBJECTS[mail.kind].why_not(mail) for mail in owed]
    assert [why is None for why in whys] == [False, True]


# Confirming


@pytest.fixture
def moved_house(treated, change_at_the_desk, sign_in_by_code):
    """Ana rang from her new address; she is who she says."""
    change_at_the_desk(treated, email="ana@new.example.com")
    return sign_in_by_code("ana@new.example.com")


def seen(client):
    return {"seen": present(Client.objects.get(pk=client.pk).unconfirmed_since).isoformat()}


def test_one_press_of_who_treats_them_opens_it_and_is_recorded(treated, moved_house, kims):
    visit = treated.appointments.upcoming(timezone.now()).get()
    brief = kims.get(f"/visits/{visit.pk}/").content.decode()
    assert "ana@new.example.com" in brief
    assert "Yes, it is theirs" in brief
    kims.post(f"/clients/{treated.pk}/confirm/", seen(treated))
    shown = moved_house.get(DATA).content.decode()
    assert ANSWER in shown
    assert NOTE in shown
    event = treated.record_events.get(kind="person confirmed")
    assert event.by.startswith("therapist: ")
    assert "Yes, it is theirs" not in kims.get(f"/visits/{visit.pk}/").content.decode()


def test_the_owner_confirms_on_the_clients_record(treated, moved_house, owners):
    assert "Yes, it is theirs" in owners.get(f"/desk/clients/{treated.pk}/").content.decode()
    owners.post(f"/clients/{treated.pk}/confirm/", seen(treated))
    assert NOTE in moved_house.get(DATA).content.decode()


def test_nobody_else_confirms(treated, moved_house, desks, lees):
    for browser in (desks, lees, moved_house, Browser()):
        answer = browser.post(f"/clients/{treated.pk}/confirm/", seen(treated))
        assert answer.status_code in (302, 403)
    assert nothing_of_health(moved_house)


def test_what_was_changed_after_the_page_was_opened_is_not_confirmed(
    treated, moved_house, kims, change_at_the_desk, clock, sign_in_by_code
):
    opened = seen(treated)
    clock.move_to(timezone.now() + timedelta(minutes=5))
    change_at_the_desk(treated, email=THE_DESKS_OWN)
    said = kims.post(f"/clients/{treated.pk}/confirm/", opened, follow=True).content.decode()
    assert "Something has changed since" in said
    assert nothing_of_health(sign_in_by_code(THE_DESKS_OWN))


def test_confirming_without_having_seen_anything_confirms_nothing(treated, kims):
    kims.post(f"/clients/{treated.pk}/confirm/", {"seen": ""})
    assert not treated.record_events.filter(kind="person confirmed").exists()


def test_what_they_tell_meanwhile_is_theirs_to_see(treated, moved_house, tell):
    tell("the other knee")
    assert "the other knee" in moved_house.get(DATA).content.decode()
    assert "the other knee" in moved_house.get("/health/?all").content.decode()
    assert nothing_of_health(moved_house)


# The mistyped address


@pytest.fixture
def mistyped(massage, send_details, only, mailed):
    """Bo booked with an address that is somebody else's; the mail has gone there."""
    send_details(name="Ana Demo", email="an@example.com")
    booked = only()
    _, pages = mailed(booked.client, kind=MailKind.CONFIRMED)
    return booked, pages[0]


def test_a_link_proves_only_the_address_it_was_mailed_to(
    ana, mistyped, change_at_the_desk, client, mailed
):
    factories.make_race(ana, name="Ana's Marathon")
    booked, strangers = mistyped
    change_at_the_desk(booked.client, email="ana@example.com")
    for page in ("thats-me/", "cancel/", "coming/"):
        assert client.post(f"{strangers}{page}").status_code == 404
    assert client.get(f"{strangers}plan/").status_code == 404
    booked.refresh_from_db()
    assert booked.status == Status.BOOKED
    assert booked.client.is_provisional
    _, [hers] = mailed(booked.client)
    client.post(f"{hers}thats-me/")
    booked.refresh_from_db()
    assert booked.client == ana


def test_a_link_pressed_while_the_address_is_being_corrected_proves_nothing(
    mistyped, change_at_the_desk, client, monkeypatch
):
    """Looked up before the change, carried out after it."""
    booked, _ = mistyped
    opened = Appointment.objects.with_everything().get(pk=booked.pk)
    old = links.digest_of(opened.client.email)
    change_at_the_desk(booked.client, email="ana@example.com")
    with pytest.raises(identity.AnotherAddress):
        identity.prove(opened.client, mailed_to=old, by="runner", now=timezone.now())


def test_the_link_that_stops_mails_leads_no_stranger_on(mistyped, change_at_the_desk, client):
    booked, _ = mistyped
    for_ever = links.client_url(Purpose.UNSUBSCRIBE, booked.client, group="reminders")
    assert "/mails/" in client.get(for_ever).content.decode()
    change_at_the_desk(booked.client, email="ana@example.com")
    stopped = client.post(for_ever)
    assert stopped.status_code == 200
    assert "/mails/" not in stopped.content.decode()


@pytest.fixture
def two_of_a_stranger(massage, send_details, at, mailed):
    """Booked with Ann's address and not by her; the link of the first mail that she gets."""
    for day in (4, 5):
        send_details(Browser(), start=at(day, 14), name="Ann Other", email="ann@example.com")
    first, second = Appointment.objects.visits().order_by("starts_at")
    _, pages = mailed(first.client, kind=MailKind.CONFIRMED)
    return first, second, pages[0]


def test_whoever_cancels_one_as_not_theirs_confirms_no_other(two_of_a_stranger, client):
    first, second, page = two_of_a_stranger
    seen = client.get(f"{page}cancel/").context["form"].initial
    client.post(f"{page}cancel/", {**seen, "reason": "mistake"})
    for visit, status in ((first, Status.CANCELLED), (second, Status.BOOKED)):
        visit.refresh_from_db()
        assert visit.status == status
        assert visit.prove_by is not None
        assert visit.client.is_provisional


def test_whoever_stops_the_mails_or_asks_for_the_data_confirms_nothing(two_of_a_stranger, client):
    for visit in two_of_a_stranger[:2]:
        client.post(links.client_url(Purpose.PREFERENCES, visit.client), {})
        client.post(links.client_url(Purpose.YOUR_DATA, visit.client), {"do": "send"})
        client.post(links.client_url(Purpose.YOUR_DATA, visit.client), {"do": "erase", "sure": "1"})
        visit.client.refresh_from_db()
        assert visit.client.is_provisional
        assert not visit.client.wants_reminders
        assert Appointment.objects.filter(pk=visit.pk).awaiting_proof().exists()


def test_nobody_is_asked_whether_what_they_booked_signed_in_is_theirs(
    two_of_a_stranger, sign_in_by_code, send_details, at
):
    browser = sign_in_by_code("ann@example.com")
    send_details(browser, start=at(6, 14), name="Ann Real", email="ann@example.com")
    own = Appointment.objects.visits().latest("pk")
    page = browser.get("/account/")
    assert own not in page.context["asked"]
    assert own in [one.appointment for one in page.context["visits"].ahead]
    strangers = [visit.client_id for visit in two_of_a_stranger[:2]]
    browser.post("/account/yours/", {"do": "cancel", "record": [*strangers, own.client_id]})
    own.refresh_from_db()
    assert own.status == Status.BOOKED
    assert own.client.name == "Ann Real"


def test_a_typo_that_the_desk_corrects_costs_the_runner_nothing(
    mistyped, change_at_the_desk, client, mailed, sign_in_by_code, tell
):
    booked, _ = mistyped
    bo = change_at_the_desk(booked.client, email="bo@example.com")
    _, [page] = mailed(bo)
    client.post(f"{page}thats-me/")
    assert client.get(f"{page}move/").status_code == 200
    browser = sign_in_by_code("bo@example.com")
    bo.refresh_from_db()
    tell("my own knee", client=bo)
    assert "Sports massage" in browser.get("/account/").content.decode()
    assert "my own knee" in browser.get(DATA).content.decode()
    assert "my own knee" in browser.get("/health/?all").content.decode()


# A booking in somebody else's name


@pytest.fixture
def in_anas_name(treated, lee, massage, send_details, room):
    """Lee, who treats others, books Ana with herself on the public pages."""
    massage.therapists.add(lee)
    factories.make_week(lee)
    send_details(Browser(), therapist=lee.slug, name="Ana Demo", email="ana@example.com")
    return Appointment.objects.get(therapist=lee)


def history_of(browser, client):
    return browser.get(f"/clients/{client.pk}/history/").status_code


def test_a_therapist_who_books_herself_in_sees_nothing_by_the_clients_signing_in(
    treated, in_anas_name, lees, sign_in_by_code
):
    shown = sign_in_by_code("ana@example.com").get("/account/").content.decode()
    assert "Is this yours?" in shown
    in_anas_name.refresh_from_db()
    assert in_anas_name.client != treated
    assert history_of(lees, treated) == 403


def test_asked_whether_it_is_hers_a_client_says_no_once_and_for_all(
    treated, in_anas_name, lees, sign_in_by_code
):
    anas = sign_in_by_code("ana@example.com")
    anas.post(f"/account/yours/{in_anas_name.client_id}/", {"do": "leave"})
    in_anas_name.refresh_from_db()
    assert in_anas_name.client != treated
    again = sign_in_by_code("ana@example.com").get("/account/").content.decode()
    assert "Is this yours?" not in again
    assert history_of(lees, treated) == 403


def test_asked_whether_it_is_hers_a_client_says_yes_and_it_is_a_visit_like_any_other(
    treated, in_anas_name, lees, sign_in_by_code
):
    anas = sign_in_by_code("ana@example.com")
    anas.post(f"/account/yours/{in_anas_name.client_id}/", {"do": "yes"})
    assert "Is this yours?" not in anas.get("/account/").content.decode()
    in_anas_name.refresh_from_db()
    assert in_anas_name.client == treated
    assert history_of(lees, treated) == 200
    assert NOTE in anas.get(DATA).content.decode()


def test_what_belongs_to_somebody_she_knows_stays_as_it_is(in_anas_name, sign_in_by_code):
    anas = sign_in_by_code("ana@example.com")
    anas.post(f"/account/yours/{in_anas_name.client_id}/", {"do": "leave"})
    in_anas_name.refresh_from_db()
    assert in_anas_name.status == Status.BOOKED
    assert Mail.objects.unfinished().filter(client=in_anas_name.client).exists()


def test_what_is_of_nobody_she_knows_is_given_back_and_no_mail_follows(
    in_anas_name, sign_in_by_code, desks
):
    anas = sign_in_by_code("ana@example.com")
    anas.post(f"/account/yours/{in_anas_name.client_id}/", {"do": "cancel"})
    assert "Is this yours?" not in anas.get("/account/").content.decode()
    in_anas_name.refresh_from_db()
    record = in_anas_name.client
    assert in_anas_name.status == Status.CANCELLED
    assert not Mail.objects.unfinished().filter(client=record).exists()
    assert record.email == ""
    home = desks.get("/desk/").content.decode()
    assert "they know nobody of this name" in home
    assert f"/diary/appointments/{in_anas_name.pk}/" in home
    page = desks.get(f"/desk/clients/{record.pk}/").content.decode()
    assert "Said to be nobody" in page


def test_what_the_desk_has_made_or_kept_stays_and_only_the_mails_end(
    in_anas_name, sign_in_by_code, desks
):
    unproved.keep(in_anas_name, by="desk: 1", now=timezone.now())
    anas = sign_in_by_code("ana@example.com")
    anas.post(f"/account/yours/{in_anas_name.client_id}/", {"do": "cancel"})
    in_anas_name.refresh_from_db()
    assert in_anas_name.status == Status.BOOKED
    assert not Mail.objects.unfinished().filter(client=in_anas_name.client).exists()
    assert f"/diary/appointments/{in_anas_name.pk}/" in desks.get("/desk/").content.decode()


@pytest.mark.parametrize(
    ("answer", "left"), [("cancel", 0), ("leave", 2), ("yes", 2), ("nonsense", 2)]
)
def test_one_press_answers_for_all_that_the_page_has_asked(
    in_anas_name, sign_in_by_code, massage, send_details, at, answer, left
):
    send_details(Browser(), start=at(5, 14), name="Ana Demo", email="ana@example.com")
    anas = sign_in_by_code("ana@example.com")
    page = anas.get("/account/").content.decode()
    records = re.findall(r'name="record" value="(\d+)"', page)
    assert len(records) == 2
    anas.post("/account/yours/", {"do": answer, "record": [*records, "0", "x"]})
    assert "Is this yours?" not in anas.get("/account/").content.decode()
    theirs = Appointment.objects.filter(booking_key__isnull=False, status=Status.BOOKED)
    assert theirs.count() == left


def test_what_has_come_since_the_page_was_opened_is_not_answered_for(
    in_anas_name, sign_in_by_code, send_details, at
):
    anas = sign_in_by_code("ana@example.com")
    send_details(Browser(), start=at(5, 14), name="Ana Demo", email="ana@example.com")
    anas.post("/account/yours/", {"do": "cancel", "record": [in_anas_name.client_id]})
    assert "Is this yours?" in anas.get("/account/").content.decode()


def test_a_merge_at_the_desk_vouches_for_no_visit(treated, in_anas_name, lees, desks):
    gone = in_anas_name.client
    seen = merging.preview(treated, gone, Clinic.objects.the()).digest
    desks.post(f"/desk/clients/{treated.pk}/merge/{gone.pk}/", {"seen": seen})
    in_anas_name.refresh_from_db()
    assert in_anas_name.client == treated
    assert history_of(lees, treated) == 403
    day = day_of(in_anas_name.starts_at)
    assert NOTE not in lees.get(f"/today/{day}/").content.decode()


def test_nobody_answers_for_somebody_else(treated, in_anas_name, signed_in):
    bo = factories.make_client("Bo Demo", user=factories.make_user("bo@example.com"))
    signed_in(bo.user).post(f"/account/yours/{in_anas_name.client_id}/", {"do": "yes"})
    in_anas_name.refresh_from_db()
    assert in_anas_name.client not in (bo, treated)


# Whose health data a therapist sees, and for how long


@pytest.mark.parametrize(
    ("days", "status"),
    [(15, 403), (14, 200), (0, 200), (-179, 200), (-181, 403)],
)
def test_care_begins_two_weeks_before_a_visit_and_ends_half_a_year_after_it(
    treated, lee, lees, massage, room, days, status
):
    factories.make_appointment(
        starts_at=timezone.now() + timedelta(days=days),
        treatment=massage, therapist=lee, room=room, client=treated,
        status=Status.BOOKED if days >= 0 else Status.COMPLETED,
    )  # fmt: skip
    assert history_of(lees, treated) == status


def test_the_next_visit_renews_it_and_the_clinic_says_for_how_long(
    treated, lee, lees, massage, room, at, clinic
):
    def been(days):
        factories.make_appointment(
            starts_at=at(-days, 9), treatment=massage, therapist=lee, room=room, client=treated,
            status=Status.COMPLETED,
        )  # fmt: skip

    been(300)
    assert history_of(lees, treated) == 403
    been(100)
    assert history_of(lees, treated) == 200
    Clinic.objects.update(care_days=90)
    assert history_of(lees, treated) == 403


def test_a_day_far_ahead_shows_who_comes_and_nothing_of_their_health(treated, visit, kims, at, kim):
    """Kim treats Ana, of whom another visit is near; of Bo there is only one far ahead."""
    bo = factories.make_client("Bo Demo", health_hold=True)
    booked = visit(bo, days=40)
    page = kims.get(f"/today/{day_of(booked.starts_at)}/").content.decode()
    assert "Bo Demo" in page
    assert "On hold" not in page
    assert kims.get(f"/visits/{booked.pk}/").status_code == 403


def test_a_newcomer_who_comes_before_proving_anything_is_treated_like_anybody(
    massage, send_details, only, kims, clock
):
    send_details(name="Bo Demo", email="bo@example.com")
    booked = only()
    assert not booked.vouched_for
    clock.move_to(booked.starts_at)
    assert kims.get(f"/visits/{booked.pk}/").status_code == 200
    typed = {"revision": 0, "privacy": "therapists", "subjective": "x", "do": "sign"}
    assert kims.post(f"/visits/{booked.pk}/note/", typed).status_code == 302


# One mailbox


def test_a_namesakes_booking_does_not_blank_a_clients_account(
    treated, send_details, sign_in_by_code
):
    send_details(name="Bo Else", email="ana@example.com")
    User.objects.filter(pk=treated.user_id).delete()  # she has never signed in yet
    shown = sign_in_by_code("ana@example.com").get("/account/").content.decode()
    assert "We cannot tell yet who you are" not in shown
    assert "Ana&#x27;s Marathon" in shown or "Ana's Marathon" in shown
    assert "for <bdi>Bo Else</bdi>" in shown  # apart, as on the page that every mail leads to


def test_a_family_on_one_mailbox_books_for_each_and_sees_no_more_than_before(
    massage, at, send_details, client, sign_in_by_code
):
    for hour, name in ((10, "Ana Demo"), (11, "Bo Demo"), (12, "Cy Demo"), (13, "Di Demo")):
        when = at(3, hour).isoformat()
        sent = send_details(Browser(), name=name, email="us@example.com", start=when)
        assert sent.status_code == 302
        visit = Appointment.objects.with_everything().latest("pk")
        client.post(f"/appointments/{links.mail_token(visit)}/thats-me/")
    assert Client.objects.filter(proved_at__isnull=False).count() == 4
    shown = sign_in_by_code("us@example.com").get("/account/").content.decode()
    assert "Several people book with this address" in shown
    assert "Races and health stay apart" in shown


def test_a_repeat_client_who_books_without_signing_in_notices_nothing(
    treated, anas, massage, at, send_details, client, mailed
):
    send_details(Browser(), start=at(5, 10).isoformat())
    booked = Appointment.objects.latest("pk")
    _, [page, *_] = mailed(booked.client, kind=MailKind.CONFIRMED)
    client.post(f"{page}thats-me/")
    booked.refresh_from_db()
    assert booked.client == treated
    assert anas.get("/account/").content.decode().count("Sports massage") >= 2
    assert NOTE in anas.get(DATA).content.decode()
    assert ANSWER in anas.get("/health/?all").content.decode()
