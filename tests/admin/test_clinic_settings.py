"""The one clinic, and what its settings lead to."""

import pytest
from django.urls import reverse

from bookings.models import (
    Clinic,
    Room,
)
from tests.admin.forms import (
    filled,
    list_of,
    messages,
    new,
    page_of,
    send,
    why_not,
)


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
    typed = {"name": "Taper", "address": "1 Tow Path", "phone": "020 946", "email": "a@example.com"}
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
