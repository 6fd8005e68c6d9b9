"""GET /metrics, for whoever has the token: what processes count, what the database says."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Func, Min, QuerySet, TextField, Value
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from bookings.core.scheduling.statuses import Status
from bookings.models import AppointmentEvent, Heartbeat, Mail, MailState

TOGETHER = "PROMETHEUS_MULTIPROC_DIR"


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """404 without a token in the settings, 401 without it in the request."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    ):
        return HttpResponse("Show the token.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    text = _counted_by_processes() + _said_by_the_database()
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _counted_by_processes() -> bytes:
    if TOGETHER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)


def _said_by_the_database() -> bytes:
    registry = CollectorRegistry()
    registry.register(_Database())
    return generate_latest(registry)


class _Database:
    """Asked at each scrape, in five questions, so that no process need remember."""

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield _counter("taper_bookings", "Bookings, by role.", ["by"], _bookings_by_role())
        yield _counter("taper_mails", "Mails, by kind and outcome.", ["kind", "outcome"], _mails())
        gauges = {
            "taper_mail_queue_age_seconds": ("How long a mail has been due.", _queue_age()),
            "taper_mail_queue_length": ("Mails due.", _queue_length()),
        }
        for name, (words, value) in gauges.items():
            yield GaugeMetricFamily(name, words, value=value)
        silence = GaugeMetricFamily(
            "taper_silence_seconds", "Since a part's last sign of life.", labels=["part"]
        )
        for part, seconds in _silences():
            silence.add_metric([part], seconds)
        yield silence


def _counter(name: str, words: str, labels: list[str], rows: Any) -> CounterMetricFamily:
    family = CounterMetricFamily(name, words, labels=labels)
    for *values, count in rows:
        family.add_metric(values, count)
    return family


def _bookings_by_role() -> QuerySet:
    """(role, bookings ever): who booked is kept as a role, or as a role and a login."""
    booked = AppointmentEvent.objects.filter(kind=Status.BOOKED).order_by()
    who = Func(F("by"), Value(":"), Value(1), function="split_part", output_field=TextField())
    return booked.annotate(who=who).values_list("who").annotate(Count("pk"))


def _mails() -> QuerySet:
    """(kind, outcome, mails)"""
    return Mail.objects.order_by().values_list("kind", "state").annotate(Count("pk"))


def _queue_age() -> float:
    """Seconds that the mail has been due which has been due longest; 0 when none is."""
    longest = _due().aggregate(age=Now() - Min("due_at"))["age"]
    return (longest or timedelta(0)).total_seconds()


def _queue_length() -> int:
    return _due().count()


def _silences() -> Iterator[tuple[str, float]]:
    """(part, seconds since its last sign of life)"""
    for part, age in Heartbeat.objects.annotate(age=Now() - F("at")).values_list("part", "age"):
        yield part, age.total_seconds()


def _due() -> QuerySet[Mail]:
    return Mail.objects.filter(state=MailState.SCHEDULED, due_at__lte=Now())
