"""The project. Celery's app is loaded with Django, so that tasks find their broker."""

from clinic.celery import app as celery_app

__all__ = ["celery_app"]
