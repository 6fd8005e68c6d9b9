"""manage.py training_plan: a plan from JSON on standard input, without a database unless asked."""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.core import training
from bookings.core.training.protocol.fields import Node
from bookings.models import Clinic
from bookings.queries.training import protocol


class Command(BaseCommand):
    help = "Read a runner's races as one JSON object and print the phases, sessions and mails."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="start", help="first day of the phases (as_of)")
        parser.add_argument("--to", dest="end", help="the day after the last one")
        parser.add_argument("--text", action="store_true", help="print it as a person reads it")
        parser.add_argument(
            "--current", action="store_true", help="by the clinic's own protocol, of its database"
        )

    def handle(
        self, *, start: str | None, end: str | None, text: bool, current: bool, **_: Any
    ) -> None:
        try:
            first, last = _day("--from", start), _day("--to", end)
            plan = _plan(_stdin(), today=first or _today(current=current), current=current)
            span = _span(plan, first, last)
        except training.FieldError as error:
            raise CommandError(str(error), returncode=2) from error
        if text:
            self.stdout.write("\n".join(training.as_text(plan, *span)))
        else:
            data = training.as_data(plan, *span)
            self.stdout.write(json.dumps(data, indent=1, ensure_ascii=False))


def _today(*, current: bool) -> date:
    """The clinic's civil day where its database is asked; else there is no zone but UTC."""
    now = timezone.now()
    return Clinic.objects.the().day_of(now) if current else now.astimezone(UTC).date()


def _day(option: str, text: str | None) -> date | None:
    return None if text is None else Node(text, option).day()


def _stdin() -> object:
    try:
        return json.load(sys.stdin)
    except (ValueError, RecursionError) as error:
        raise training.FieldError("", "The input must be one JSON object.") from error


def _plan(data: object, *, today: date, current: bool) -> training.Plan:
    rules = protocol.current() if current else protocol.default()
    inputs = training.Inputs.from_data(data, rules, today=today)
    return training.plan(inputs.races, inputs.runner, rules, as_of=inputs.as_of)


def _span(plan: training.Plan, start: date | None, end: date | None) -> tuple[date, date]:
    first = start or plan.as_of
    last = end or training.end_of(plan, first)
    if first >= last:
        raise training.FieldError("--to", "--to must be later than the first day shown.")
    return first, last
