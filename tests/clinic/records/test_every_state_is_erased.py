"""Whatever state a row can be in, its client can be erased: no constraint stands in the way.

The states are not listed. They are tried, for each model that erasing blanks, from the columns that
its constraints speak of; what the database takes is a state.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, cast

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from bookings.models import Payment
from bookings.models.records.history import MAY_FORGET
from clinic.records.registry.record import Record
from clinic.records.registry.rows import CLIENTS
from tests.clinic.records.conftest import past_its_triggers
from tests.clinic.records.test_erasing import TRACES, erase
from tests.whole_database import whole_database

HELD, EXPIRED = Status.HELD, Status.EXPIRED
BLANKED = [record for record in CLIENTS if record.blank]


def columns_of(condition: Any) -> set[str]:
    """The columns that a constraint's condition speaks of."""
    if isinstance(condition, F):
        return {cast(Any, condition).name}
    if isinstance(condition, Q):
        pairs = [child for child in condition.children if isinstance(child, tuple)]
        inner = [child for child in condition.children if not isinstance(child, tuple)]
        named = {lookup.partition("__")[0] for lookup, _ in pairs}
        return named.union(*map(columns_of, [*inner, *(value for _, value in pairs)]))
    sources: list[Any] = getattr(condition, "get_source_expressions", list)()
    return set().union(*map(columns_of, sources))


def at_stake(record: Record) -> set[str]:
    """What is blanked under a constraint, and whatever constraints tie to that."""
    checks = [one for one in record.model._meta.constraints if isinstance(one, CheckConstraint)]
    tied = [columns_of(one.condition) for one in checks]
    found = set().union(*(columns for columns in tied if columns & set(record.blank)))
    for _ in tied:
        found |= set().union(*(columns for columns in tied if columns & found))
    return found


def values_of(field: models.Field, row: models.Model) -> list[Any]:
    """One of each kind that a constraint can tell from the others, and what is there."""
    is_there = getattr(row, field.attname)
    nothing = [None] if field.null else []
    if field.choices:
        return [*nothing, *(value for value, _ in field.flatchoices)]
    if isinstance(field, models.BooleanField):
        return [True, False]
    if isinstance(field, models.CharField | models.TextField):
        return [*nothing, "", "Ana Demo is ill"]
    if isinstance(field, models.ForeignKey):
        return [*nothing, is_there or field.related_model._base_manager.all()[0].pk]
    if isinstance(field, models.DateTimeField):
        return [*nothing, is_there or timezone.now()]
    never_negative = isinstance(field, models.PositiveIntegerField)
    return [*nothing, is_there, *([] if never_negative else [-7]), 7]


def states_of(record: Record, row: models.Model) -> Iterator[dict[str, Any]]:
    columns = sorted(at_stake(record))
    fields = [cast(models.Field, record.model._meta.get_field(name)) for name in columns]
    for values in product(*(values_of(field, row) for field in fields)):
        yield dict(zip([field.attname for field in fields], values, strict=True))


def becomes(record: Record, row: models.Model, state: dict[str, Any]) -> bool:
    """Whether the database lets the row be so; the row is as it was then, or as asked."""
    try:
        with transaction.atomic(), past_its_triggers(record):
            record.model._base_manager.filter(pk=row.pk).update(**state)
    except IntegrityError:
        return False
    return True


@pytest.fixture
def everything(planted, known):
    """Of each record that is blanked there is a row."""
    assert all(record.of(known).exists() for record in BLANKED)
    return known


@pytest.mark.parametrize("record", BLANKED, ids=lambda record: record.model.__name__)
def test_a_row_can_be_blanked_in_each_state_it_can_have(record, everything):
    row = record.of(everything).order_by("pk").first()
    tried = 0
    for state in states_of(record, row):
        with transaction.atomic():
            if becomes(record, row, state):
                with connection.cursor() as cursor:
                    cursor.execute(MAY_FORGET)
                record.of(everything).update(**record.blank)
                tried += 1
            transaction.set_rollback(True)
    assert tried >= (14 if record.model is Payment else 1)


@pytest.mark.parametrize("record", BLANKED, ids=lambda record: record.model.__name__)
def test_two_rows_can_be_blanked_alike(record):
    """No column that is set to one value for all must differ."""
    same = {name for name, value in record.blank.items() if isinstance(value, str | int)}
    unique = {field.name for field in record.model._meta.fields if field.unique}
    for constraint in record.model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            unique |= set(constraint.fields)
    assert not same & unique


@pytest.mark.parametrize("days", [-20, 5])
@pytest.mark.parametrize("status", [one for one in Status if one not in (HELD, EXPIRED)])
def test_a_client_is_erased_whatever_has_become_of_a_visit(known, visit, status, days):
    visit(known, days, status=status)
    erase(known)
    assert not [trace for trace in TRACES if trace in whole_database()]


def test_the_books_say_that_a_reason_was_erased_and_add_up_as_before(known):
    sums = Payment.objects.values_list("pk", "amount", "method", "number", "corrects")
    before = list(sums)
    erase(known)
    assert list(sums) == before
    reasons = Payment.objects.order_by("pk").values_list("reason", flat=True)
    assert list(reasons) == ["", "erased", "erased"]
