"""Whom the desk rings: last here weeks ago, and nothing booked."""

import csv
import io
from datetime import timedelta
from itertools import cycle

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actions.exports import OF_CLIENTS
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.desk.clients import not_back
from bookings.models import Change
from tests import factories

PAGE, FILE = "/desk/clients/not-back/", "/desk/clients/not-back.csv"


@pytest.fixture
def seen(massage, kim, room, at):
    """Somebody new, with visits so many days from today."""

    hours = cycle(range(8, 20))

    def seen(name, *visits, **fields):
        client = factories.make_client(name, **fields)
        for days, status in visits:
            hour = next(hours)
            factories.make_appointment(
                client=client, treatment=massage, therapist=kim, room=room,
                starts_at=at(days, hour), status=status,
            )  # fmt: skip
        return client

    return seen


def say_who_it_is(browser) -> None:
    browser.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})


def names(answer) -> list[str]:
    return [str(visit.client) for visit, _race, _why in answer.context["listed"]]


def test_only_who_was_here_longer_ago_and_has_nothing_booked_is_listed(desks, seen, today):
    came, booked, missed = Status.COMPLETED, Status.BOOKED, Status.NO_SHOW
    ana = seen("Ana Away", (-57, came), (-70, came), phone="+44 20 7946 0001")
    factories.make_race(ana, race_date=today + timedelta(days=60), name="Harbour Run")
    seen("Bo Missed", (-90, came), (-3, missed), phone="")
    seen("Cy Eight", (-56, came))
    seen("Di Booked", (-90, came), (3, booked))
    seen("Ed Never", (-90, missed))
    seen("Flo Unmarked", (-90, came), (-2, booked))
    seen("Gus Cancelled", (-80, came), (4, Status.CANCELLED))
    answer = desks.get(PAGE)
    assert names(answer) == ["Ana Away", "Gus Cancelled", "Bo Missed"]
    page = answer.content.decode()
    assert 'href="tel:+442079460001"' in page
    assert 'href="tel:"' not in page
    assert "Harbour Run" in page
    assert "The client does not want these mails." in page
    assert names(desks.get(PAGE, {"weeks": "4"}))[0] == "Cy Eight"
    assert names(desks.get(PAGE, {"weeks": "x"})) == names(answer)


def test_as_a_file_no_name_is_a_formula(desks, seen):
    seen("=HYPERLINK(1)", (-90, Status.COMPLETED), wants_nudges=True)
    say_who_it_is(desks)
    text = desks.get(FILE).content.decode("utf-8")
    _heading, [name, *_rest, why] = csv.reader(
        io.StringIO(text.removeprefix("\N{BYTE ORDER MARK}"))
    )
    assert (name, why) == ("'=HYPERLINK(1)", "")
    noted = Change.objects.get(table=OF_CLIENTS)
    assert (noted.row, noted.role) == (1, Role.DESK)


@pytest.mark.parametrize("address", [PAGE, FILE])
def test_thirty_who_are_gone_take_as_many_queries_as_one(desks, seen, today, address):
    def gone(number):
        client = seen(f"Ana {number}", (-90 - number, Status.COMPLETED))
        factories.make_race(client, race_date=today + timedelta(days=60))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desks.get(address)
        return len(queries)

    say_who_it_is(desks)
    gone(0)
    assert desks.get(address).status_code == 200
    few = asked()
    for number in range(1, 31):
        gone(number)
    assert asked() == few


def test_a_page_counts_no_further_than_anybody_turns(desks, seen, monkeypatch):
    monkeypatch.setattr(not_back.NotBackPages, "most", 2)
    for number in range(3):
        seen(f"Ana {number}", (-90 - number, Status.COMPLETED))
    answer = desks.get(PAGE)
    assert names(answer) == ["Ana 0", "Ana 1"]
    assert "There may be more" in answer.text
