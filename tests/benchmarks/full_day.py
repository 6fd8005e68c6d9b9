"""A therapist's full day: visits of people with years of notes, as the server makes it."""

import statistics
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from bookings.core.scheduling.statuses import Status
from bookings.models import User
from tests import factories
from tests.benchmarks import seed
from tests.benchmarks.sizes import size
from therapists.core.content import Answers, Content, Mark
from therapists.models import HealthCheck, Note, NoteVersion
from therapists.models.sealed import Sealed

VISITS, NOTES, REQUESTS = size(14, toy=3), size(30, toy=2), size(100, toy=5)
LENGTH = timedelta(minutes=45)


def measure(_folder: Path, today: date) -> list[tuple[str, str]]:
    print("Measuring a therapist's day …")
    browser = Browser(HTTP_HOST="localhost")
    browser.force_login(make_full_day(today))
    return [(f"/today/, {VISITS} visits, {NOTES} notes each, in the server", _timed(browser))]


def make_full_day(today: date) -> User:
    """The login of the therapist whose day it is."""
    treatment = seed.make_busy_clinic(
        therapists=size(30, toy=2), appointments=size(50_000, toy=100), last_day=today
    )
    user = factories.make_user()
    therapist = factories.make_therapist("Full Day", user=user)
    room = factories.make_room("Full")
    first = datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=7)
    for number in range(VISITS):
        client = factories.make_client(f"Client {number}")
        factories.make_race(client, race_date=today + timedelta(days=number))
        _tells(client, first)
        place: dict[str, Any] = {
            "client": client,
            "therapist": therapist,
            "room": room,
            "treatment": treatment,
        }
        for weeks in range(NOTES + 1):
            start = first + number * LENGTH - timedelta(weeks=weeks)
            end = start + LENGTH
            visit = factories.make_appointment(
                starts_at=start, ends_at=end, blocked_until=end,
                status=Status.COMPLETED if weeks else Status.BOOKED, **place,
            )  # fmt: skip
            if weeks:
                _signs(visit)
    with connection.cursor() as cursor:  # or the first minute is measured without statistics
        cursor.execute("ANALYZE")
    return user


def _tells(client, at: datetime) -> None:
    answers = Sealed.of(Answers(1, ()).as_data())
    HealthCheck.objects.create(client=client, form="full", given_at=at, by="x", content=answers)


def _signs(visit) -> None:
    note = Note.objects.create(
        appointment=visit, author=visit.therapist, created_at=visit.ends_at, saved_at=visit.ends_at
    )
    content = Content(plan="The same again", marks=(Mark("left-calf", "pain", 5),))
    NoteVersion.objects.create(
        note=note, number=1, signed_by=visit.therapist, signed_at=visit.ends_at,
        content=Sealed.of(content.as_data()),
    )  # fmt: skip


def _timed(browser: Browser) -> str:
    for _ in range(5):
        assert browser.get("/today/").content.count(b"visit-name") == VISITS
    worked = time.process_time()  # of our own, whoever else is busy on the machine
    took = sorted(_one(browser) for _ in range(REQUESTS))
    worked = (time.process_time() - worked) / REQUESTS
    with CaptureQueriesContext(connection) as data:
        browser.get("/today/")
    p50, p95 = statistics.median(took), took[int(REQUESTS * 0.95)]
    wall = f"p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, fastest {took[0] * 1000:.1f} ms"
    return f"{wall}; {worked * 1000:.1f} ms of processor each; {len(data)} queries"


def _one(browser: Browser) -> float:
    start = time.perf_counter()
    browser.get("/today/")
    return time.perf_counter() - start
