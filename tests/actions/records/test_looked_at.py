"""What somebody should look at in a list is told, and left to them: never forced, never silent."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actions.records import visits
from bookings.actions.records.reading import NotToBeImported
from bookings.models import Appointment, Client, ClientImport, Mail
from tests import factories
from tests.importing import checked, imported, outcomes, told
from tests.lists import as_csv

CLIENTS = ["Patient Id", "First name", "Last name", "Preferred first name", "Email", "Phone",
           "Reminder type", "Referral source"]  # fmt: skip
VISITS = ["Appointment id", "Patient", "Email", "Practitioner", "Appointment type", "Start time",
          "Business", "Did not arrive"]  # fmt: skip


@pytest.fixture
def ten(at):
    return at(3, 10)


def visits_of(*starts, name="Ana Demo", email="ana@example.com", first=1):
    return as_csv(VISITS, [
        [n, name, email, "Kim Demo", "Sports massage", f"{start:%Y-%m-%dT%H:%M:%S+00:00}", "", ""]
        for n, start in enumerate(starts, first)
    ])  # fmt: skip


def test_an_appointment_years_ahead_is_left_out_unless_somebody_says_so(massage, ten):
    text = visits_of(ten, ten + timedelta(weeks=52 * 73))
    [_first, (_row, outcome, reason)] = told(checked(text))
    assert outcome == "clash"
    assert "more than two years ahead" in reason
    imported(text, takes_far=True)
    assert Appointment.objects.count() == 2


def test_back_to_back_is_told_by_its_pause_and_comes_in_without(massage, kim, room, ten):
    massage.buffer_minutes = 15
    massage.save()
    hour = timedelta(minutes=massage.minutes)
    text = visits_of(ten, ten + hour)
    reason = told(checked(text))[1][2]
    assert "from 10:00 to 11:00, and the pause after it lasts until 11:15." in reason
    assert "Only a pause is in the way" in reason
    batch = checked(text, no_pauses=True)
    assert [outcome for _row, outcome, _why in told(batch)] == ["new", "visit"]
    other = factories.make_client("Bo Secret")
    place = {"treatment": massage, "therapist": kim, "room": room, "client": other}
    factories.make_appointment(starts_at=ten + 2 * hour, **place)
    assert outcomes(imported(text, no_pauses=True)) == {"new": 1, "visit": 1}
    assert {one.blocked_until - one.ends_at for one in Appointment.objects.order_by("pk")[1:]} == {
        timedelta()
    }
    third = told(checked(visits_of(ten + timedelta(minutes=150), first=9)))[0][2]
    assert "from 12:00 to 13:00." in third
    assert "Secret" not in third
    assert "Only a pause" not in third


BOTH = (
    as_csv(CLIENTS, [[1, "Robert", "Jones", "", "bob@example.org", "", "", ""]]),
    as_csv(CLIENTS, [["", "Zoë", "Müller", "", "bob@example.org", "", "", ""]]),
)


@pytest.mark.parametrize(
    ("choice", "outcome", "count"), [("", "left_out", 1), ("one", "same", 1), ("two", "new", 2)]
)
def test_another_name_at_somebodys_address_is_decided_once_for_the_list(
    clinic, choice, outcome, count
):
    imported(BOTH[0])
    again = imported(BOTH[1], same_address=choice)
    assert outcomes(again) == {outcome: 1}
    assert Client.objects.count() == count
    assert ("one person or two" in told(again)[0][2]) is (choice == "")


def test_who_prefers_another_first_name_is_known_by_it_in_the_next_list(massage, ten):
    imported(as_csv(CLIENTS, [[1, "Robert", "Jones", "Bob", "bob@example.org", "07700 900123",
                               "", ""]]))  # fmt: skip
    assert outcomes(imported(visits_of(ten, name="Bob Jones", email="bob@example.org"))) == {
        "visit": 1
    }
    assert Appointment.objects.get().whose.name == "Robert Jones"


def test_a_number_or_two_addresses_that_cannot_be_kept_do_not_keep_the_person_out(clinic):
    phones = ["07700 900110 (wife)", "7.70090E+11", "01/2" * 20, "07700.900-123"]
    rows = [[n, f"Ana{n}", "Demo", "", "", phone, "", ""] for n, phone in enumerate(phones)]
    rows.append([9, "Eva", "Demo", "", "eva@example.org; e@example.org", "", "", ""])
    batch = imported(as_csv(CLIENTS, rows))
    assert outcomes(batch) == {"new": 5}
    assert [bool(reason) for _row, _outcome, reason in told(batch)] == [True] * 3 + [False, True]
    kept = Client.objects.order_by("name").values_list("phone", "email")
    assert list(kept) == [("", "")] * 3 + [("07700 900 123", ""), ("", "")]


def test_reminders_are_switched_on_for_all_of_a_list_once(massage, at):
    batch = imported(visits_of(*(at(3 + n, 10) for n in range(2))))
    assert not Mail.objects.exists()
    with CaptureQueriesContext(connection) as of_two:
        assert visits.remind_after_all(batch, now=timezone.now()) == 2
    assert set(Mail.objects.values_list("kind", flat=True)) == {"reminder"}
    before = Mail.objects.count()
    with pytest.raises(NotToBeImported):
        visits.remind_after_all(batch, now=timezone.now())
    assert Mail.objects.count() == before
    assert ClientImport.objects.get().remind
    more = imported(visits_of(*(at(3 + n, 12) for n in range(7)), first=9))
    with CaptureQueriesContext(connection) as of_more:
        assert visits.remind_after_all(more, now=timezone.now()) > 2
    assert len(of_more) == len(of_two)
