"""Hours of work, treatments and clients, behind the diary's lock."""

import re
from datetime import UTC, datetime, time, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from bookings.actions.rota.impact import digest_of
from bookings.admin.base import MOST_SHOWN
from bookings.core.roles import Role
from bookings.models import (
    Absence,
    Appointment,
    Client,
    ExtraShift,
    Portrait,
    Therapist,
    WeeklyShift,
)
from tests import factories
from tests.admin.forms import (
    a_shift,
    list_of,
    new,
    page_of,
    send,
    times,
    why_not,
)
from tests.admin.rows import make_visit
from tests.factories import NOW, make_appointment


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
        office, new(Absence), therapist=kim.pk, **times(NOW + timedelta(days=1))
    ),
    "a therapist's activity": lambda office, kim, visit: send(
        office, page_of(kim), active="", accepted=digest_of([visit])
    ),
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
    with CaptureQueriesContext(connection) as data:
        assert DIARY_WRITES[what](office, kim, visit).status_code == 302
    # What tells the history who writes goes before, in the same statement.
    statements = [re.sub(r"^SELECT set_config.*?true\);", "", query["sql"]) for query in data]
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


def test_what_keeps_a_row_is_listed_in_part(office, kim, massage, room, visit):
    """Of a therapist of ten years there are ten thousand visits, and nobody reads them there."""
    gone = reverse("admin:bookings_therapist_delete", args=[kim.pk])
    a_day = timedelta(days=1)
    for days in range(1, 2 * MOST_SHOWN):
        make_appointment(
            starts_at=visit.starts_at + days * a_day, treatment=massage, therapist=kim, room=room
        )
    with CaptureQueriesContext(connection) as data:
        page = office.get(gone)
    *shown, last = page.context["protected"]
    assert len(shown) == MOST_SHOWN
    assert last == "There are more appointments than these."
    loaded = [one["sql"] for one in data if 'FROM "bookings_appointment"' in one["sql"]]
    assert all(
        f"LIMIT {MOST_SHOWN + 1}" in sql or 'WHERE "bookings_appointment"."id" =' in sql
        for sql in loaded
    )


def test_a_therapists_page_has_no_time_off_that_is_long_over(office, kim):
    """In ten years there are hundreds; it stands in the list of all of it."""
    now = timezone.now()
    for days in (400, 10, -10):
        begin = now - timedelta(days=days)
        Absence.objects.create(therapist=kim, starts_at=begin, ends_at=begin + timedelta(hours=1))
        ExtraShift.objects.create(therapist=kim, day=begin.date(), start=time(9), end=time(10))
    page = office.get(page_of(kim))
    shown = {
        one.formset.prefix: len(one.formset.forms) for one in page.context["inline_admin_formsets"]
    }
    assert (shown["absences"], shown["extra_shifts"]) == (2, 2)


def test_a_treatment_says_which_kinds_of_session_it_suits(office, massage):
    send(office, page_of(massage), session_kinds=["taper_tune_up", "pre_race_flush"])
    massage.refresh_from_db()
    assert massage.session_kinds == ["taper_tune_up", "pre_race_flush"]


def test_a_kind_of_session_that_does_not_exist_is_refused(office, massage):
    page = send(office, page_of(massage), session_kinds=["deep_magic"])
    assert "session_kinds" in page.context["adminform"].form.errors


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
    send(office, page_of(client), name=client.name, email=client.email, phone="020 946")
    client.refresh_from_db()
    assert (client.phone, client.bounced_at) == ("020 946", NOW)
    send(office, page_of(client), name=client.name, email="right@example.com")
    client.refresh_from_db()
    assert client.bounced_at is None


def test_what_is_changed_here_stands_in_what_was_changed_of_the_record(office, visit):
    ana, login = visit.client, factories.make_user("new@example.com", role=Role.RUNNER)
    was = ana.email
    send(office, page_of(ana), phone="020 946")
    send(office, page_of(ana), user=login.pk)
    send(office, page_of(ana), email="right@example.com")
    send(office, page_of(ana))  # as it is: no news
    facts = [event.facts for event in ana.record_events.filter(kind="changed")]
    assert [one["to"] for one in facts] == [
        {"phone": "020 946"},
        {"login": login.email},
        {"email": "right@example.com", "login": ""},
    ]
    assert facts[-1]["from"] == {"email": was, "login": login.email}
    page = office.get(reverse("desk:client", args=[ana.pk])).text
    assert "right@example.com" in page.partition('id="changes"')[2]


def test_who_is_added_here_has_been_taken_down(office, clinic):
    send(office, new(Client), name="Ana Demo")
    assert Client.objects.get().record_events.get().kind == "taken down"


def test_a_clients_page_leads_to_their_appointments(office, visit):
    assert f"?client__id__exact={visit.client_id}" in office.get(page_of(visit.client)).text
    make_visit(1)
    page = office.get(list_of(Appointment), {"client__id__exact": visit.client_id})
    assert list(page.context["cl"].result_list) == [visit]


def photo(colour="brown") -> SimpleUploadedFile:
    """As a camera writes it, with something beside the picture."""
    exif = Image.Exif()
    exif[0x010E] = "planted"
    file = BytesIO()
    Image.new("RGB", (900, 600), colour).save(file, "JPEG", exif=exif)
    return SimpleUploadedFile("kim.jpg", file.getvalue())


def test_a_photo_of_a_therapist_is_cut_to_a_square_and_stripped(office, kim):
    office.post(new(Portrait), {"therapist": kim.pk, "photo": photo()})
    kept = Portrait.objects.get()
    assert b"planted" not in bytes(kept.picture)
    with Image.open(BytesIO(kept.picture)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (400, 400))
    assert kept.digest in office.get(list_of(Portrait)).content.decode()
    office.post(page_of(kept), {"therapist": kim.pk, "photo": photo("green")})
    assert Portrait.objects.get().digest != kept.digest


def test_a_file_that_is_no_photo_is_refused_with_a_reason(office, kim):
    sent = SimpleUploadedFile("kim.jpg", b"no picture at all")
    page = office.post(new(Portrait), {"therapist": kim.pk, "photo": sent})
    assert "Please use a JPEG, PNG or WebP." in page.content.decode()
    assert not Portrait.objects.exists()
