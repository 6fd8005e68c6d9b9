"""What limits a stranger's booking, in one statement and in the functions it stands for."""

from contextlib import nullcontext
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core.clients.addresses import mailbox_of
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Mail, MailKind, MailState
from bookings.queries.clients import strangers
from bookings.queries.statements import FOR_ANY_VALUES, planned_once
from tests.factories import NOW, make_clinic, make_entry

ADDRESSES = ("ana@example.com", "Ana+club@Example.com", "ana@example.net", "anabel@example.com")
NETWORKS = ("a" * 32 + "1" * 32, "a" * 32 + "2" * 32, "b" * 32 + "1" * 32, "")
A_DAY = timedelta(days=1)
AGO = (timedelta(minutes=5), timedelta(hours=2), 3 * A_DAY, 9 * A_DAY)


@pytest.fixture
def books(massage, kim, room):
    """Sixty visits of whoever, whenever, in whatever state, and their mails."""
    chance = Random(23)
    people = Client.objects.bulk_create(
        Client(
            name=f"Runner {n}",
            email=ADDRESSES[n % len(ADDRESSES)],
            created_at=NOW,
            proved_at=chance.choice([None, None, NOW]),
        )
        for n in range(24)
    )
    visits = Appointment.objects.bulk_create(
        _visit(chance, n, {"therapist": kim, "room": room, "treatment": massage}, people)
        for n in range(60)
    )
    Mail.objects.bulk_create(_mail(chance, n, chance.choice(visits)) for n in range(60))
    for one in people[::5]:
        make_entry(one, treatment=massage, joined_at=NOW - chance.choice([1, 9]) * A_DAY)
    return chance


def _book_for_many(chance: Random):
    """A visit each; what the planner expects is then no longer what other tests left behind."""
    of = dict(Appointment.objects.values("therapist_id", "room_id", "treatment_id")[0])
    many = Client.objects.bulk_create(
        Client(name=f"Walker {n}", email=f"walker-{n}@example.com", created_at=NOW)
        for n in range(1_000)
    )
    Appointment.objects.bulk_create(
        _visit(chance, n, of, [client]) for n, client in enumerate(many, start=60)
    )


def _visit(chance: Random, n: int, where: dict, people: list[Client]) -> Appointment:
    start = NOW + (n - 20) * A_DAY
    ends = start + timedelta(hours=1)
    return Appointment(
        public_id=f"visit-{n}",
        client=chance.choice(people),
        starts_at=start,
        ends_at=ends,
        blocked_until=ends,
        status=chance.choice([Status.BOOKED, Status.BOOKED, Status.CANCELLED]),
        price=60,
        created_at=NOW,
        booked_at=NOW - chance.choice(AGO),
        prove_by=chance.choice([None, NOW, NOW + A_DAY]),
        held_from=chance.choice(NETWORKS),
        **where,
    )  # fmt: skip


def _mail(chance: Random, n: int, visit: Appointment) -> Mail:
    state = chance.choice([MailState.SCHEDULED, MailState.SENT, MailState.CANCELLED])
    return Mail(
        key=f"mail {n}",
        kind=chance.choice([MailKind.CONFIRMED, MailKind.REMINDER]),
        client=visit.whose,
        appointment=visit,
        created_at=NOW,
        due_at=NOW,
        not_after=NOW + A_DAY,
        state=state,
        sent_at=NOW if state == MailState.SENT else None,
        data_at=chance.choice([None, NOW - timedelta(hours=3), NOW - 2 * A_DAY]),
    )


def test_one_statement_counts_what_each_function_counts(books, django_assert_num_queries):
    clinic = make_clinic(most_ahead=5, unproved_per_hour=5)
    found = set()
    for address in ADDRESSES:
        mailbox = mailbox_of(address)
        for network in NETWORKS:
            with django_assert_num_queries(1):
                counted = strangers.counts(clinic, mailbox, network, NOW)
            assert counted == strangers.Counts(
                strangers.waiting_in(mailbox),
                strangers.mails_of_the_day(mailbox, NOW),
                strangers.ahead_of(mailbox, NOW),
                strangers.booked_within_the_hour(NOW),
                strangers.booked_from_one_network(network, NOW),
                strangers.newcomers_from_one_network(network, NOW),
            )
            found.add(counted)
    assert len(found) > len(ADDRESSES)
    assert all(max(column) > 0 for column in zip(*found, strict=True))


@pytest.mark.parametrize("planned", [nullcontext, planned_once])
def test_who_shares_a_mailbox_is_found_by_an_index_while_the_diary_is_locked(books, planned):
    """Among so many clients that the planner would not go through them; also where it plans
    once for any mailbox."""
    _book_for_many(books)
    with connection.cursor() as cursor:
        cursor.execute(f"{FOR_ANY_VALUES}; ANALYZE bookings_client, bookings_appointment")
    with planned(), CaptureQueriesContext(connection) as asked, connection.cursor() as cursor:
        strangers.counts(make_clinic(most_ahead=5), ADDRESSES[0], NETWORKS[0], NOW)
        cursor.execute(f"EXPLAIN {asked[-1]['sql'].rpartition('; ')[2]}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "clients_by_mailbox" in plan
    assert "diary_by_time" not in plan
