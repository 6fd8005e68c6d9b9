"""All clients as a file, and in again."""

import csv
import io

from bookings.actions.exports import OF_CLIENTS
from bookings.core.records.fields import OtherSystem
from bookings.models import Change, Client
from tests import factories
from tests.importing import imported, outcomes
from tests.office.conftest import say_who_it_is

FILE = "/office/clients.csv"


def test_all_clients_taken_out_and_in_again_change_nothing(office, clinic):
    factories.make_client("Ana Demo", email="ana@example.com", phone="+44 20 7946 0001")
    factories.make_client("=SUM(1) Ömer", phone="020 7946 0002", email="")
    factories.make_client("Bo Demo", email="ana@example.com", desk_notes="Sore knee")
    say_who_it_is(office)
    data = office.get(FILE).content
    heading, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert (len(rows), rows[1][1]) == (3, "'=SUM(1) Ömer")
    assert not {"health_hold", "desk_notes"} & set(heading)
    assert "Sore knee" not in data.decode()
    before = list(Client.objects.values())
    batch = imported(data)
    assert batch.source == OtherSystem.TAPER
    assert outcomes(batch) == {"same": 2, "broken": 1}  # a name that is a formula
    assert list(Client.objects.values()) == before


def test_who_took_clients_out_stands_in_the_history(office, clinic):
    factories.make_client("Ana Demo")
    say_who_it_is(office)
    office.get(FILE)
    assert Change.objects.get(table=OF_CLIENTS).row == 1
    page = office.get("/desk/history/", {"what": OF_CLIENTS}).content.decode()
    assert "Clients taken out as a file" in page
    assert "1 client<" in page
    assert "Ana Demo" not in page
