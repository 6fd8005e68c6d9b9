"""The owner brings clients along: file, columns, check, import, and back again."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.core.records.fields import Field
from bookings.core.records.moments import Order
from bookings.models import Appointment, Client, ClientImport, Therapist
from bookings.office.imports.forms import nearest
from clinic.middleware.body_size import LISTS, MOST_BYTES_OF_A_LIST
from tests import factories
from tests.importing import checked, imported, worked
from tests.lists import as_csv

NAMES = ["Client", "E-mail", "Injuries", "Date", "Time", "Service", "Therapist"]


def page_of(batch, name: str = "import") -> str:
    return reverse(f"office:{name}", args=[batch.pk])


def send(owners, data: bytes | str, name: str = "list.csv"):
    data = data.encode() if isinstance(data, str) else data
    return owners.post(reverse("office:imports"), {"file": SimpleUploadedFile(name, data)})


@pytest.fixture
def row(at):
    start = at(3, 10)
    return ["Ana Demo", "ana@example.com", "Knee", f"{start:%d/%m/%Y}", "10:00", "Deep", "K."]


@pytest.mark.fixed_clock  # the visit is on a day that may be two different ones
def test_the_whole_way_there_and_back(owners, massage, kim, row):
    assert reverse("office:imports") == LISTS  # what may be larger is said of this page
    answer = send(owners, as_csv(NAMES, [row, ["=1+1", "", "", "", "", "", ""]]))
    batch = ClientImport.objects.get()
    assert answer.url == page_of(batch, "import_columns")
    page = owners.get(answer.url).content.decode()
    assert "Knee" not in page
    assert "May be about health" in page
    assert "The treatment “Deep” is" in page
    sent = {
        "source": "other", "column0": "name", "column1": "email", "column2": "phone",
        "column3": "date", "column4": "time", "column5": "treatment", "column6": "therapist",
        "treatment0": massage.pk, "therapist0": kim.pk,
    }  # fmt: skip
    asked = owners.post(answer.url, sent)
    assert asked.status_code == 422  # the fifth of December, or the twelfth of May
    assert "may be two different days" in asked.content.decode()
    owners.post(answer.url, {**sent, "order": "day first"})
    assert "0 of 2 rows are checked" in owners.get(page_of(batch)).content.decode()
    worked()
    page = owners.get(page_of(batch)).content.decode()
    assert "New clients: 1. New appointments: 1. Rows to look at: 1. Nothing is imp" in page
    assert "begins like a formula" in page
    assert not Client.objects.exists()
    owners.post(page_of(batch, "start_import"))
    worked()
    assert "New clients: 1. New appointments: 1." in owners.get(page_of(batch)).content.decode()
    assert Appointment.objects.get().whose.name == "Ana Demo"
    lines = list(csv.reader(io.StringIO(
        owners.get(page_of(batch, "import_rows")).content.decode("utf-8-sig")
    )))  # fmt: skip
    assert lines[0][:4] == ["Row", "Outcome", "Why", "Client"]
    assert lines[2][3] == "'=1+1"
    owners.post(page_of(batch, "undo_import"))
    worked()
    assert "Nothing of it is left" in owners.get(page_of(batch)).content.decode()
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"\x89PNG\0\0", "neither a CSV file nor a workbook"),
        (b"PK\x03\x04zzz", "cannot be opened"),
        (b"Name\n" + b"Ana\n" * 20_001, "more than 20,000 rows"),
        (b"Name,Email\n", "nothing in that file"),
    ],
)
def test_what_cannot_be_read_is_told_at_the_field(owners, data, said):
    answer = send(owners, data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ClientImport.objects.exists()


def test_a_list_may_be_larger_than_other_things_and_50_mb_are_refused_in_a_sentence(owners):
    answer = send(owners, b"Name,Other\n" + b"Ana," + b"x" * 1000 + b"\n" + b"Bo,y\n" * 10)
    assert answer.status_code == 302
    refused = owners.post(
        LISTS, b"", content_type="text/csv", CONTENT_LENGTH=str(MOST_BYTES_OF_A_LIST)
    )
    assert refused.status_code == 413
    assert "A list of clients may be eight megabytes" in refused.content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"column0": ""}, "Choose which columns hold the name"),
        ({"column2": "email"}, "Two columns are chosen"),
        ({"source": "nowhere"}, "thing needs another look"),
        ({"column0": "health"}, "thing needs another look"),
    ],
)
def test_wrong_columns_are_told_and_the_form_is_still_filled(owners, clinic, changed, said):
    send(owners, "Name,Email,Other\nAna,ana@example.com,x\n")
    batch = ClientImport.objects.get()
    sent = {"source": "jane", "column0": "name", "column1": "email", **changed}
    answer = owners.post(page_of(batch, "import_columns"), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert '<option value="email" selected' in page
    batch.refresh_from_db()
    assert batch.state == "read"


def test_a_second_press_or_a_page_from_before_does_nothing_more(owners, clinic):
    batch = checked("Name,Email\nAna,ana@example.com\n")
    for _ in range(2):
        owners.post(page_of(batch, "start_import"))
        worked()
    assert Client.objects.count() == 1
    said = owners.post(page_of(batch, "drop_import"), follow=True).content.decode()
    assert "has gone on meanwhile" in said
    assert owners.get(page_of(batch, "import_columns")).url == page_of(batch)


def test_each_page_asks_as_many_questions_for_30_rows_as_for_1(owners, clinic):
    def asked(many: int) -> list[int]:
        rows = [[f"Client {n}x", f"c{many}{n}@example.com"] for n in range(many)]
        batch = imported(as_csv(["Name", "Email"], [*rows, *[["", "nobody"]] * many]))
        counts = []
        for url in (page_of(batch), page_of(batch) + "?show=new", LISTS):
            with CaptureQueriesContext(connection) as data:
                assert owners.get(url).status_code == 200
            counts.append(len(data))
        return counts

    assert asked(1)  # the first look fills what is kept for long
    assert asked(2) == asked(30)


def test_figures_and_chips_are_one_count_and_each_opens_its_rows(owners, massage, at):
    when = f"{at(3, 10):%Y-%m-%dT%H:%M:%S}"
    night = f"{at(3, 3):%Y-%m-%dT%H:%M:%S}"
    rows = [
        ["Ana Demo", "ana@example.com", when],
        ["Bo Demo", "bo@example.com", night],  # nobody works then, and Bo is new all the same
        ["Cy Demo", "cy@example.com", ""],
        ["Ana Demo", "ana@example.com", night],
        ["=1+1", "", ""],
    ]
    rows = [[*row, "Sports massage"] for row in rows]
    batch = checked(as_csv(["Name", "Email", "Start", "Treatment"], rows))
    for _ in range(2):
        page = owners.get(page_of(batch)).content.decode()
        assert "New clients: 3. New appointments: 1. Rows to look at: 3." in page
        chips = dict(re.findall(r"show=(\w+)\"[^>]*>[^<]*<b class=\"figures\">(\d+)</b>", page))
        assert chips == {"new": "3", "visit": "1", "clash": "2", "broken": "1"}
        for outcome, many in chips.items():
            shown = owners.get(page_of(batch) + f"?show={outcome}").content.decode()
            assert shown.count('<th scope="row"') == int(many)
        assert "New client, Appointment not possible" in page
        owners.post(page_of(batch, "start_import"))
        worked()
    assert (Client.objects.count(), Appointment.objects.count()) == (3, 1)
    listed = owners.get(LISTS).content.decode()
    assert re.findall(r'data-label="New (\w+)">(\d+)', listed) == [
        ("clients", "3"), ("appointments", "1")]  # fmt: skip


def test_what_would_bring_nothing_in_has_no_button_and_lists_stand_newest_first(owners, clinic):
    batches = [checked(as_csv(["Name"], [["=1+1"]])) for _ in range(3)]
    page = owners.get(page_of(batches[0])).content.decode()
    assert "Nothing of this file would come in." in page
    assert "Import what can be" not in page
    ClientImport.objects.filter(pk=batches[0].pk).update(created_at=timezone.now() + timedelta(1))
    listed = owners.get(LISTS).content.decode()
    numbers = [int(one) for one in re.findall(r'<a href="/office/import/(\d+)/">', listed)]
    assert numbers == [batches[0].pk, batches[2].pk, batches[1].pk]


def test_guessing_anew_goes_by_the_chosen_system(owners, clinic):
    send(owners, "Id,First name,Last name\n7,Ana,Demo\n")
    batch = ClientImport.objects.get()
    assert batch.mapping == {"1": "first_name", "2": "last_name"}
    owners.post(page_of(batch, "import_columns"), {"do": "guess", "source": "cliniko"})
    batch.refresh_from_db()
    assert batch.mapping["0"] == "key"


def test_whose_login_has_ended_while_sending_a_file_is_shown_where_to_sign_in(clinic):
    browser = Browser(enforce_csrf_checks=True)
    page = send(browser, b"Name\nAna\n").content.decode()
    assert "no longer signed in" in page
    assert reverse("account_login") in page
    assert "no longer signed in" not in browser.post("/book/").content.decode()


def test_that_nobody_is_reminded_is_said_and_can_be_changed(owners, massage, kim, row):
    row[5], row[6] = massage.name, kim.name
    batch = checked(as_csv(NAMES, [row]), order=Order.DAY_FIRST)
    assert "Nobody would be reminded" in owners.get(page_of(batch)).content.decode()
    owners.post(page_of(batch, "start_import"))
    worked()
    assert "Nobody is reminded" in owners.get(page_of(batch)).content.decode()
    owners.post(page_of(batch, "remind_import"))
    page = owners.get(page_of(batch)).content.decode()
    assert "1 appointment of this list is reminded of by mail" in page
    assert "Nobody is reminded" not in page
    owners.post(page_of(batch, "remind_import"))
    assert "on already" in owners.get(page_of(batch)).content.decode()


def test_a_therapist_who_may_be_meant_is_proposed_and_never_assumed(owners, massage, kim):
    for name, proposed in (("Kim", kim), ("K. Demo", kim), ("DEMO, Kim", kim), ("Lee", None)):
        assert nearest(name, Therapist, Field.THERAPIST) == proposed
    other = factories.make_therapist("Kim Other")
    assert nearest("Kim", Therapist, Field.THERAPIST) is None
    assert nearest("K. Other", Therapist, Field.THERAPIST) == other
