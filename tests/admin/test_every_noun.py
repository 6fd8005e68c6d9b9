"""Every noun has its place in the admin: who sees it, and what it costs."""

from datetime import date, timedelta
from datetime import time as time_of_day
from itertools import count

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.core.roles import Role, who_changes
from bookings.models import (
    Absence,
    Appointment,
    AppointmentEvent,
    Client,
    Clinic,
    ExtraShift,
    Mail,
    Portrait,
    Race,
    Room,
    RoomLoan,
    Series,
    Therapist,
    Treatment,
    User,
    WaitlistEntry,
    WaitlistOffer,
    WeeklyBreak,
    WeeklyShift,
)
from tests import factories
from tests.admin.forms import (
    list_of,
    new,
    page_of,
    send,
    times,
)
from tests.admin.rows import make_mail, make_visit
from tests.factories import NOW
from tests.house.test_access import every_view
from tests.reading import present

_numbers = count(1)


ROLES_OF = {name: getattr(view, "roles", None) for name, view in every_view()}


def make_login(number: int) -> User:
    return present(make_therapist(number).user)


def make_therapist(number: int) -> Therapist:
    """With a login that needs no password, since hashing one takes long."""
    login = User.objects.create(email=f"login{next(_numbers)}@example.com")
    return factories.make_therapist(user=login)


def make_couple(number: int) -> Client:
    return factories.make_client(
        same_address_as=factories.make_client(created_at=NOW), created_at=NOW
    )


MAKERS = {
    User: make_login,
    Client: make_couple,
    Therapist: make_therapist,
    Portrait: lambda number: Portrait.objects.create(
        therapist=factories.make_therapist(), picture=b"", digest=f"{number}"
    ),
    Room: lambda number: factories.make_room(),
    Treatment: lambda number: factories.make_treatment(therapists=[factories.make_therapist()]),
    WeeklyShift: lambda number: factories.make_shift(factories.make_therapist()),
    WeeklyBreak: lambda number: factories.make_therapist().breaks.create(
        weekday=1, start=time_of_day(12), end=time_of_day(13), valid_from=date(2026, 1, 1)
    ),
    RoomLoan: lambda number: RoomLoan.objects.create(
        room=factories.make_room(),
        starts_at=NOW + timedelta(days=number),
        ends_at=NOW + timedelta(days=number, hours=4),
        reason=f"Yoga {number}",
    ),
    ExtraShift: lambda number: factories.make_extra_shift(
        factories.make_therapist(), date(2026, 1, 1) + timedelta(days=number)
    ),
    Absence: lambda number: factories.make_absence(
        NOW + timedelta(days=number),
        NOW + timedelta(days=number, hours=1),
        factories.make_therapist(),
    ),
    Appointment: make_visit,
    AppointmentEvent: lambda number: make_visit(number).events.create(
        kind="booked", by="runner", at=NOW + timedelta(days=number)
    ),
    Mail: make_mail,
    Race: lambda number: factories.make_race(),
    Series: lambda number: factories.make_series(make_visit(number)),
    WaitlistEntry: lambda number: factories.make_entry(),
    WaitlistOffer: lambda number: factories.make_offer(factories.make_entry()),
}


def test_every_noun_has_its_place(office):
    registered = {model for model in admin.site._registry if model._meta.app_label == "bookings"}
    assert registered == {Clinic, *MAKERS}
    assert office.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("model", MAKERS, ids=lambda model: model.__name__)
def test_a_list_asks_as_many_questions_for_30_rows_as_for_1(office, model):
    def questions() -> tuple[int, int]:
        with CaptureQueriesContext(
            connection,
        ) as data:
            page = office.get(list_of(model))
        assert page.status_code == 200
        return len(data), page.context["cl"].result_count

    MAKERS[model](0)
    questions()  # The first look also fills caches that live as long as the process.
    for_one, rows_then = questions()
    for number in range(1, 30):
        MAKERS[model](number)
    for_thirty, rows_now = questions()
    assert rows_now >= rows_then + 29
    assert for_thirty == for_one


@pytest.mark.parametrize("model", MAKERS, ids=lambda model: model.__name__)
def test_a_row_can_be_found_and_opened(office, model):
    row = MAKERS[model](0)
    assert office.get(list_of(model), {"q": "no such thing"}).context["cl"].result_count == 0
    assert office.get(page_of(row)).status_code == 200


@pytest.mark.parametrize(
    "model", [Appointment, AppointmentEvent, Mail, Series, WaitlistEntry, WaitlistOffer]
)
def test_a_record_of_what_happened_cannot_be_added_to_or_deleted(office, model):
    row = MAKERS[model](0)
    assert office.get(new(model)).status_code == 403
    gone = reverse(f"admin:bookings_{model._meta.model_name}_delete", args=[row.pk])
    assert office.post(gone, {"post": "yes"}).status_code == 403
    office.post(list_of(model), {"action": "delete_selected", "_selected_action": [row.pk]})
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", [AppointmentEvent, Mail, Series, WaitlistEntry, WaitlistOffer])
def test_events_and_mails_cannot_be_changed(office, model):
    row = MAKERS[model](0)
    assert office.post(page_of(row), {"kind": "moved"}).status_code == 403


# Where the site's own pages change it, or show what may only be read.
PAGES = {
    User: "office:person", Clinic: "office:clinic", Therapist: "office:therapist",
    Portrait: "office:photo", Room: "office:room", RoomLoan: "office:lend_room",
    Treatment: "office:treatment", WeeklyShift: "office:hours", WeeklyBreak: "office:hours",
    ExtraShift: "diary:block", Absence: "diary:block", Client: "desk:edit_client",
    Appointment: "diary:appointment", AppointmentEvent: "diary:appointment",
    Race: "desk:client_race", Mail: "desk:mail", Series: "diary:series",
    WaitlistEntry: "desk:waiting_list", WaitlistOffer: "desk:waiting_list",
}  # fmt: skip


def test_each_noun_of_the_admin_has_a_page_to_be_held_against():
    ours = {model for model in admin.site._registry if model._meta.app_label == "bookings"}
    assert ours == set(PAGES)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)
def test_the_admin_refuses_to_a_role_what_the_sites_own_pages_refuse(clinic, model, role):
    """The desk changed prices there, which the office does not let it see."""
    row = clinic if model is Clinic else MAKERS[model](0)
    browser = Browser()
    # Even with every right of Django's own.
    browser.force_login(factories.make_user(role=role, is_superuser=True))
    gone = reverse(f"admin:bookings_{model._meta.model_name}_delete", args=[row.pk])
    seen = [browser.get(url) for url in (list_of(model), page_of(row), new(model), gone)]
    if role in (ROLES_OF[PAGES[model]] or ()):
        assert 403 not in [answer.status_code for answer in seen[:2]]  # a login's asks who it is
        return
    sent = [browser.post(url, {"post": "yes"}) for url in (page_of(row), new(model), gone)]
    assert {answer.status_code for answer in [*seen, *sent]} <= {302, 403}
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)
def test_who_changes_a_noun_is_who_its_page_is_for(model):
    assert who_changes(model._meta.model_name) == ROLES_OF[PAGES[model]]


def test_a_correction_names_the_login_that_made_it(visit, ten):
    desk = Browser()
    desk.force_login(factories.make_user("dee@example.com", role=Role.DESK))
    assert send(desk, page_of(visit), **times(ten + timedelta(hours=2))).status_code == 302
    assert visit.events.get().by == factories.key_of("dee@example.com", Role.DESK)
