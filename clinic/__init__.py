"""The project. Celery's app is loaded with Django, so that tasks find their broker."""

import gc

# What a start makes stays; looking for garbage in it at every 700 objects took a fifth of the time.
gc.set_threshold(20_000, 20, 20)

from clinic.celery import app as celery_app  # noqa: E402 - and Django with it

__all__ = ["celery_app"]
