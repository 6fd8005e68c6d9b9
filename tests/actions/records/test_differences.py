"""What a list says otherwise than the books is told; only what is empty here is filled."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bookings.actions.clients import details
from bookings.actions.records import importing
from bookings.models import Appointment, Change, Client
from tests import factories
from tests.actions.records.test_importing import PATIENTS, VISITS, patient, visit
from tests.importing import checked, imported, told, undone, worked
from tests.lists import as_csv


def as_checked(text):
    """What becomes of each row, and that the check had said so."""
    batch = checked(text)
    forecast = told(batch)
    importing.start(batch, now=timezone.now())
    worked()
    assert told(batch) == forecast
    batch.refresh_from_db()
    return batch, [(outcome, reason) for _number, outcome, reason in forecast]


OTHERWISE = {
    "moved there": ({"start": "10:15"}, "in the list Saturday 5 December 2026, 10:15"),
    "given to another": ({"who": "Lou Demo"}, "Sports massage with Lou Demo, 60 min; here"),
    "cancelled there": ({"cancelled": "2026-12-01"}, "Here it stands on Saturday 5 December 2026"),
    "over there": ({"start": "over"}, "here Saturday 5 December 2026, 10:00"),
}


@pytest.mark.fixed_clock
@pytest.mark.parametrize(("changed", "said"), OTHERWISE.values(), ids=OTHERWISE)
def test_a_visit_that_is_otherwise_in_a_later_list_is_told_and_stays(
    massage, kim, at, changed, said
):
    ten = at(3, 10)
    factories.make_therapist("Lou Demo")
    rows = [visit(n, ten + timedelta(days=n - 1), n, f"Client {n}x", email=f"{n}@example.com")
            for n in (1, 2)]  # fmt: skip
    imported(as_csv(VISITS, rows))
    before = list(Appointment.objects.order_by("pk").values())
    starts = {"10:15": ten + timedelta(minutes=15), "over": at(-3, 10)}
    start = starts.get(changed.get("start", ""), ten)
    more = {name: value for name, value in changed.items() if name != "start"}
    rows[0] = visit(1, start, 1, "Client 1x", email="1@example.com", **more)
    _batch, [first, second] = as_checked(as_csv(VISITS, rows))
    assert (first[0], second[0]) == ("differs", "same")
    assert said in first[1]
    assert list(Appointment.objects.order_by("pk").values()) == before


def test_a_visit_cancelled_there_is_not_taken_for_the_one_booked_again_at_the_same_time(
    massage, at
):
    again = [visit(1, at(3, 10), cancelled="2026-12-01"), visit(2, at(3, 10))]
    for rows in (again, again):
        _batch, said = as_checked(as_csv(VISITS, rows))
        assert "differs" not in dict(said)
    without = [[*row[1:]] for row in again]
    _batch, said = as_checked(as_csv(VISITS[1:], without))
    assert "differs" not in dict(said)


def test_what_is_empty_of_a_client_is_filled_once_and_what_differs_is_told(clinic):
    imported(as_csv(PATIENTS, [patient(1), patient(2, email="b@example.com", phone="0771 1112223"),
                               patient(3, phone="0772 1112223"), patient(4),
                               patient(5, phone="0775 1112223")]))  # fmt: skip
    emptied = Client.objects.get(name="Client Number4")
    Client.objects.filter(pk=emptied.pk).update(phone="0774 1112223")
    Client.objects.filter(pk=emptied.pk).update(phone="")
    rows = [
        patient(1, email="a@example.com", phone="0770 1112223"),
        patient(2, "Client Renamed", "new@example.com", phone="0771 1112223"),
        patient(3, "Client Number3", "b@example.com", "+44 772 1112223"),
        patient(4, phone="0774 1112223"),
        patient(5, phone="0779 1112223"),
    ]
    _batch, said = as_checked(as_csv(PATIENTS, rows))
    assert [one[0] for one in said] == ["added", *["differs"] * 4]
    assert "“Client Renamed” in the list, “Client Number2” here" in said[1][1]
    assert "new@example.com in the list, b@example.com here" in said[1][1]
    assert "b@example.com, and none is kept here" in said[2][1]  # somebody else's
    assert "0774 1112223, and none is kept here" in said[3][1]  # taken out by somebody
    assert "0779 1112223 in the list, 0775 1112223 here" in said[4][1]
    first, *rest = Client.objects.order_by("name").values_list("email", "phone")
    assert first == ("a@example.com", "0770 1112223")
    assert rest[:3] == [("b@example.com", "0771 1112223"), ("", "0772 1112223"), ("", "")]
    assert Client.objects.get(email="a@example.com").unconfirmed_since
    _again, said = as_checked(as_csv(PATIENTS, rows))
    assert [one[0] for one in said] == ["same", *["differs"] * 4]


def test_what_a_list_has_filled_goes_again_as_if_it_had_never_been(massage, at):
    brought = imported(as_csv(VISITS, [visit(1, at(3, 10), 1, "Client Number1", email="a@b.com")]))
    before = list(Client.objects.values()), Change.objects.count()
    filled = imported(as_csv(PATIENTS, [patient(1, email="a@b.com", phone="0770 1112223")]))
    assert list(filled.rows.values_list("outcome", "filled")) == [("added", "phone")]
    undone(filled)
    assert (list(Client.objects.values()), Change.objects.count()) == before
    undone(brought)
    assert not Client.objects.exists()


def test_what_was_filled_and_changed_since_stays(clinic):
    imported(as_csv(PATIENTS, [patient(1)]))
    filled = imported(as_csv(PATIENTS, [patient(1, phone="0770 1112223")]))
    client = Client.objects.get()
    facts = details.facts_of(client)
    wanted = {**facts, "phone": "0771 1112223"}
    details.change(client, seen=facts, wanted=wanted, by="desk: 2", now=timezone.now())
    undone(filled)
    connection.check_constraints()
    [kept] = filled.rows.filter(undone="kept")
    assert "changed or used since" in kept.reason
    assert Client.objects.get().phone == "0771 1112223"


def test_a_row_fills_what_an_earlier_row_of_the_list_has_left_empty(clinic):
    rows = [patient(1), patient(1, email="a@example.com"), patient(1, phone="0770 1112223")]
    batch, said = as_checked(as_csv(PATIENTS, rows))
    assert [one[0] for one in said] == ["new", "added", "added"]
    assert list(Client.objects.values_list("email", "phone")) == [("a@example.com", "0770 1112223")]
    undone(batch)
    assert not Client.objects.exists()
