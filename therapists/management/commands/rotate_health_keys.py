"""manage.py rotate_health_keys: seals all health data anew under the first key."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, models, transaction
from django.db.models import QuerySet

from therapists.models import Clearance, HealthCheck, KeptRecord, Letter, Note, NoteVersion, Photo

SEALED: list[type[models.Model]] = [
    HealthCheck,
    Clearance,
    Note,
    NoteVersion,
    Letter,
    Photo,
    KeptRecord,
]
AT_ONCE = 200


class Command(BaseCommand):
    help = (
        "Put a new key first in HEALTH_KEYS, restart, run this, then take the old key away. "
        "May be run while the clinic works, and again if it was cut off."
    )
    requires_system_checks = []  # they load every page, for which nobody waits

    def handle(self, **_options: Any) -> None:
        for model in SEALED:
            done = sum(_reseal(model, pks) for pks in _batches(model))
            self.stdout.write(f"{model._meta.verbose_name}: {done}")


def _batches(model: type[models.Model]) -> Iterator[list[int]]:
    pks = list(
        model._default_manager.exclude(content=None).order_by("pk").values_list("pk", flat=True)
    )
    for start in range(0, len(pks), AT_ONCE):
        yield pks[start : start + AT_ONCE]


@transaction.atomic
def _reseal(model: type[models.Model], pks: list[int]) -> int:
    with connection.cursor() as cursor:
        # Signed versions let their sealed content be written anew for this, and only so.
        cursor.execute("SET LOCAL therapists.rotating_keys = 'on'")
    rows: QuerySet[Any] = (
        model._default_manager.filter(pk__in=pks).exclude(content=None).select_for_update()
    )
    for row in rows.only("pk", "content"):
        model._default_manager.filter(pk=row.pk).update(content=row.content.resealed())
    return len(rows)
