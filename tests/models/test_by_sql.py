"""What is read by SQL that is written once is what the ORM reads."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef

from bookings.core.scheduling.statuses import Status
from bookings.models import (
    SETTLED,
    Appointment,
    Client,
    Clinic,
    Portrait,
    Room,
    Therapist,
    Treatment,
    WaitlistEntry,
)
from tests import factories
from tests.clock import NOW


def told(rows):
    return [{name: value for name, value in vars(one).items() if name != "_state"} for one in rows]


@pytest.mark.parametrize("model", [Appointment, Client, Clinic, Room, Treatment, Therapist])
def test_the_database_gives_the_values_of_what_is_read_so_as_its_fields_have_them(db, model):
    for field in model._meta.concrete_fields:
        column = field.get_col(model._meta.db_table)
        assert not field.get_db_converters(connection), field
        assert not connection.ops.get_db_converters(column), field


def test_what_is_listed_for_runners_is_what_the_orm_lists_in_its_order(clinic, kim, lee, massage):
    massage.therapists.add(factories.make_therapist("Gone", active=False))
    Portrait.objects.create(therapist=lee, picture=b"x", digest="abc")
    quick = factories.make_treatment("Legs 30", minutes=30, therapists=[lee], position=0)
    quick.session_kinds, quick.next_price = ["training"], Decimal("71.50")
    quick.next_price_from = date(2027, 1, 1)
    quick.save()
    for name, fields in (("Off", {"active": False}), ("Desk", {"online": False})):
        factories.make_treatment(name, **fields)

    online, people = Treatment.objects.bookable_online(), Therapist.objects.active()
    assert told(Treatment.objects.listed_online()) == told(online)
    assert told(Treatment.objects.listed_online("legs-30")) == told(online.filter(slug="legs-30"))
    assert Treatment.objects.listed_online("off") == Treatment.objects.listed_online("none") == []
    with_portraits = people.with_portraits()
    assert told(Therapist.objects.listed_with_portraits()) == told(with_portraits)
    for one in (quick, massage):
        theirs = with_portraits.filter(treatments=one)
        assert told(Therapist.objects.listed_with_portraits(one.pk)) == told(theirs)
    assert told([Clinic.objects.the()]) == told(Clinic.objects.all())


def whole(visits):
    """With what came along with each."""
    return [
        told([visit, visit.client, visit.therapist, visit.room, visit.treatment])
        for visit in visits
    ]


@pytest.mark.parametrize("status", list(Status))
def test_the_visit_that_a_link_is_of_is_the_orms(clinic, massage, kim, room, status):
    client = None if status in {Status.HELD, Status.EXPIRED} else factories.make_client()
    until = NOW if status == Status.HELD else None
    visit = factories.make_appointment(
        starts_at=NOW, client=client, treatment=massage, therapist=kim, room=room,
        status=status, held_until=until,
    )  # fmt: skip
    wishes = WaitlistEntry.objects.waiting().filter(appointment=OuterRef("pk"))
    by_orm = Appointment.objects.visits().of_the_living().with_answers()
    by_orm = by_orm.annotate(has_a_wish=Exists(wishes)).filter(public_id=visit.public_id)

    def found():
        opened = Appointment.objects.opened(visit.public_id, 0)
        assert whole(opened) == whole(by_orm.all())
        return [(one.was_answered, one.has_a_wish) for one in opened]

    if client is None:
        assert found() == []
        return
    assert found() == [(True, False)]
    Client.objects.update(proved_at=None)
    assert found() == [(False, False)]
    factories.make_entry(client, appointment=visit)
    visit.record(SETTLED, by="", now=NOW)
    assert found() == [(True, True)]
    assert not Appointment.objects.opened(visit.public_id, 1)
    Client.objects.update(erased_at=NOW)
    assert found() == []
