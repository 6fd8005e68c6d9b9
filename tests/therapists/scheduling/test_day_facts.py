"""The statement of a therapist's day says of each client what the brief asks by itself."""

from datetime import timedelta
from random import Random

import pytest

from bookings.core.scheduling.statuses import Status
from tests import factories
from therapists.core.content import Answers, Content, Given, Mark
from therapists.core.contraindications import THE_HOLD
from therapists.health_audit import Reader
from therapists.models import Access, HealthCheck, Note, NoteVersion, Privacy
from therapists.models.sealed import Sealed
from therapists.queries.care_access import treated
from therapists.queries.client_summary import known_of
from therapists.queries.day import day_of
from therapists.queries.day_facts import day_facts

READER = Reader(who="therapist: x", user=None, address=None, page="x")
DAY = timedelta(days=1)


@pytest.fixture
def clients(visit, kim, lee, noon):
    """Ten with a visit each that day, and with pasts that are drawn at random."""
    draw = Random(19)
    people = [factories.make_client(f"N{n} Demo", health_hold=draw.random() < 0.5)
              for n in range(10)]  # fmt: skip
    for n, client in enumerate(people):
        start = noon + timedelta(hours=n - 5)
        visit(start, client=client, status=draw.choice([Status.BOOKED, Status.NO_SHOW]))
        for _ in range(draw.randrange(5)):
            at = start - draw.randrange(1, 500) * DAY - draw.randrange(60) * timedelta(minutes=1)
            status = draw.choice([Status.COMPLETED, Status.ARRIVED, Status.CANCELLED])
            _writes(draw, visit(at, client=client, status=status), [kim, lee])
        for _ in range(draw.randrange(6)):
            _tells(draw, client, noon - draw.randrange(500) * DAY)
    return people


def _writes(draw, visit, authors):
    for author in draw.sample(authors, draw.randrange(1, 3)):
        note = Note.objects.create(
            appointment=visit, author=author, created_at=visit.ends_at, saved_at=visit.ends_at,
            privacy=draw.choice(list(Privacy)),
        )  # fmt: skip
        for number in range(1, draw.randrange(1, 5)):
            content = Content(plan=f"{note.pk}.{number}", marks=(Mark("left-calf", "pain", 5),))
            NoteVersion.objects.create(
                note=note, number=number, signed_by=author, signed_at=visit.ends_at,
                content=Sealed.of(content.as_data()),
            )  # fmt: skip


def _tells(draw, client, at):
    given = Given("allergy", "?", "adapt", False, "", draw.random() < 0.5)
    told = Answers(1, (given,), pressure=draw.choice(["", "firm"]), changed=True)
    form = draw.choice(["full", "changed", "changed"])
    sealed = Sealed.of(told.as_data())
    HealthCheck.objects.create(client=client, form=form, given_at=at, by="x", content=sealed)


def _said(known):
    last = known.last_visit
    return (
        last and (last.starts_at, str(last.treatment), str(last.therapist)),
        [(one.starts_at, one.content.as_data()) for one in known.notes],
        [(one.check.pk, one.check.form, one.check.given_at, one.answers) for one in known.told],
    )


def test_it_knows_of_each_client_what_the_brief_knows(clients, kim, clinic, noon):
    day = clinic.day_of(noon)
    shown = day_of(kim, day, clinic, reader=READER, now=noon)
    read = set(Access.objects.values_list("what", "record"))
    in_care = treated(kim, [one.pk for one in clients], now=noon)
    assert {one.visit.client.pk for one in shown.lines if not one.is_shut} == in_care
    assert in_care
    before = clinic.begin_of(day)
    known = known_of(in_care, before=before, therapist=kim, reader=READER, now=noon)
    for line in shown.lines:
        assert _said(line.known) == _said(known[line.visit.client.pk])
    assert set(Access.objects.values_list("what", "record")) == read  # each was recorded


def test_nothing_sealed_is_even_fetched_of_whom_one_does_not_treat(visit, kim, clinic, noon):
    client = factories.make_client()
    _tells(Random(1), client, noon - DAY)
    far = visit(noon + 40 * DAY, client=client)
    told = day_facts(kim, clinic.day_of(far.starts_at), clinic, now=noon)
    assert len(told["visits"]) == 1
    assert told["treated"] == told["checks"] == told["notes"] == told["last_visits"] == []
    near = day_facts(kim, clinic.day_of(far.starts_at), clinic, now=noon + 30 * DAY)
    assert len(near["checks"]) == 1


def test_a_record_that_is_shut_says_nothing_of_its_hold(visit, kim, clinic, noon):
    far = visit(noon + 40 * DAY, client=factories.make_client(health_hold=True))
    day = clinic.day_of(far.starts_at)
    asked = (noon, far.starts_at - DAY)
    [[shut], [opened]] = [day_of(kim, day, clinic, reader=READER, now=now).lines for now in asked]
    assert shut.is_shut
    assert shut.firmest.because == []
    assert not opened.is_shut
    assert opened.firmest.because == [THE_HOLD]
