"""A whole clinic backed up, sealed, and put back."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from bookings.models import Appointment
from clinic.operations.backups import encryption
from tests.benchmarks import seed
from tests.benchmarks.sizes import size

STORED = size(200_000, toy=300)


def measure(folder: Path, today: date) -> list[tuple[str, str]]:
    seed.make_busy_clinic(
        therapists=size(50, toy=3), appointments=STORED, last_day=today + timedelta(days=60)
    )
    print("Measuring a backup and its way back …")
    with override_settings(BACKUP_KEY=encryption.new_key()):
        made = _seconds(lambda: call_command("backup", folder=folder / "backups"))
        kept = max((folder / "backups").glob("*.backup"))
        Appointment.objects.filter(pk__in=Appointment.objects.values("pk")[:100]).delete()
        put_back = _seconds(lambda: call_command("restore", kept, replace=True))
    assert Appointment.objects.count() == STORED
    megabytes = kept.stat().st_size / 1_000_000
    return [
        (f"a sealed backup, {STORED:,} appointments", f"{made:.1f} s, {megabytes:.1f} MB"),
        ("the same put back, checked and migrated", f"{put_back:.1f} s"),
    ]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
