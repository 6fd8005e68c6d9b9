"""The project's own Celery worker, living in simulated time.

It runs the real tasks in a process of its own; only the clock is another one, and there is a
task that says when everything before it is done. SIMULATED_MUTANT names a fault to live with.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from clinic.celery import app  # noqa: E402
from tests.simulation import clock, mutants  # noqa: E402
from tests.simulation.broker import DONE, broker  # noqa: E402

timezone.now = clock.now
# Celery has each task make a connection of its own, which costs more than most of them do with it.
app.conf.CELERY_DB_REUSE_MAX = 10**9
fault = mutants.alive(os.environ["SIMULATED_MUTANT"])  # kept, or it would end at once
fault.__enter__()


@app.task(name="simulation.reached", ignore_result=True)
def reached() -> None:
    """Tasks are worked off one by one, so all that were sent before this one are done."""
    broker().rpush(DONE, "")
