"""Everything that beat rings for."""

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module

from clinic.celery import app


def tasks() -> Iterator[tuple[str, Callable[[], object]]]:
    for name, entry in sorted(app.conf.beat_schedule.items()):
        module, _, function = entry["task"].rpartition(".")
        task = getattr(import_module(module), function)
        yield f"task: {name}", partial(task.run, **entry.get("kwargs", {}))
