"""Runs in the peer's own environment: seeds it, counts its queries; says so as JSON.

`driver.py seed THERAPISTS FACTS.csv`, `one PATH`, `walk DAY HH:MM`, `overlaps DAY`.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

import django

django.setup()

from appointment.models import (  # noqa: E402 - models need Django set up
    Config,
    EmailVerificationCode,
    Service,
    StaffMember,
    WorkingHours,
)
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

FILL = """
WITH requests AS (
    INSERT INTO appointment_appointmentrequest (date, start_time, end_time, service_id,
           staff_member_id, payment_type, id_request, reschedule_attempts, created_at, updated_at)
    SELECT day, start, ends, %s, (%s::bigint[])[therapist + 1], 'full',
           'seed-' || row_number() OVER (), 0, now(), now() FROM facts
    RETURNING id, staff_member_id)
INSERT INTO appointment_appointment (client_id, appointment_request_id, address, want_reminder,
       additional_info, paid, amount_to_pay, id_request, phone, created_at, updated_at)
SELECT %s, id, '', false, '', false, 60, 'seed-' || id, '', now(), now() FROM requests
"""
OVERLAPS = """
SELECT count(*)
  FROM (SELECT a.id, r.staff_member_id, r.date, r.start_time, r.end_time
          FROM appointment_appointment a
          JOIN appointment_appointmentrequest r ON r.id = a.appointment_request_id
         WHERE r.date = %s) one
 WHERE EXISTS (SELECT FROM appointment_appointment a
                 JOIN appointment_appointmentrequest r ON r.id = a.appointment_request_id
                WHERE a.id < one.id AND r.staff_member_id = one.staff_member_id
                  AND r.date = one.date AND r.start_time < one.end_time
                  AND one.start_time < r.end_time)
"""


def seed(therapists: str, facts: str) -> dict:
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # the package has no migrations
    call_command("flush", interactive=False, verbosity=0)
    Config.objects.create(slot_duration=30, slot_gap_time=15, appointment_buffer_time=0)
    service = Service.objects.create(
        name="Sports massage 60", duration=timedelta(minutes=60), price=60
    )
    staff = [_member(number, service) for number in range(int(therapists))]
    client = get_user_model().objects.create_user("client", "client@example.com")
    with connection.cursor() as cursor, Path(facts).open() as rows:
        cursor.execute("CREATE TEMP TABLE facts (therapist int, day date, start time, ends time)")
        cursor.cursor.copy_expert("COPY facts FROM STDIN CSV", rows)
        cursor.execute(FILL, [service.pk, staff, client.pk])
        stored = cursor.rowcount
        cursor.execute("ANALYZE")
    return {"service": service.pk, "staff": staff, "appointments": stored}


def _member(number: int, service: Service) -> int:
    user = get_user_model().objects.create_user(f"therapist{number}", first_name=f"T{number}")
    member = StaffMember.objects.create(user=user)
    member.services_offered.add(service)
    for weekday in range(7):
        WorkingHours.objects.create(
            staff_member=member, day_of_week=weekday, start_time=time(8), end_time=time(20)
        )
    return member.pk


def walk(day: str, start: str) -> dict:
    """A newcomer's requests and queries, from pressing a slot to the page that thanks."""
    browser, at = Client(), datetime.combine(date.fromisoformat(day), time.fromisoformat(start))
    slot = {
        "date": day,
        "start_time": start,
        "end_time": f"{at + timedelta(minutes=60):%H:%M}",
        "service": Service.objects.get().pk,
        "staff_member": StaffMember.objects.order_by("pk").first().pk,
    }
    person = {"name": "Ana Walk", "email": "walk@example.com", "payment_type": "full"}
    phone = {"phone_0": "GB", "phone_1": "7400123456"}
    with CaptureQueriesContext(connection) as data:
        to_details = browser.post("/appointment/request-submit/", slot)["Location"]
        browser.get(to_details)
        to_code = browser.post(to_details, {**person, **phone})["Location"]
        browser.get(to_code)
    before = len(data)
    code = EmailVerificationCode.objects.get(user__email=person["email"]).code
    with CaptureQueriesContext(connection) as data:
        thanks = browser.post(to_code, {"code": code})["Location"]
        page = browser.get(thanks)
    assert page.status_code == 200, page
    return {"requests": 6, "queries": before + len(data)}


def one(path: str) -> dict:
    """What one of its answers takes without a web server around it: the median of 20."""
    browser, taken = Client(headers={"X-Requested-With": "XMLHttpRequest"}), []
    browser.get(path)
    for _ in range(20):
        began = perf_counter()
        browser.get(path)
        taken.append((perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as data:
        browser.get(path)
    return {"queries": len(data), "ms": round(median(taken), 1)}


def overlaps(day: str) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS, [day])
        return {"overlaps": cursor.fetchone()[0]}


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    answers: dict[str, Callable[..., dict]] = {
        "seed": seed,
        "one": one,
        "walk": walk,
        "overlaps": overlaps,
    }
    print(json.dumps(answers[what](*given)))
