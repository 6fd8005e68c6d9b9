"""The demo's data is loaded once, the same each time, and into no real clinic."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from bookings.models import (
    Absence,
    Appointment,
    AppointmentEvent,
    Client,
    Clinic,
    Room,
    Series,
    Therapist,
    Treatment,
    User,
    WaitlistEntry,
    WaitlistOffer,
    WeeklyShift,
)
from clinic.demo.data import load as loading

pytestmark = pytest.mark.django_db


def test_whoever_means_it_loads_it_anywhere_once_and_the_same_each_time(
    settings, capsys, time_machine
):
    time_machine.move_to(datetime(2026, 11, 23, 11, 30, tzinfo=UTC), tick=False)
    settings.DEMO = settings.DEBUG = False
    call_command("load_demo_data", "--yes")
    assert loading.is_loaded()
    first = everything()
    settings.DEMO = True
    call_command("load_demo_data")
    assert everything() == first
    assert "already" in capsys.readouterr().out
    forget_everything()
    call_command("load_demo_data")
    assert everything() == first


def everything():
    """What people see of it; ids, password hashes and the secret of each link may differ."""
    return [
        sorted(Client.objects.values_list("name", "email", "phone", "created_at", "proved_at")),
        sorted(WeeklyShift.objects.values_list("therapist__name", "weekday", "start", "end")),
        list(Absence.objects.order_by("starts_at", "reason").values_list("starts_at", "ends_at")),
        sorted(
            Appointment.objects.values_list(
                "starts_at", "room__name", "therapist__name", "client__name", "treatment__name",
                "status", "booked_at", "revision", "any_therapist",
            ),
            key=str,  # a hold is nobody's yet
        ),
        sorted(
            AppointmentEvent.objects.values_list(
                "at", "kind", "by", "appointment__starts_at", "appointment__room__name"
            )
        ),
    ]  # fmt: skip


def forget_everything():
    with connection.cursor() as cursor:  # signed notes know no other way to go
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE therapists_note, therapists_healthcheck CASCADE")
        cursor.execute("TRUNCATE bookings_payment, bookings_fee")
    for model in (
        WaitlistOffer,
        WaitlistEntry,
        Appointment,
        Series,
        Client,
        User,
        Treatment,
        Absence,
        Therapist,
        Room,
        Clinic,
    ):
        model.objects.all().delete()


def test_it_is_not_loaded_into_a_real_clinic_by_mistake(settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(CommandError, match="known password"):
        call_command("load_demo_data")
    assert not Clinic.objects.exists()
