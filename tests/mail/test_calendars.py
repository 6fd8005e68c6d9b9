"""The calendar parts, byte for byte, and as an independent reader understands them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.signing import Signer
from icalendar import Calendar

from bookings import calendars, links
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment
from tests.factories import make_appointment, make_client

GOLDEN = Path(__file__).parent / "golden"
START = datetime(2026, 12, 1, 10, 15, tzinfo=UTC)
STAMP = datetime(2026, 11, 24, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def always_the_same_links(settings, monkeypatch):
    settings.SITE_URL = "https://book.example.com"
    monkeypatch.setattr(links, "_CALENDAR", Signer(key="for golden files", salt="page"))


@pytest.fixture
def appointment(massage, kim, room) -> Appointment:
    return make_appointment(
        public_id="QmFyZWZvb3RSdW5uZXJz",
        starts_at=START,
        booked_at=STAMP,
        client=make_client("Ana Demo", email="ana@example.com", proved_at=STAMP),
        treatment=massage,
        therapist=kim,
        room=room,
    )


def move(appointment: Appointment, **to) -> Appointment:
    for name, value in to.items():
        setattr(appointment, name, value)
    appointment.revision += 1
    return appointment


def written(appointment, clinic) -> bytes:
    return calendars.invitation(appointment, clinic, stamp=STAMP)


def downloaded(appointment, clinic) -> bytes:
    return calendars.download(appointment, clinic, links.calendar_token(appointment))


def event(file: bytes):
    return Calendar.from_ical(file).walk("VEVENT")[0]


def test_the_invitation_is_as_it_was(appointment, clinic):
    assert written(appointment, clinic) == (GOLDEN / "confirmed.ics").read_bytes()


def test_the_invitation_to_another_time_is_as_it_was(appointment, clinic):
    move(
        appointment, starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=1)
    )

    assert written(appointment, clinic) == (GOLDEN / "moved.ics").read_bytes()


def test_the_cancellation_is_as_it_was(appointment, clinic):
    move(appointment, status=Status.CANCELLED)

    assert written(appointment, clinic) == (GOLDEN / "cancelled.ics").read_bytes()


def test_the_file_to_download_is_as_it_was(appointment, clinic):
    file = downloaded(appointment, clinic)

    assert file == (GOLDEN / "download.ics").read_bytes()


def test_a_reader_finds_when_and_where(appointment, clinic):
    read = event(written(appointment, clinic))

    assert (read.start, read.end) == (START, START + timedelta(hours=1))
    assert read["LOCATION"] == "1 Tow Path, London N1 1AA"
    assert read["SUMMARY"] == "Sports massage at Taper Clinic"
    assert read["STATUS"] == "CONFIRMED"
    assert read["ORGANIZER"] == "mailto:desk@example.com"
    assert read["ATTENDEE"] == "mailto:ana@example.com"


def test_one_uid_for_life_and_a_rising_sequence(appointment, clinic):
    booked = event(written(appointment, clinic))
    moved = event(written(move(appointment, starts_at=START + timedelta(hours=1)), clinic))
    cancelled = event(written(move(appointment, status=Status.CANCELLED), clinic))

    assert booked["UID"] == moved["UID"] == cancelled["UID"]
    assert booked["UID"] == "QmFyZWZvb3RSdW5uZXJz"
    assert [e["SEQUENCE"] for e in (booked, moved, cancelled)] == [0, 1, 2]


def test_what_waits_for_its_address_to_be_proved_is_tentative_and_confirmed_after(
    appointment, clinic
):
    client = appointment.client
    client.proved_at, appointment.prove_by = None, START
    client.save()
    appointment.save()
    before = [event(written(appointment, clinic)), event(downloaded(appointment, clinic))]
    assert [one["STATUS"] for one in before] == ["TENTATIVE"] * 2
    assert before[0]["ATTENDEE"].params["PARTSTAT"] == "TENTATIVE"
    client.proved_at = STAMP + timedelta(hours=1)
    client.save()
    after = event(downloaded(appointment, clinic))
    assert (after["STATUS"], after["UID"]) == ("CONFIRMED", before[1]["UID"])
    assert after["SEQUENCE"] >= before[1]["SEQUENCE"]
    assert after["DTSTAMP"].dt > before[1]["DTSTAMP"].dt


def test_a_cancelled_visit_is_taken_out_of_the_calendar(appointment, clinic):
    move(appointment, status=Status.CANCELLED)
    file = Calendar.from_ical(written(appointment, clinic))

    assert calendars.method(appointment) == file["METHOD"] == "CANCEL"
    assert file.walk("VEVENT")[0]["STATUS"] == "CANCELLED"


def test_the_file_to_download_invites_nobody(appointment, clinic):
    file = Calendar.from_ical(downloaded(appointment, clinic))

    assert file["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in file.walk("VEVENT")[0]


def test_a_calendar_never_carries_the_link_that_proves_an_address(appointment, clinic):
    proving = links.mail_token(appointment)
    text = written(appointment, clinic).replace(b"\r\n ", b"").decode()

    assert proving not in text
    assert links.page_token(appointment) not in text
    assert links.calendar_token(appointment) in text


@pytest.mark.parametrize(
    "name",
    [
        'Ana";X-EVIL=1:mailto:evil@example.com',
        "Ana\r\nATTENDEE:mailto:evil@example.com",
        "Ana\u2028END:VEVENT",
        "Ng\u0169g\u0129 wa Thiong\u2019o \U0001f3c3",
        "\u674e\u5a1c " * 60,
    ],
)
def test_a_hostile_or_long_name_stays_a_name(name, appointment, clinic):
    appointment.client.name = name
    file = written(appointment, clinic)

    assert event(file)["ATTENDEE"] == "mailto:ana@example.com"
    assert set(event(file)["ATTENDEE"].params) == {"CN", "PARTSTAT", "ROLE", "RSVP"}
    assert max(len(line) for line in file.split(b"\r\n")) <= 75


def test_an_hour_that_the_clock_repeats_is_told_apart(appointment, clinic):
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    again = first + timedelta(hours=1)

    starts = [
        event(written(move(appointment, starts_at=at), clinic)).start for at in (first, again)
    ]

    assert starts == [first, again]


def test_calendars_on_the_web_get_the_same_hour_and_place_and_no_link(appointment, clinic):
    for _name, address in calendars.on_the_web(appointment, clinic):
        told = parse_qs(urlsplit(address).query)
        times = told["dates"][0].split("/") if "dates" in told else told["startdt"] + told["enddt"]
        read = [datetime.fromisoformat(one) for one in times]
        assert read == [appointment.starts_at, appointment.ends_at]
        assert told["location"] == [", ".join(clinic.address.splitlines())]
        assert appointment.public_id not in address
