"""Ana, who has been here, has told of her health, and has a login."""

import pytest
from django.utils import timezone

from bookings.actions.mail import outbox
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, DeclinedSession, HardEffort, MailConsent, MailKind
from tests import factories
from therapists import feeds
from therapists.core.content import Answers, Content, Given
from therapists.models import Access, Clearance, HealthCheck, Note, NoteVersion, Privacy
from therapists.models.sealed import Sealed

TOLD = "an old secret of the knee"
NOTED = "a quiet word about the calf"


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
    before = visit(ana, -30, status=Status.COMPLETED)
    before.record("cancelled", by="runner", now=now, facts={"reason": "Ana Demo is ill"})
    coming = visit(ana, 3)
    outbox.owe(MailKind.CONFIRMED, coming, now=now)
    factories.make_race(ana, name="Ana's Marathon")
    HardEffort.objects.create(client=ana, day=now.date())
    DeclinedSession.objects.create(client=ana, kind="training", ideal=now.date())
    MailConsent.objects.create(client=ana, group="nudges", wanted=True, at=now, how="test")
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
    Access.objects.create(
        client=ana, at=now, who="therapist: kim@example.com", did="read", what="note", record=1,
        page="brief",
    )  # fmt: skip
    ana.record_events.create(kind="changed", at=now, by="desk", facts={"name": "Ana Demo"})
    rule = {"currency": "GBP", "at": now, "by": "desk"}
    before.fees.create(amount=30, rule="Did not come: 50 % of the price", **rule)
    before.payments.create(
        therapist=kim, what="Sports massage", method="card", amount=30, number=1, key="k", **rule
    )
    return ana


@pytest.fixture
def appointments():
    return Appointment.objects.order_by("starts_at")
