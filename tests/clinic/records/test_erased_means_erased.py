"""Whatever somebody can have typed is planted, the client erased, and everything searched.

Once into the columns of the models, once through the forms of the pages; both are found, not
listed, so that the next one is planted too: it must go, or stand below with a reason.
"""

import re
from collections.abc import Iterator
from itertools import count

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from bookings.actions.logins import digest_of
from bookings.actions.mail import sign_in_mails
from bookings.admin.base import NamelessLog, ReadOnly
from bookings.models import AppointmentEvent, BrowserSession, Change, Client, SignInEvent
from clinic.records.registry.rows import CLIENTS
from tests.clinic.records.conftest import ALL_OF_OURS, left_of
from tests.clinic.records.test_erasing import erase
from tests.page_forms import Form, forms_of
from tests.whole_database import whole_database
from therapists.models import KeptRecord

# Column by column


def test_every_column_of_text_is_planted_and_would_be_found(planted):
    assert left_of(planted) == set(planted.values())
    assert {"bookings.Client.desk_notes", "bookings.Payment.reason"} <= set(planted.values())
    assert len(planted) > 40


def test_nothing_planted_is_left_but_what_no_person_types(planted, known):
    erase(Client.objects.get(pk=known.pk))
    assert left_of(planted) == ALL_OF_OURS


# Page by page


# Numbers, days and choices: nobody can be told by them.
NOT_WORDS = re.compile(r"amount|price|minutes|date|time|day|start|end|km|weeks|_0|_1|day_of|born")
WOULD_END_IT = re.compile(r"/logout|/erase/|/merge|/end-links/|/account/data/|two-people|/delete/")


def type_into(browser, page: str, numbers: Iterator[int], markers: dict[str, str]) -> None:
    """Every text of every form of the page, one form after the other."""
    for which in range(len(posts_of(browser, page))):
        forms = posts_of(browser, page)
        if which >= len(forms):
            return
        form = forms[which]
        if WOULD_END_IT.search(form.action):
            continue
        sent = dict(form.sent)
        for name in form.typed:
            if NOT_WORDS.search(name):
                continue
            marker = f"079870{next(numbers)}" if "phone" in name else f"zq{next(numbers)}x"
            markers[marker] = f"{page} {form.action} {name}"
            sent[name] = as_typed(marker, name)
        browser.post(form.action or page, sent)


def as_typed(marker: str, name: str) -> str:
    if "email" in name:
        return f"{marker}@example.com"
    return marker if "phone" in name else f"{marker} a"


def posts_of(browser, page: str) -> list[Form]:
    found = forms_of(browser.get(page).content.decode())
    return [form for form in found if form.method == "post"]


def test_nothing_typed_into_any_form_about_a_client_is_left(
    known, anas, kims, desks, owners, appointments
):
    before, coming = appointments
    desks_pages = [
        *(f"/diary/appointments/{visit.pk}/" for visit in (coming, before)),
        f"/desk/clients/{known.pk}/",
        f"/desk/clients/{known.pk}/plan/",
        f"/desk/clients/{known.pk}/edit/",
        f"/admin/bookings/appointment/{coming.pk}/change/",
        f"/admin/bookings/race/{known.races.get().pk}/change/",
        f"/admin/bookings/client/{known.pk}/change/",
    ]
    pages = [
        *((anas, page) for page in ("/account/", "/health/?all", "/plan/")),
        *((kims, f"/visits/{visit.pk}/") for visit in appointments),
        *((kims, f"/visits/{visit.pk}/note/") for visit in appointments),
        *((desks, page) for page in desks_pages),
    ]
    numbers, markers = count(100), dict[str, str]()
    for browser, page in pages:
        type_into(browser, page, numbers, markers)
    wish = desks.post(f"/desk/clients/{known.pk}/erase/")["Location"]
    markers["zq99x"] = "declining"
    desks.post(wish, {"do": "decline", "why": "zq99x owes us"})
    kept = left_of(markers)
    assert {name.rpartition(" ")[2] for name in kept} >= {
        "declining", "desk_note", "desk_notes", "email", "name", "phone", "reason",
    }  # fmt: skip
    erase(Client.objects.get(pk=known.pk))
    assert left_of(markers) == set()


# By name


def test_no_log_of_the_admins_says_what_a_row_was_called(known, owners, desks):
    race = known.races.get()
    desks.post(f"/admin/bookings/race/{race.pk}/delete/", {"post": "yes"})
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.change_message) == (str(race.pk), "")
    assert "Marathon" not in str(entry)


def test_no_admin_of_ours_keeps_a_log_of_its_own_kind():
    registered = admin.site._registry.items()
    ours = [one for model, one in registered if model._meta.app_label == "bookings"]
    assert len(ours) > 10
    assert all(isinstance(one, NamelessLog | ReadOnly) for one in ours)


def test_a_mail_that_waits_to_tell_an_old_address_goes_with_the_client(known, desks):
    sign_in_mails.owe("Ana@Example.com", "zq1x", "zq1x", now=timezone.now())
    erase(known)
    assert "zq1x" not in whole_database()


def test_the_session_of_an_erased_client_is_gone_and_not_only_shut(anas, known):
    assert BrowserSession.objects.filter(user=known.user_id).exists()
    erase(known)
    assert "ana@example.com" not in whole_database()
    assert not BrowserSession.objects.exists()


def test_where_a_client_was_when_they_read_their_own_is_forgotten(anas, known):
    anas.get("/account/data/", REMOTE_ADDR="203.0.113.77")
    assert "203.0.113.77" in whole_database()
    erase(known)
    assert "203.0.113.77" not in whole_database()


def test_tries_from_before_there_was_a_login_are_forgotten(known):
    def tried(address):
        SignInEvent.objects.create(
            at=timezone.now(), kind="wrong_password", login=digest_of(address)
        )

    tried("Ana@Example.com")
    tried("bo@example.com")
    erase(Client.objects.get(pk=known.pk))
    assert SignInEvent.objects.get().login == digest_of("bo@example.com")


def test_a_login_of_before_is_forgotten_with_the_client(known, anas, desks):
    """Its address has been changed at the desk since."""
    typed = {"name": "Ana Demo", "email": "new@example.net", "phone": "", "_save": "Save"}
    desks.post(f"/admin/bookings/client/{known.pk}/change/", typed)
    assert "ana@example.com" in whole_database()
    erase(Client.objects.get(pk=known.pk))
    assert "ana@example.com" not in whole_database()
    assert "new@example.net" not in whole_database()


@pytest.mark.parametrize("who", ["anas", "kims", "desks", "owners"])
def test_whoever_acts_is_named_by_role_and_key_alone(who, request, known, appointments):
    browser = request.getfixturevalue(who)
    coming = appointments[1]
    browser.post(f"/diary/appointments/{coming.pk}/late/", {"minutes": 5, "seen": "0"})
    browser.post("/health/?all", {})
    browser.post(f"/today/visits/{coming.pk}/mark/", {"status": "arrived"})
    assert not AppointmentEvent.objects.filter(by__contains="@").exists()
    assert not Change.objects.filter(who__contains="@").exists()


def test_of_each_kind_of_record_there_is_one_to_plant(planted, known):
    without = {record.model for record in CLIENTS if not record.of(known).exists()}
    assert without == {KeptRecord}  # which erasing makes
