"""A client sees and downloads all that is kept; health data only signed in."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.links import Purpose, client_url
from bookings.mail.compose import compose
from bookings.models import Clinic, Mail, MailKind, SignInEvent, SignInMail
from clinic.records.client_export import export
from clinic.records.registry.rows import RECORDS
from tests import factories
from tests.cast import just_asked
from tests.clinic.records.conftest import NOTED, TOLD
from tests.clock import day_of
from tests.reading import first_match, part_of, present
from therapists.models import Access, Note, Privacy

NEVER = ("public_id", "password", "booking_key", "visitor", "held_from")


def test_signed_in_it_is_all_there_and_the_reading_is_recorded(anas, known):
    page = anas.get("/account/data/").content.decode()
    for said in ("Ana Demo", "Ana&#x27;s Marathon", "Sports massage", TOLD, NOTED):
        assert said in page
    data = anas.get("/account/data.json").json()
    assert data["Who you are"][0]["Email"] == "ana@example.com"
    assert list(data)[:3] == ["made_at", "remarks", "Who you are"]
    assert data["Races"][0]["Name"] == "Ana's Marathon"
    assert TOLD in str(data["Health answers"])
    assert NOTED in str(data["Signed notes"])
    assert Access.objects.filter(user=known.user, page="records:account_json").count() == 3


def test_the_letter_counts_the_mails_that_were_written_and_no_others(anas, known):
    Mail.objects.update(state="scheduled", sent_at=None)
    assert "We have written you" not in anas.get("/account/data/").content.decode()
    one = present(Mail.objects.filter(client=known).first())
    Mail.objects.filter(pk=one.pk).update(state="sent", sent_at=timezone.now())
    assert "We have written you 1 email." in anas.get("/account/data/").content.decode()


def test_the_file_is_one_to_keep_and_no_cache_keeps_it(anas, known):
    response = anas.get("/account/data.json")
    assert "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]


def test_a_note_that_is_only_its_authors_is_said_to_be_there(anas, known):
    Note.objects.update(privacy=Privacy.AUTHOR)
    page = anas.get("/account/data/").content.decode()
    assert NOTED not in page
    assert "1 more may speak of somebody else" in page


def test_no_therapists_login_and_no_secret_is_given_out(anas, known):
    text = anas.get("/account/data.json").content.decode()
    assert "kim@example.com" not in text
    assert known.appointments.first().public_id not in text
    shown = {place for record in RECORDS for place in record.shown.values()}
    assert not [one for one in shown for word in NEVER if word in one]


def test_from_a_mails_link_a_second_one_is_sent_that_is_good_for_a_day(client, known, clock):
    first = client_url(Purpose.YOUR_DATA, known)
    assert client.get(first).status_code == 200
    assert not Mail.objects.filter(kind=MailKind.DATA_LINK).exists()
    client.post(first, {"do": "send"})
    client.post(first, {"do": "send"})
    mail = Mail.objects.get(kind=MailKind.DATA_LINK)
    words = part_of(compose(mail, Clinic.objects.the(), now=timezone.now()))
    address = first_match(r"http\S+/all/", words)[0]
    page = client.get(address).content.decode()
    assert "Ana&#x27;s Marathon" in page
    assert TOLD not in page
    assert NOTED not in page
    assert "Sign in to see them" in page
    as_json = client.get(address.replace("/all/", "/all.json"))
    assert as_json.json()["Races"]
    assert TOLD not in as_json.content.decode()
    clock.move_to(timezone.now() + timedelta(hours=25))
    assert client.get(address).status_code == 404


def test_the_page_of_a_mailed_link_says_whose_data_it_is(client, known):
    """Several people of a family may share the mailbox."""
    page = client.get(client_url(Purpose.YOUR_DATA, known)).content.decode()
    assert "Hello <bdi>Ana Demo</bdi>," in page


def test_one_link_is_good_for_one_purpose(client, known):
    token = client_url(Purpose.PREFERENCES, known).rstrip("/").rpartition("/")[2]
    assert client.get(f"/your-data/{token}/").status_code == 404
    first = client_url(Purpose.YOUR_DATA, known).rstrip("/").rpartition("/")[2]
    assert client.get(f"/your-data/{first}/all/").status_code == 404


def test_asking_what_is_kept_says_yes_to_no_booking(client, clinic):
    new = factories.make_client("New Demo", proved_at=None)
    address = client_url(Purpose.YOUR_DATA, new)
    client.get(address)
    client.post(address, {"do": "send"})
    new.refresh_from_db()
    assert new.is_provisional


def test_somebody_whom_nobody_treats_sees_no_data(signed_in, clinic):
    nobody = just_asked(signed_in(factories.make_user("nobody@example.com")))
    assert nobody.get("/account/data/")["Location"] == "/account/"
    assert nobody.get("/account/data.json")["Location"] == "/account/"
    assert nobody.post("/account/data/wish/", {"do": "erase"}).status_code == 302


def test_thirty_visits_take_as_many_queries_as_one(
    known, visit, django_assert_max_num_queries, django_assert_num_queries
):
    now = timezone.now()
    with django_assert_max_num_queries(30) as seen:
        export(known, reader=None, now=now)
    for days in range(10, 40):
        visit(known, days).record("moved", by="runner", now=now)
    with django_assert_num_queries(len(seen)):
        export(known, reader=None, now=now)


def test_it_reads_like_a_letter(anas, known):
    page = anas.get("/account/data/").content.decode()
    assert "Hello <bdi>Ana Demo</bdi>," in page
    count = known.appointments.count()
    assert f"We have {count} appointment" in page
    assert "You have told us of 1 race." in page


def test_looking_at_it_is_recorded_and_not_told_back_as_somebodys_reading(anas, known):
    for _ in range(2):
        data = anas.get("/account/data.json").json()
    told = [(one["Who"], one["Did"]) for one in data["Who read or wrote your health data"]]
    assert ("runner", "read") not in told
    assert Access.objects.filter(did="read", user=known.user).exists()


def test_a_wish_to_be_erased_has_a_receipt_that_says_how_to_take_it_back(client, anas, known):
    mailed = client_url(Purpose.YOUR_DATA, known)
    sure = {"do": "erase", "sure": "yes"}
    for browser, post, page in (
        (anas, "/account/data/wish/", "/account/data/"),
        (client, mailed, mailed),
    ):
        browser.post(post, sure)
        browser.post(post, sure)  # asking twice is one wish
        receipt = SignInMail.objects.get()
        assert receipt.address == known.email
        assert "Your wish to be erased" in receipt.subject
        assert "Was it not you?" in receipt.body
        assert page in receipt.body
        assert "Ana" not in receipt.body
        browser.post(post, {"do": "keep"})
        receipt.delete()


def test_the_way_to_it_is_near_the_top(anas, known):
    page = anas.get("/account/data/").content.decode()
    assert page.index('href="#erase-title"') < page.index('class="own-group"')
    assert 'id="erase-title"' in page


def test_the_page_has_words_where_the_file_has_names(anas, known, kim, room, clinic):
    now = timezone.now()
    coming = known.appointments.upcoming(now).get()
    coming.record("booked", by=f"owner: {kim.user.pk}", now=now, facts={"set_aside": []})
    Mail.objects.filter(client=known).update(why="Left out: it would have come too late (R2).")
    SignInEvent.objects.create(at=now, kind="new_device", user=known.user, how="password, totp")
    namesake = factories.make_client("Bo Somebody", email="bo@example.com")
    known.same_address_as, known.phone = namesake, "07700 900999"
    known.save()
    known.record_events.create(
        kind="changed", by=f"desk: {kim.user.pk}", at=now,
        facts={"from": {"phone": "1"}, "to": {"phone": "2", "guardian_name": ""}},
    )  # fmt: skip
    page = anas.get("/account/data/").content.decode()
    text = html.unescape(re.sub(r"<[^>]+>", "\n", page))
    for raw in (
        "set_aside", "[]", "{", "room_id", "_id", "(R2)", "new_device", "same_address_as",
        "bookings_client", "UPDATE", "totp", "(0 is Monday)", "Bo Somebody", f": {kim.user.pk}",
        "Appointment confirmed", "appointment confirmed",
    ):  # fmt: skip
        assert raw not in text, raw
    for said in ("signed in from a new browser", "password, app", "Phone: 1 → 2", "Sunday"):
        assert said in text, said
    assert "too late." in text
    assert "07700 900999" in text


@pytest.mark.fixed_clock
def test_days_of_a_merge_are_in_words(anas, known):
    gone = {"created_at": timezone.now(), "date_of_birth": day_of(timezone.now())}
    known.record_events.create(kind="merged", at=timezone.now(), by="desk", facts={"gone": gone})
    page = anas.get("/account/data/").content.decode()
    assert "Created at: 2 December 2026; Date of birth: 2 December 2026" in page


def test_erasing_asks_once_more(client, anas, known):
    mailed = client_url(Purpose.YOUR_DATA, known)
    for browser, page in ((anas, "/account/data/"), (client, mailed)):
        post = "/account/data/wish/" if browser is anas else page
        asked = browser.post(post, {"do": "erase"}, follow=True).content.decode()
        assert "Are you sure?" in asked
        assert not known.erasure_requests.exists()
    browser.post(mailed, {"do": "erase", "sure": "yes"})
    assert known.erasure_requests.exists()
