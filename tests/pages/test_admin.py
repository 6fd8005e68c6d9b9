"""Django's admin: every noun, behind the diary's lock, and never a bare error."""

import re
import threading
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from itertools import count

import pytest
from django.contrib import admin
from django.db import connection, connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.core.roles import Role
from bookings.core.statuses import Status
from bookings.models import (
    Absence,
    Appointment,
    AppointmentEvent,
    Client,
    Clinic,
    ExtraShift,
    Mail,
    MailKind,
    Race,
    Room,
    Therapist,
    Treatment,
    User,
    WeeklyBreak,
    WeeklyShift,
)
from tests import factories
from tests.factories import NOW

NEW_PASSWORD = "correct-horse-battery"
_numbers = count(1)


@pytest.fixture
def owner(clinic):
    return User.objects.create_superuser("owner@example.com", name="Olu")


@pytest.fixture
def office(owner):
    """The owner's browser."""
    browser = Browser()
    browser.force_login(owner)
    return browser


@pytest.fixture
def ten(clinic):
    """Ten o'clock on a winter's day, when London's clock is UTC's."""
    return datetime(2027, 1, 12, 10, tzinfo=UTC)


@pytest.fixture
def visit(massage, kim, room, ten):
    return factories.make_appointment(starts_at=ten, treatment=massage, therapist=kim, room=room)


def page_of(row) -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_change", args=[row.pk])


def list_of(model) -> str:
    return reverse(f"admin:bookings_{model._meta.model_name}_changelist")


def new(model) -> str:
    return reverse(f"admin:bookings_{model._meta.model_name}_add")


def filled(page) -> dict:
    """What a browser would send from the page as it stands."""
    context = page.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    return {name: value for form in forms for name, value in _sent(form)}


def _sent(form):
    for bound in form:
        widget, value = bound.field.widget, bound.value()
        if hasattr(widget, "decompress"):
            parts = widget.decompress(value) if not isinstance(value, list) else value
            for number, part in enumerate(parts):
                yield f"{bound.html_name}_{number}", "" if part is None else str(part)
        elif isinstance(value, list | tuple):
            yield bound.html_name, [getattr(one, "pk", one) for one in value]
        elif value is not None and value is not False:
            yield bound.html_name, value


def send(browser, url: str, **typed):
    """Opens the page, types, and saves."""
    return browser.post(url, {**filled(browser.get(url)), **typed})


def a_shift(number: int = 0, **typed) -> dict:
    """A new line under the weekly shifts of a therapist's page."""
    line = {"weekday": "0", "start": "09:00", "end": "17:00", "valid_from": "2026-01-01", **typed}
    return {"shifts-TOTAL_FORMS": "1"} | {
        f"shifts-{number}-{name}": value for name, value in line.items()
    }


def at(moment: datetime, name: str) -> dict:
    return {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M}"}


def times(start: datetime, minutes: int = 60) -> dict:
    return at(start, "starts_at") | at(start + timedelta(minutes=minutes), "ends_at")


def messages(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def why_not(page) -> str:
    assert page.status_code == 200
    return " ".join(str(error) for error in page.context["errors"])


def make_visit(number: int) -> Appointment:
    kim = factories.make_therapist()
    return factories.make_appointment(
        starts_at=NOW + timedelta(days=number),
        treatment=factories.make_treatment(therapists=[kim]),
        therapist=kim,
        room=factories.make_room(),
    )


def make_mail(number: int) -> Mail:
    visit = make_visit(number)
    return Mail.objects.create(
        key=f"confirmed:{visit.public_id}:0",
        kind="confirmed",
        client=visit.client,
        appointment=visit,
        created_at=NOW + timedelta(days=number),
        due_at=NOW,
        not_after=visit.starts_at,
    )


def make_login(number: int) -> User:
    return make_therapist(number).user


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
    Room: lambda number: factories.make_room(),
    Treatment: lambda number: factories.make_treatment(therapists=[factories.make_therapist()]),
    WeeklyShift: lambda number: factories.make_shift(factories.make_therapist()),
    WeeklyBreak: lambda number: factories.make_therapist().breaks.create(
        weekday=1, start=time_of_day(12), end=time_of_day(13), valid_from=date(2026, 1, 1)
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
}


# Every noun


def test_every_noun_has_its_place(office):
    registered = {model for model in admin.site._registry if model._meta.app_label == "bookings"}
    assert registered == {Clinic, *MAKERS}
    assert office.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("model", MAKERS, ids=lambda model: model.__name__)
def test_a_list_asks_as_many_questions_for_30_rows_as_for_1(office, model):
    def questions() -> tuple[int, int]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = office.get(list_of(model))
        assert page.status_code == 200
        return len(asked), page.context["cl"].result_count

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


@pytest.mark.parametrize("model", [Appointment, AppointmentEvent, Mail])
def test_a_record_of_what_happened_cannot_be_added_to_or_deleted(office, model):
    row = MAKERS[model](0)
    assert office.get(new(model)).status_code == 403
    gone = reverse(f"admin:bookings_{model._meta.model_name}_delete", args=[row.pk])
    assert office.post(gone, {"post": "yes"}).status_code == 403
    office.post(list_of(model), {"action": "delete_selected", "_selected_action": [row.pk]})
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", [AppointmentEvent, Mail])
def test_events_and_mails_cannot_be_changed(office, model):
    row = MAKERS[model](0)
    assert office.post(page_of(row), {"kind": "moved"}).status_code == 403


@pytest.mark.parametrize("model", [*MAKERS][1:], ids=lambda model: model.__name__)
def test_the_desk_may_open_every_noun_of_the_diary(clinic, model):
    desk = Browser()
    desk.force_login(factories.make_user(role=Role.DESK))
    assert desk.get(list_of(model)).status_code == 200
    assert desk.get(page_of(MAKERS[model](0))).status_code == 200


def test_a_correction_names_the_login_that_made_it(visit, ten):
    desk = Browser()
    desk.force_login(factories.make_user("dee@example.com", role=Role.DESK))
    assert send(desk, page_of(visit), **times(ten + timedelta(hours=2))).status_code == 302
    assert visit.events.get().by == "desk: dee@example.com"


# Clinic settings


def test_the_list_of_clinics_leads_to_the_one_clinic(office):
    page = office.get(list_of(Clinic), follow=True)
    assert page.redirect_chain[-1][0] == page_of(Clinic.objects.the())


def test_a_second_clinic_cannot_be_made_nor_the_first_deleted(office):
    gone = reverse("admin:bookings_clinic_delete", args=[1])
    assert office.get(new(Clinic)).status_code == 403
    assert office.post(gone, {"post": "yes"}).status_code == 403


def test_the_first_owner_of_an_empty_system_is_led_to_the_settings(office):
    Clinic.objects.all().delete()
    page = office.get(list_of(Clinic), follow=True)
    assert page.redirect_chain[-1][0] == new(Clinic)
    typed = {"name": "Taper", "address": "1 Tow Path", "phone": "1", "email": "a@example.com"}
    send(office, new(Clinic), **typed)
    assert Clinic.objects.the().name == "Taper"


def test_no_hours_can_be_saved_before_there_is_a_clinic(office):
    Clinic.objects.all().delete()
    assert "clinic settings first" in why_not(send(office, new(Room), name="Blue"))


@pytest.mark.parametrize("zone", ["Europe/Londen", "GMT+25", "../etc/passwd", ""])
def test_a_time_zone_that_does_not_exist_is_refused(office, clinic, zone):
    page = send(office, page_of(clinic), timezone=zone)
    assert "timezone" in page.context["adminform"].form.errors
    assert Clinic.objects.the().timezone == "Europe/London"


def test_a_reminder_inside_a_cutoff_is_warned_of_on_the_form(office, clinic):
    assert messages(office.get(page_of(clinic))) == [
        "The reminder 1 day before arrives when moving is no longer possible (cut-off 24 hours)."
    ]


def test_and_after_saving(office, clinic):
    typed = {"move_cutoff_hours": 80, "cancel_cutoff_hours": 24, "_save": "Save"}
    url = page_of(clinic)
    page = office.post(url, {**filled(office.get(url)), **typed}, follow=True)
    assert [line for line in messages(page) if line.startswith("The reminder")] == [
        "The reminder 3 days before arrives when moving is no longer possible (cut-off 80 hours).",
        "The reminder 1 day before arrives when moving is no longer possible (cut-off 80 hours).",
        "The reminder 1 day before arrives when cancelling is no longer possible "
        "(cut-off 24 hours).",
    ]


def test_no_warning_when_every_reminder_leaves_time_to_act(office, clinic):
    Clinic.objects.update(move_cutoff_hours=23, cancel_cutoff_hours=12)
    assert messages(office.get(page_of(clinic))) == []


# Logins


@pytest.mark.parametrize("role", [Role.DESK, Role.RUNNER])
def test_only_the_owner_may_see_or_change_logins(clinic, owner, role):
    browser = Browser()
    # Even with every right of Django's own.
    browser.force_login(factories.make_user(role=role, is_superuser=True))
    password = reverse("admin:auth_user_password_change", args=[owner.pk])
    for url in (list_of(User), new(User), page_of(owner), password):
        assert browser.get(url).status_code in (302, 403)
        assert browser.post(url, {"email": "x@example.com"}).status_code in (302, 403)
    owner.refresh_from_db()
    assert owner.email == "owner@example.com"


def test_the_desk_cannot_link_a_login_to_a_therapist(kim, owner):
    browser = Browser()
    browser.force_login(factories.make_user(role=Role.DESK, is_superuser=True))
    send(browser, page_of(kim), user=owner.pk, name="Kim B.")
    kim.refresh_from_db()
    assert (kim.user, kim.name) == (None, "Kim B.")


def test_the_owner_makes_a_login_that_can_sign_in(office):
    typed = {"email": "Desk@Example.com", "name": "Dee", "role": "desk"}
    passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    send(office, new(User), **typed, **passwords)
    made = User.objects.get(email="desk@example.com")
    assert made.role == Role.DESK
    assert made.check_password(NEW_PASSWORD)
    assert Browser().login(email="desk@example.com", password=NEW_PASSWORD)


def test_a_login_address_is_unique_whatever_its_case(office):
    passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    page = send(office, new(User), email="OWNER@example.com", role="desk", **passwords)
    assert "already exists" in why_not(page)


def test_a_weak_password_is_refused_with_the_reason(office):
    passwords = {"password1": "short", "password2": "short"}
    page = send(office, new(User), email="desk@example.com", role="desk", **passwords)
    assert "at least 12" in why_not(page)


def test_the_owner_sets_a_new_password(office):
    desk = factories.make_user(role=Role.DESK)
    url = reverse("admin:auth_user_password_change", args=[desk.pk])
    office.post(
        url,
        {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"},
    )
    desk.refresh_from_db()
    assert desk.check_password(NEW_PASSWORD)


def test_changing_a_login_keeps_its_password(office):
    desk = factories.make_user(role=Role.DESK)
    send(office, page_of(desk), name="Dee")
    desk.refresh_from_db()
    assert desk.name == "Dee"
    assert desk.check_password(factories.PASSWORD)


def test_a_login_that_changes_its_address_loses_the_old_one(office):
    desk = factories.make_user("old@example.com", role=Role.DESK)
    desk.emailaddress_set.create(email="old@example.com", verified=True, primary=True)
    send(office, page_of(desk), email="new@example.com")
    assert not desk.emailaddress_set.exists()


@pytest.mark.parametrize("typed", [{"role": "desk"}, {"is_active": ""}])
def test_the_last_owner_stays(office, owner, typed):
    assert "at least one active owner" in why_not(send(office, page_of(owner), **typed))
    factories.make_user(role=Role.OWNER)
    assert send(office, page_of(owner), **typed).status_code == 302


def test_logins_are_never_deleted(office, owner):
    gone = reverse("admin:bookings_user_delete", args=[owner.pk])
    assert office.post(gone, {"post": "yes"}).status_code == 403


# Hours


def test_shifts_extra_hours_and_time_off_are_kept_on_the_therapists_page(office, clinic):
    kim = factories.make_therapist("Kim Demo")
    extra = {"day": "2027-01-05", "start": "18:00", "end": "20:00"}
    off = {"starts_at_0": "2027-02-01", "starts_at_1": "00:00"}
    off |= {"ends_at_0": "2027-02-08", "ends_at_1": "00:00", "reason": "Holiday"}
    lines = {f"extra_shifts-0-{name}": value for name, value in extra.items()}
    lines |= {f"absences-0-{name}": value for name, value in off.items()}
    totals = {"extra_shifts-TOTAL_FORMS": "1", "absences-TOTAL_FORMS": "1"}
    assert send(office, page_of(kim), **a_shift(), **lines, **totals).status_code == 302
    assert (kim.shifts.count(), kim.extra_shifts.count()) == (1, 1)
    assert kim.absences.get().starts_at == datetime(2027, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"end": "08:00"}, "The end must be after the start."),
        ({"valid_until": "2025-01-01"}, "The last day must not be before the first."),
    ],
)
def test_hours_that_cannot_be_say_why(office, kim, typed, reason):
    kim.shifts.all().delete()
    page = send(office, page_of(kim), **a_shift(**typed))
    assert reason in why_not(page)
    assert not kim.shifts.exists()


def delete_a_shift(office, kim):
    shift = factories.make_shift(kim)
    typed = {"action": "delete_selected", "_selected_action": [shift.pk], "post": "yes"}
    return office.post(list_of(WeeklyShift), typed)


DIARY_WRITES = {
    "a shift": lambda office, kim, visit: send(
        office,
        new(WeeklyShift),
        therapist=kim.pk,
        weekday=1,
        start="09:00",
        end="12:00",
        valid_from="2026-01-01",
    ),
    "an extra shift": lambda office, kim, visit: send(
        office, new(ExtraShift), therapist=kim.pk, day="2027-01-05", start="18:00", end="20:00"
    ),
    "an absence": lambda office, kim, visit: send(
        office, new(Absence), therapist=kim.pk, **times(NOW)
    ),
    "a therapist's activity": lambda office, kim, visit: send(office, page_of(kim), active=""),
    "a treatment's activity": lambda office, kim, visit: send(
        office, page_of(visit.treatment), active=""
    ),
    "an appointment": lambda office, kim, visit: send(
        office, page_of(visit), **times(visit.starts_at + timedelta(hours=1))
    ),
    "shifts deleted from the list": lambda office, kim, visit: delete_a_shift(office, kim),
    "a shift deleted on its page": lambda office, kim, visit: office.post(
        reverse("admin:bookings_weeklyshift_delete", args=[kim.shifts.first().pk]),
        {"post": "yes"},
    ),
}


@pytest.mark.parametrize("what", DIARY_WRITES)
def test_the_clinics_row_is_locked_before_the_diary_is_written(office, kim, visit, what):
    with CaptureQueriesContext(connection) as asked:
        assert DIARY_WRITES[what](office, kim, visit).status_code == 302
    # What tells the history who writes goes before, in the same statement.
    statements = [re.sub(r"^SELECT set_config.*?true\);", "", query["sql"]) for query in asked]
    lock = next(n for n, sql in enumerate(statements) if "FOR NO KEY UPDATE" in sql)
    writes = [
        n
        for n, sql in enumerate(statements)
        if sql.startswith(("INSERT", "UPDATE", "DELETE"))
        and "bookings_" in sql
        and not (what.startswith("shifts deleted") and sql.startswith("INSERT"))
    ]
    assert writes
    assert lock < writes[0]


def test_a_therapist_with_appointments_is_not_deleted(office, kim, visit):
    gone = reverse("admin:bookings_therapist_delete", args=[kim.pk])
    assert office.post(gone, {"post": "yes"}).status_code == 200
    assert Therapist.objects.filter(pk=kim.pk).exists()


# Treatments


def test_a_treatment_says_which_kinds_of_session_it_suits(office, massage):
    send(office, page_of(massage), session_kinds=["taper_tune_up", "pre_race_flush"])
    massage.refresh_from_db()
    assert massage.session_kinds == ["taper_tune_up", "pre_race_flush"]


def test_a_kind_of_session_that_does_not_exist_is_refused(office, massage):
    page = send(office, page_of(massage), session_kinds=["deep_magic"])
    assert "session_kinds" in page.context["adminform"].form.errors


# Clients


def test_a_client_whose_address_is_not_proved_can_be_listed(office, clinic):
    ana = factories.make_client("Ana Demo", proved_at=None)
    factories.make_client("Bo Demo")
    page = office.get(list_of(Client), {"proved_at__isempty": "1"})
    assert list(page.context["cl"].result_list) == [ana]


def test_a_new_client_is_dated(office):
    send(office, new(Client), name="Ana Demo", email="ana@example.com")
    assert Client.objects.get().created_at


def test_a_corrected_address_has_not_bounced(office, visit):
    client = visit.client
    Client.objects.filter(pk=client.pk).update(bounced_at=NOW)
    send(office, page_of(client), name=client.name, email=client.email, phone="020 1")
    client.refresh_from_db()
    assert (client.phone, client.bounced_at) == ("020 1", NOW)
    send(office, page_of(client), name=client.name, email="right@example.com")
    client.refresh_from_db()
    assert client.bounced_at is None


def test_a_clients_page_leads_to_their_appointments(office, visit):
    assert f"?client__id__exact={visit.client_id}" in office.get(page_of(visit.client)).text
    make_visit(1)
    page = office.get(list_of(Appointment), {"client__id__exact": visit.client_id})
    assert list(page.context["cl"].result_list) == [visit]


# Appointments


def test_holds_are_not_listed_unless_asked_for(office, visit, massage, kim, room, ten):
    hold = factories.make_appointment(
        starts_at=ten + timedelta(days=1),
        treatment=massage,
        therapist=kim,
        room=room,
        status=Status.HELD,
        held_until=ten,
    )

    def listed(**asked):
        return set(office.get(list_of(Appointment), asked).context["cl"].result_list)

    assert listed() == {visit}
    assert listed(status="held") == {hold}
    assert listed(status="booked") == {visit}
    assert listed(status="all") == {visit, hold}


def test_a_corrected_time_is_recorded_with_who_and_from_what_to_what(office, visit, ten):
    later = ten + timedelta(hours=2)
    assert send(office, page_of(visit), **times(later)).status_code == 302
    visit.refresh_from_db()
    assert (visit.starts_at, visit.revision) == (later, 1)
    event = visit.events.get()
    assert (event.kind, event.by) == ("corrected", "owner: owner@example.com")
    assert event.facts["from"]["starts_at"] == "2027-01-12T10:00:00Z"
    assert event.facts["to"]["starts_at"] == "2027-01-12T12:00:00Z"
    assert "starts at: 12 Jan 2027 10:00 → 12 Jan 2027 12:00" in office.get(page_of(visit)).text


def test_a_client_is_told_of_a_corrected_time_once(office, visit, ten):
    send(office, page_of(visit), **times(ten + timedelta(hours=2)))
    send(office, page_of(visit))
    mail = visit.mails.exclude(kind=MailKind.REMINDER).get()
    assert (mail.kind, mail.revision) == ("moved", 1)


def test_nobody_is_written_to_about_a_room_or_a_price(office, visit):
    blue = factories.make_room("Blue")
    send(office, page_of(visit), room=blue.pk, price="55.00")
    visit.refresh_from_db()
    assert (visit.room, visit.price, visit.revision) == (blue, 55, 0)
    assert visit.events.get().facts["to"] == {"room": "Blue", "price": "55.00"}
    assert not visit.mails.exists()


def test_saving_without_a_change_leaves_no_trace(office, visit):
    assert send(office, page_of(visit)).status_code == 302
    assert not visit.events.exists()


def test_another_treatment_brings_its_own_pause(office, visit, kim, ten):
    long = factories.make_treatment(therapists=[kim], buffer_minutes=20)
    send(office, page_of(visit), treatment=long.pk)
    visit.refresh_from_db()
    assert visit.blocked_until == ten + timedelta(minutes=80)


@pytest.mark.parametrize(
    ("shared", "sentence"),
    [
        ("therapist", "The therapist is not free at that time."),
        ("room", "The room is not free at that time."),
        ("client", "The client has another appointment at that time."),
    ],
)
def test_a_clash_is_an_error_on_the_form_that_tells_nothing_of_the_other(
    office, visit, ten, shared, sentence
):
    other = {
        "treatment": factories.make_treatment(),
        "therapist": factories.make_therapist(),
        "room": factories.make_room(),
        "client": factories.make_client("Secret Name"),
        shared: getattr(visit, shared),
    }
    factories.make_appointment(starts_at=ten + timedelta(minutes=137), **other)
    page = send(office, page_of(visit), **times(ten + timedelta(hours=2)))
    assert sentence in why_not(page)
    assert "12:17" not in page.text
    assert "Secret Name" not in page.text
    assert 'value="12:00' in page.text  # still filled in
    visit.refresh_from_db()
    assert visit.starts_at == ten


def test_a_hold_past_its_end_is_in_nobodys_way(office, visit, ten, massage, kim, room):
    factories.make_appointment(
        starts_at=ten + timedelta(hours=2),
        treatment=massage,
        therapist=kim,
        room=room,
        status=Status.HELD,
        held_until=datetime(2020, 1, 1, tzinfo=UTC),
    )
    assert send(office, page_of(visit), **times(ten + timedelta(hours=2))).status_code == 302


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [(-30, "The end must be after the start."), (13 * 60, "twelve hours at most")],
)
def test_impossible_lengths_are_refused(office, visit, ten, minutes, sentence):
    assert sentence in why_not(send(office, page_of(visit), **times(ten, minutes)))


def test_a_page_that_is_out_of_date_does_not_undo_what_happened_since(office, visit, ten):
    opened = filled(office.get(page_of(visit)))
    send(office, page_of(visit), **times(ten + timedelta(hours=2)))
    page = office.post(page_of(visit), {**opened, "price": "55"})
    assert "has changed since the page was opened" in why_not(page)
    visit.refresh_from_db()
    assert visit.starts_at == ten + timedelta(hours=2)


def test_the_status_and_the_client_cannot_be_typed_over(office, visit):
    client = visit.client
    someone = factories.make_client()
    send(office, page_of(visit), status="cancelled", client=someone.pk, price="1")
    visit.refresh_from_db()
    assert (visit.status, visit.client, visit.price) == (Status.BOOKED, client, 1)


@pytest.mark.parametrize("status", [Status.HELD, Status.EXPIRED, Status.CANCELLED])
def test_what_is_over_or_not_yet_booked_cannot_be_corrected(office, visit, ten, status):
    Appointment.objects.update(status=status, held_until=ten)
    assert office.get(page_of(visit)).status_code == 200
    assert office.post(page_of(visit), times(ten + timedelta(hours=1))).status_code == 403


def test_events_and_mails_are_shown_on_the_appointment_and_cannot_be_typed_in(office, clinic):
    mail = make_mail(0)
    visit = mail.appointment
    visit.record("booked", by="runner", now=NOW)
    page = office.get(page_of(visit))
    assert "appointment confirmed" in page.text
    typed = {"events-TOTAL_FORMS": "1", "events-0-kind": "forged", "events-0-by": "nobody"}
    office.post(page_of(visit), {**filled(page), **typed})
    assert [event.kind for event in visit.events.all()] == ["booked"]


@pytest.mark.django_db(transaction=True)
def test_who_is_overtaken_between_check_and_write_gets_the_filled_form_back(office, visit, ten):
    """A writer without the lock inserts unseen, and commits when our write waits for it."""
    twelve = ten + timedelta(hours=2)
    inserted = threading.Event()

    def overtake():
        try:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN")
                factories.make_appointment(
                    starts_at=twelve,
                    treatment=visit.treatment,
                    therapist=visit.therapist,
                    room=factories.make_room(),
                )
                inserted.set()
                wait_for_somebody_who_waits(cursor)
                cursor.execute("COMMIT")
        finally:
            connections.close_all()

    other = threading.Thread(target=overtake)
    opened = filled(office.get(page_of(visit)))
    other.start()
    assert inserted.wait(10)
    page = office.post(page_of(visit), {**opened, **times(twelve)})
    other.join()
    assert "That time has just been taken." in why_not(page)
    assert 'value="12:00' in page.text
    visit.refresh_from_db()
    assert visit.starts_at == ten
    assert not visit.events.exists()


def wait_for_somebody_who_waits(cursor) -> None:
    for _ in range(200):
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        if cursor.fetchone()[0]:
            return
        time.sleep(0.02)
    raise AssertionError("Nobody ran into the other's row.")
