"""Clients and their coming appointments come from a list: each row in or explained."""

import io
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bookings.actions.records import importing, visits
from bookings.core.records.fields import OtherSystem
from bookings.core.records.moments import Order
from bookings.models import (
    Appointment,
    Client,
    ClientEvent,
    ClientImport,
    ImportedRow,
    KnownAs,
    Mail,
    MailConsent,
)
from clinic.records import clinic_export, erase, retention
from clinic.records.registry.rows import BY_MODEL
from tests import factories
from tests.importing import checked, imported, outcomes, told, undone, worked
from tests.lists import as_csv

PATIENTS = ["Patient Id", "First name", "Last name", "Email", "Mobile phone", "Date of birth",
            "Medical alerts", "Reminder type", "Referral source"]  # fmt: skip
VISITS = ["Appointment id", "Patient id", "Patient", "Email", "Practitioner", "Appointment type",
          "Business", "Start time", "Cancelled at", "Did not arrive"]  # fmt: skip


def patient(number: int, name: str = "", email: str = "", phone: str = "") -> list:
    first, _space, last = (name or f"Client Number{number}").partition(" ")
    return [number, first, last, email, phone, "1990-01-02", "Knee", "SMS", "A friend"]


def visit(number: int, start, whose: int = 1, name: str = "Ana Demo", **changed) -> list:
    row = {
        "id": number,
        "patient": whose,
        "name": name,
        "email": "ana@example.com",
        "who": "Kim Demo",
        "what": "Sports massage",
        "business": "Here",
        "start": f"{start:%Y-%m-%dT%H:%M:%S+00:00}",
        "cancelled": "",
        "came": "",
    }
    return list((row | changed).values())


@pytest.fixture
def ten(at):
    return at(3, 10)


def test_of_1000_rows_with_10_broken_990_come_in_and_10_are_explained(clinic):
    rows = [patient(n, email=f"c{n}@example.com") for n in range(1000)]
    for n in range(0, 1000, 100):
        rows[n][3] = "no address"
    with CaptureQueriesContext(connection) as asked:
        batch = imported(as_csv(PATIENTS, rows))
    assert batch.state == "done"
    assert outcomes(batch) == {"new": 990, "broken": 10}
    assert Client.objects.count() == 990
    assert "" not in batch.rows.filter(outcome="broken").values_list("reason", flat=True)
    assert len(asked) < 250  # some for each hundred rows, none for each

    def all_of_it():
        return list(Client.objects.order_by("pk").values()), ClientEvent.objects.count()

    before = all_of_it()
    again = imported(as_csv(PATIENTS, rows[:200]))
    assert outcomes(again) == {"same": 198, "broken": 2}
    assert all_of_it() == before


def test_nothing_of_health_age_or_consent_comes_along_and_nobody_is_written_to(massage, ten):
    batch = imported(as_csv([*VISITS, "Medical alerts", "Accepts marketing"],
                            [[*visit(1, ten), "Knee", "yes"]]))  # fmt: skip
    assert outcomes(batch) == {"new": 1}
    ana = Client.objects.get()
    assert (ana.date_of_birth, ana.desk_notes, ana.health_hold) == (None, "", False)
    said = (ana.wants_nudges, ana.wants_news, ana.terms_agreed_at, ana.proved_at)
    assert said == (False, False, None, None)
    assert not Mail.objects.exists()
    assert not MailConsent.objects.exists()
    assert "Knee" not in str(list(ImportedRow.objects.values_list("cells", flat=True)))
    assert Appointment.objects.get().vouched_for


def test_reminders_go_only_where_somebody_asked_for_them(massage, ten):
    imported(as_csv(VISITS, [visit(1, ten)]), remind=True)
    assert set(Mail.objects.values_list("kind", flat=True)) == {"reminder"}


def test_appointments_that_clash_are_listed_and_never_forced(massage, kim, room, ten, at):
    factories.make_appointment(starts_at=ten, treatment=massage, therapist=kim, room=room)
    rows = [
        visit(1, ten + timedelta(minutes=30)),  # Kim has somebody then
        visit(2, at(3, 20)),  # nobody works then
        visit(3, at(4, 10) + timedelta(minutes=7)),  # off the grid, and agreed elsewhere
        visit(4, at(4, 10) + timedelta(minutes=30), 2, "Bo Demo", email=""),  # overlaps that
        visit(5, at(-1, 10)),
        visit(6, at(5, 10), cancelled="2026-11-30"),
        visit(7, at(5, 10), what="Reflexology"),
        visit(8, at(5, 10), who="Nobody Here"),
        visit(9, at(5, 11), came="no"),
    ]
    batch = checked(as_csv(VISITS, rows))
    forecast = told(batch)
    importing.start(batch, now=timezone.now())
    worked()
    assert told(batch) == forecast
    assert [outcome for _n, outcome, _r in forecast] == [
        "clash", "clash", "visit", "broken", "left_out", "left_out", "clash", "clash", "visit",
    ]  # fmt: skip
    assert Appointment.objects.count() == 3
    assert "Reflexology" in forecast[6][2]
    assert "Nobody Here" in forecast[7][2]


def test_who_clashes_is_not_named_since_they_may_be_erased_sooner(massage, kim, room, ten):
    bo = factories.make_client("Bo Demo", email="bo@example.com")
    factories.make_appointment(
        starts_at=ten, treatment=massage, therapist=kim, room=room, client=bo
    )
    batch = imported(as_csv(VISITS, [visit(1, ten)]))
    [(_number, outcome, reason)] = told(batch)
    assert (outcome, "Bo" in reason) == ("clash", False)


def test_names_of_the_other_system_may_be_said_by_hand(massage, kim, ten):
    names = {"treatment": {"deep tissue 60": massage.pk}, "therapist": {"k. d.": kim.pk}}
    batch = imported(as_csv(VISITS, [visit(1, ten, who="K. D.", what="Deep Tissue 60")]),
                     names=names)  # fmt: skip
    assert outcomes(batch) == {"new": 1}
    assert Appointment.objects.get().therapist == kim


def test_somebody_known_is_found_by_key_or_by_name_with_address_or_number_and_never_by_half(ana):
    stranger = factories.make_client("Sam Demo", email="sam@example.com", proved_at=None)
    rows = [
        patient(1, "Ana Demo", "ANA@example.com"),
        patient(2, "ána  demo", "", "+44 7700 900123"),
        patient(3, "Ana Demo"),  # a name alone is nobody
        patient(4, "Eva Demo", "ana@example.com"),  # shares the address: somebody looks at it
        patient(5, "Sam Demo", "sam@example.com"),  # a stranger typed that, and proved nothing
        patient(1, "Zed Other", "zed@example.com"),  # the key of somebody else
    ]
    batch = imported(as_csv(PATIENTS, rows))
    found = list(batch.rows.values_list("outcome", "client__name"))
    assert found == [
        ("same", "Ana Demo"),
        ("same", "Ana Demo"),
        ("new", "Ana Demo"),
        ("left_out", "Ana Demo"),
        ("new", "Sam Demo"),
        ("broken", None),
    ]
    assert set(batch.rows.filter(number__in=[2, 3]).values_list("client", flat=True)) == {ana.pk}
    assert not stranger.imported_rows.exists()
    assert not Client.objects.filter(name="Eva Demo").exists()


def test_of_two_who_fit_neither_is_chosen(clinic):
    for _ in range(2):
        factories.make_client("Ana Demo", email="ana@example.com")
    batch = imported(as_csv(PATIENTS, [patient(1, "Ana Demo", "ana@example.com")]))
    assert outcomes(batch) == {"broken": 1}


def test_a_list_of_appointments_gives_nobody_to_whom_it_does_not_know(massage, ten):
    factories.make_client("Ana Demo", email="ana@example.com")
    batch = imported(as_csv(VISITS, [visit(1, ten, 77, "Ana Demo", email="")]))
    assert outcomes(batch) == {"broken": 1}
    assert not Appointment.objects.exists()


def test_why_the_list_of_clients_does_not_have_whom_an_appointment_names(massage, at):
    gone = [*patient(1, "Ana Demo", "ana@example.com"), "2026-01-02"]
    rows = [gone, [*patient(2, email="no address"), ""]]
    imported(as_csv([*PATIENTS, "Archived at"], rows))
    rows = [visit(n, at(3, 9 + n), n, f"Client {n}x", email="") for n in (1, 2, 3)]
    archived, broken, unknown = told(imported(as_csv(VISITS, rows)))
    assert "Row 2 of “list.csv” says that the other system has archived" in archived[2]
    assert "row 3 of “list.csv” has, and that row was not taken in" in broken[2]
    assert "Import the list of clients first" in unknown[2]


@pytest.mark.fixed_clock
def test_a_day_that_is_not_and_an_hour_that_the_clocks_leave_out_are_told_apart(massage):
    starts = ["31/02/2027 10:00", "28/03/2027 01:30"]
    rows = [[f"Client {n}x", f"{n}@example.com", one, "Sports massage"]
            for n, one in enumerate(starts)]  # fmt: skip
    never, clocks = told(checked(as_csv(["Name", "Email", "Start", "Treatment"], rows)))
    assert "none that there is" in never[2]
    assert "The clocks change" in clocks[2]


@pytest.mark.fixed_clock
def test_a_visit_that_was_moved_or_cancelled_since_does_not_come_again(massage, ten, at):
    rows = [visit(1, ten), visit(2, at(4, 10)), visit(2, at(5, 10))]
    batch = imported(as_csv(VISITS, rows))
    assert outcomes(batch) == {"new": 1, "visit": 1, "differs": 1}
    Appointment.objects.filter(starts_at=ten).update(starts_at=at(6, 12), ends_at=at(6, 13),
                                                     blocked_until=at(6, 13))  # fmt: skip
    Appointment.objects.filter(starts_at=at(4, 10)).update(status="cancelled")
    again = told(imported(as_csv(VISITS, rows)))
    assert {outcome for _number, outcome, _reason in again} == {"differs"}
    assert "here Tuesday 8 December 2026, 12:00" in again[0][2]
    assert "was cancelled here. In the other system it stands on" in again[1][2]
    assert Appointment.objects.count() == 2


@pytest.mark.fixed_clock
def test_days_that_may_be_either_are_explained_until_somebody_says_which(massage, at):
    text = as_csv(["Name", "Email", "Date", "Time", "Treatment", "Therapist"],
                  [["Ana Demo", "a@example.com", "05/12/2026", "10:00", "Sports massage",
                    "Kim Demo"]])  # fmt: skip
    assert outcomes(checked(text)) == {"broken": 1}
    batch = imported(text, order=Order.DAY_FIRST)
    assert outcomes(batch) == {"new": 1}
    assert Appointment.objects.get().starts_at == at(3, 10)


def test_a_list_in_the_middle_of_which_the_worker_dies_goes_on_and_does_nothing_twice(
    massage, at, monkeypatch
):
    rows = [visit(n, at(3 + n, 10), n, f"Client {n}x", email=f"{n}@example.com") for n in range(9)]
    batch = checked(as_csv(VISITS, rows))
    importing.start(batch, now=timezone.now())
    take_in, calls = visits.take_in, []

    def dies(*args, **kwargs):
        calls.append(1)
        if len(calls) in (1, 4, 8):
            raise KeyboardInterrupt
        take_in(*args, **kwargs)

    monkeypatch.setattr(visits, "take_in", dies)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            worked()
        assert Appointment.objects.count() == batch.rows.filter(made_visit=True).count()
    worked()
    batch.refresh_from_db()
    assert batch.state == "done"
    assert outcomes(batch) == {"new": 9}
    assert (Client.objects.count(), Appointment.objects.count()) == (9, 9)


def test_our_own_export_comes_back_and_changes_nothing(massage, kim, room, ten):
    twins = [factories.make_client("Ana Demo", email="ana@example.com") for _ in range(2)]
    factories.make_client("-Formula Demo", email="")
    factories.make_client("Erased client", email="", erased_at=timezone.now())
    factories.make_client("Sam", email="sam@example.com", proved_at=None, phone="+44 7700 900999")
    booked = factories.make_appointment(
        starts_at=ten, treatment=massage, therapist=kim, room=room, client=twins[1]
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as whole:  # without its one instant of all tables
        for model in (Client, Appointment):
            clinic_export._table(whole, BY_MODEL[model])
    with zipfile.ZipFile(file) as whole:
        exported = [whole.read(f"csv/bookings.{name}.csv") for name in ("Client", "Appointment")]
    before = list(Client.objects.order_by("pk").values()), Appointment.objects.count()
    batch = imported(exported[0])
    assert batch.source == OtherSystem.TAPER
    assert outcomes(batch)["new"] == 0
    assert outcomes(imported(exported[1])) == {"same": 1}
    assert (list(Client.objects.order_by("pk").values()), Appointment.objects.count()) == before
    assert booked.client == twins[1]


def test_a_row_that_stands_before_the_one_that_names_its_person_is_taken_in_at_once_and_undone(
    massage, ten, at
):
    rows = [
        ["1", "", "", "", ten],  # only a number: the next row says whose
        ["1", "Ana Demo", "ana@example.com", "", ""],
        ["", "Eva Demo", "ana@example.com", "07700 900124", at(4, 10)],  # Ana’s address
        ["", "Eva Demo", "", "07700 900124", ""],  # and here is who that is
    ]
    text = as_csv(
        ["Client id", "Name", "Email", "Phone", "Start", "Treatment"],
        [[*row[:4], row[4] and f"{row[4]:%Y-%m-%d %H:%M}", "Sports massage"] for row in rows],
    )
    batch = checked(text)
    forecast = made_by(batch)
    assert forecast == [(2, False, True), (3, True, False), (4, False, True), (5, True, False)]
    importing.start(batch, now=timezone.now())
    worked()
    assert made_by(batch) == forecast
    assert not any(client or booked for _number, client, booked in made_by(imported(text)))
    batch.refresh_from_db()
    undone(batch)
    assert not Client.objects.exists()


def made_by(batch):
    return list(batch.rows.values_list("number", "made_client", "made_visit"))


NAMES = st.sampled_from(["Ana Demo", "Bo Demo", "Zoë O’Brien", "", "=1+1", "07700", "ana demo"])
EMAILS = st.sampled_from(["", "ana@example.com", "bo@example.com", "ANA@example.com", "nowhere"])
PHONES = st.sampled_from(["", "07700 900123", "+44 7700 900123", "call me", "900124"])
KEYS = st.sampled_from(["", "1", "2", "3"])
STARTS = st.sampled_from(["", "soon", "3 10:00", "3 10:30", "4 12:00", "-1 09:00", "4 03:00"])
ROWS = st.lists(st.tuples(KEYS, NAMES, EMAILS, PHONES, STARTS), max_size=8)


@settings(
    max_examples=15,
    phases=[Phase.generate],  # a smaller one takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=ROWS)
def test_every_row_is_in_or_explained_as_the_check_had_said_and_twice_is_once(massage, today, rows):
    def start(said):
        days, _space, clock = said.partition(" ")
        return f"{today + timedelta(days=int(days))} {clock}" if clock else said

    text = as_csv(
        ["Client id", "Name", "Email", "Phone", "Start", "Treatment"],
        [[*row[:4], start(row[4]), "Sports massage"] for row in rows],
    )
    with transaction.atomic():
        if rows:
            before = Client.objects.count(), Appointment.objects.count()
            batch = checked(text)
            forecast = told(batch), made_by(batch)
            importing.start(batch, now=timezone.now())
            worked()
            assert (told(batch), made_by(batch)) == forecast
            made = batch.rows.filter(made_client=True).count()
            booked = batch.rows.filter(made_visit=True).count()
            assert Client.objects.count() == before[0] + made
            assert Appointment.objects.count() == before[1] + booked
            for number, outcome, reason in told(batch):
                assert outcome, number
                assert reason or outcome in ("new", "visit", "same"), number
            again = imported(text)
            assert not again.rows.filter(Q(made_client=True) | Q(made_visit=True)).exists()
            assert not again.rows.exclude(filled="").exists()
        transaction.set_rollback(True)


def test_what_stood_in_a_file_is_forgotten_a_day_later_and_its_clients_are_no_newcomers(
    clinic, clock
):
    batch = imported(as_csv(PATIENTS, [patient(1, email="c@example.com"), patient(2, email="x")]))
    left = checked(as_csv(PATIENTS, [patient(3)]))
    clock.move_to(timezone.now() + timedelta(days=1, minutes=1))
    retention.keep_no_longer(now=timezone.now())
    assert set(batch.rows.values_list("cells", flat=True)) == {None}
    assert not ClientImport.objects.filter(pk=left.pk).exists()
    clock.move_to(timezone.now() + timedelta(days=400))
    retention.keep_no_longer(now=timezone.now())
    assert Client.objects.filter(erased_at=None).count() == 1


def test_no_word_of_a_file_outlives_its_day_and_sentences_of_ours_do(massage, ten, clock, owners):
    rows = [
        visit(1, ten, what="HIV patient since"),
        visit(2, ten, 2, "Bo Demo", email="bo@example.com", who="Dr Knee"),
        visit(3, ten - timedelta(days=9), 3, "Cy Demo", email="cy@example.com"),
    ]
    names = {"treatment": {"hiv massage": massage.pk}}
    batch = imported(as_csv([*VISITS, "Ana Surname"], rows), names=names)
    ClientImport.objects.filter(pk=batch.pk).update(file_name="Ana Demo’s list.csv")
    clock.move_to(timezone.now() + timedelta(days=1, minutes=1))
    retention.keep_no_longer(now=timezone.now())
    batch.refresh_from_db()
    kept = f"{ClientImport.objects.values().get()} {list(batch.rows.values())}"
    for word in ("HIV", "hiv", "Knee", "Surname", "Ana", "Patient id"):
        assert word not in kept
    assert (
        batch.rows.get(number=4).reason == "The appointment is over; only coming ones are imported."
    )
    assert "is deleted here" in batch.rows.get(number=2).reason
    page = owners.get(f"/office/import/{batch.pk}/?show=clash")
    assert f"List {batch.pk}" in page.content.decode()
    assert owners.get(f"/office/import/{batch.pk}/rows.csv").status_code == 200


def test_erasing_takes_what_a_list_said_of_them(clinic):
    batch = imported(as_csv(PATIENTS, [patient(1, "Ana Demo", "ana@example.com")]))
    erase.erase(Client.objects.get(), tell=False, by="owner", now=timezone.now())
    row = batch.rows.get()
    assert (row.cells, row.client, row.outcome) == (None, None, "new")
    assert not KnownAs.objects.exists()


def test_whom_this_file_named_and_who_was_erased_since_does_not_come_back(clinic):
    rows = [patient(1, "Ana Demo", "ana@example.com"), patient(2, "Bo Demo", "bo@example.com")]
    text = as_csv(PATIENTS, rows)
    first = imported(text)
    erase.erase(Client.objects.get(name="Ana Demo"), tell=False, by="o", now=timezone.now())
    again = imported(text)
    [gone, kept] = told(again)
    assert gone[1] == "left_out"
    assert "was erased here on" in gone[2]
    assert not Client.objects.filter(name="Ana Demo").exists()
    assert kept[1] == "same"
    kept_of_her = str(list(ImportedRow.objects.filter(batch=first, number=2).values()))
    assert "Ana" not in kept_of_her
    assert "ana@" not in kept_of_her
    assert first.digest not in (sha256(text.encode()).hexdigest(), "")
    other = imported(text + "\n")  # another file: whom it means is not known any more
    assert outcomes(other)["new"] == 1
