"""Ana, who has been here, has told of her health, and has a login; and what is planted of her."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from django.db import connection, models
from django.test import Client as Browser
from django.utils import timezone

from bookings.actions.mail import outbox
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    BroughtPlan,
    BrowserSession,
    Change,
    ClientImport,
    DeclinedSession,
    HardEffort,
    KnownAs,
    LegalText,
    MailConsent,
    MailKind,
    OwnPlan,
    Race,
    SignInEvent,
    Told,
)
from clinic.records import erase as erasing
from clinic.records.registry.record import AppendOnly
from clinic.records.registry.rows import CLIENTS
from tests import factories
from tests.clock import day_of
from tests.whole_database import whole_database
from therapists import feeds
from therapists.core.content import Answers, Content, Given
from therapists.models import Access, Clearance, HealthCheck, Note, NoteVersion, Privacy
from therapists.models.sealed import Sealed

TOLD = "an old secret of the knee"
NOTED = "a quiet word about the calf"


TEXT = (models.CharField, models.TextField, models.JSONField)
LONG_ENOUGH = 8
MARKER = re.compile(r"zq\d+x|079870\d+")
# What stays of a row that stays, because no person types it: a word of ours, or who acted.
OURS = {
    "bookings.AppointmentEvent": {"kind", "by"},
    "bookings.Payment": {"what", "key", "by", "waives", "therapist_name", "issuer", "tax_note"},
    "bookings.Fee": {"rule", "by"},
    "bookings.ErasureRequest": {"how", "answered_by", "outcome"},
    "bookings.ImportedRow": {"filled"},
    "therapists.HealthCheck": {"by"},
    "therapists.Note": {"saved_from"},
    "therapists.Access": {"who", "page"},
}
ALL_OF_OURS = {f"{label}.{name}" for label, names in OURS.items() for name in names}


def left_of(markers: dict[str, str]) -> set[str]:
    return {markers[one] for one in set(MARKER.findall(whole_database())) if one in markers}


@pytest.fixture(autouse=True)
def erasures_file(settings, tmp_path):
    settings.ERASURES_FILE = tmp_path / "outside" / "erasures.jsonl"
    return settings.ERASURES_FILE


@pytest.fixture
def visit(massage, kim, room, at):
    """Books that client's visit, so many days from today."""

    def _visit(client, days, **fields):
        return factories.make_appointment(
            starts_at=at(days, 9),
            client=client,
            therapist=kim,
            room=room,
            treatment=massage,
            **fields,
        )

    return _visit


@pytest.fixture
def known(ana, visit, kim):
    """Ana with something of everything."""
    now = timezone.now()
    today = day_of(now)
    Browser().force_login(ana.user)
    SignInEvent.objects.create(at=now, kind="signed_in", user=ana.user)
    before = visit(ana, -30, status=Status.COMPLETED)
    before.record("cancelled", by="runner", now=now, facts={"reason": "Ana Demo is ill"})
    coming = visit(ana, 3)
    outbox.owe(MailKind.CONFIRMED, coming, now=now)
    race = factories.make_race(ana, name="Ana's Marathon")
    HardEffort.objects.create(client=ana, day=today)
    told = Told({}).with_races([Race(race_date=today, distance="marathon", name="Ana's Marathon")])
    BroughtPlan.objects.create(client=ana, data=dict(told.data), at=now)
    OwnPlan.objects.create(client=ana, read_at=now, days=[[f"{today}", "long", 150, 27.3, False]])
    factories.make_plan_link(ana)
    factories.make_news(race, was=today, why="They have said already how it went.")
    race.calls.create(asked_at=now, by="desk: 1")
    DeclinedSession.objects.create(client=ana, kind="training", ideal=today)
    factories.make_offer(factories.make_entry(ana), therapist=kim)
    factories.make_series(coming)
    MailConsent.objects.create(client=ana, group="nudges", wanted=True, at=now, how="test")
    batch = ClientImport.objects.create(file_name="list.csv", by="owner: 1", created_at=now)
    batch.rows.create(number=2, cells=["Ana Demo"], outcome="same", client=ana)
    KnownAs.objects.create(source="other", key="7", told="a digest", client=ana)
    feeds.renew(client=ana)
    given = Given("knee", "Your knee?", "note", False, "", True, TOLD)
    answers = Answers(protocol=1, given=(given,))
    HealthCheck.objects.create(
        client=ana, form="full", given_at=now, by="runner", content=Sealed.of(answers.as_data())
    )
    Clearance.objects.create(client=ana, by=kim.user, at=now, content=Sealed.of({"reason": "x"}))
    note = Note.objects.create(
        appointment=before, author=kim, privacy=Privacy.THERAPISTS, created_at=now, saved_at=now
    )
    NoteVersion.objects.create(
        note=note,
        number=1,
        signed_by=kim,
        signed_at=now,
        content=Sealed.of(Content(subjective=NOTED).as_data()),
    )
    note.letters.create(
        signed_by=kim, signed_at=now, content=Sealed.of({"to": "A GP", "text": "About a knee"})
    )
    note.photos.create(added_at=now, content=Sealed.of("a picture"))
    Access.objects.create(
        client=ana, at=now, who=f"therapist: {kim.user.pk}", did="read", what="note", record=1,
        page="brief",
    )  # fmt: skip
    ana.record_events.create(kind="changed", at=now, by="desk", facts={"name": "Ana Demo"})
    rule = {"currency": "GBP", "at": now, "by": "desk"}
    before.fees.create(amount=30, rule="Did not come: 50 % of the price", **rule)
    paid = {"therapist": kim, "what": "Sports massage", **rule}
    card = before.payments.create(method="card", amount=30, number=1, key="k", **paid)
    why = {"reason": "Ana Demo is ill", **paid}
    before.payments.create(method="card", amount=-30, number=2, key="c", corrects=card, **why)
    before.payments.create(method="waived", amount=30, key="w", **why)
    return ana


@pytest.fixture
def appointments():
    return Appointment.objects.order_by("starts_at")


def texts_of(model: type[models.Model]) -> list[models.Field]:
    """Columns of text of which somebody may choose every letter."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, TEXT)
        and not field.choices
        and not field.primary_key
        and not field.generated
        and (field.max_length or LONG_ENOUGH) >= LONG_ENOUGH
    ]


def value_of(field: models.Field, marker: str):
    if isinstance(field, models.JSONField):
        return {"note": marker}
    return f"{marker}@example.com" if isinstance(field, models.EmailField) else marker


@contextmanager
def past_its_triggers(record) -> Iterator[None]:
    """What never changes can be put into any state, as if it had been written so."""
    never_changes = isinstance(record.history, AppendOnly)
    with connection.cursor() as cursor:
        if never_changes:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f'ALTER TABLE "{record.table}" DISABLE TRIGGER USER')
        yield
        if never_changes:
            cursor.execute(f'ALTER TABLE "{record.table}" ENABLE TRIGGER USER')


def plant(record, key, field, marker) -> None:
    with past_its_triggers(record):
        row = record.model._base_manager.filter(pk=key)
        row.update(**{field.name: value_of(field, marker)})


@pytest.fixture
def planted(known, clinic) -> dict[str, str]:
    """A marker for each column of text of each model of a client\'s: marker -> model.column"""
    now = timezone.now()
    terms = LegalText.objects.create(kind="terms", number=77, text="x", created_at=now, by="x")
    known.agreements.create(text=terms, at=now, how="x")
    wish = erasing.ask(known, how="asked the desk", now=now)
    erasing.decline(wish, "not yet", by="desk: 1", now=now)
    numbers, markers = count(100), {}
    for record in CLIENTS:
        key = record.of(known).order_by("pk").values_list("pk", flat=True).first()
        if key is None or record.model in (Change, BrowserSession):
            continue  # the history plants itself
        for field in texts_of(record.model):
            marker = f"zq{next(numbers)}x"
            plant(record, key, field, marker)
            markers[marker] = f"{record.label}.{field.name}"
    return markers
