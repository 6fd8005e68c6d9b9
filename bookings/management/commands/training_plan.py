"""manage.py training_plan: a plan from JSON on standard input, without a database."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.core import training
from bookings.core.training.reading import Node

PROTOCOL_FILE = Path(__file__).parents[2] / "protocol.yaml"
DAYS_SHOWN_AFTER = timedelta(days=15)


class Command(BaseCommand):
    help = "Read a runner's races as one JSON object and print the phases, sessions and mails."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="start", help="first day of the phases (as_of)")
        parser.add_argument("--to", dest="end", help="day after the last (15 after the last race)")
        parser.add_argument("--text", action="store_true", help="print it as a person reads it")

    def handle(self, *, start: str | None, end: str | None, text: bool, **_: Any) -> None:
        protocol = training.Protocol.from_data(yaml.safe_load(PROTOCOL_FILE.read_text("utf-8")))
        try:
            first = Node(start, "--from").day() if start is not None else None
            plan = _plan(_stdin(), protocol, today=first or timezone.localdate())
            span = _span(plan, first, Node(end, "--to").day() if end is not None else None)
        except training.BadField as error:
            raise CommandError(str(error), returncode=2) from error
        if text:
            self.stdout.write("\n".join(_as_text(plan, *span)))
        else:
            self.stdout.write(json.dumps(_as_data(plan, *span), indent=1, ensure_ascii=False))


def _stdin() -> object:
    try:
        return json.load(sys.stdin)
    except (ValueError, RecursionError) as error:
        raise training.BadField("", "The input must be one JSON object.") from error


def _plan(data: object, protocol: training.Protocol, *, today: date) -> training.Plan:
    inputs = training.Inputs.from_data(data, protocol, today=today)
    return training.plan(inputs.races, inputs.runner, protocol, as_of=inputs.as_of)


def _span(plan: training.Plan, start: date | None, end: date | None) -> tuple[date, date]:
    first = start or plan.as_of
    over = training.last_phase_ends(plan.races, plan.protocol) or first
    last = end or max(first, over) + DAYS_SHOWN_AFTER
    if first >= last:
        raise training.BadField("--to", "--to must be later than the first day shown.")
    return first, last


def _as_data(plan: training.Plan, start: date, end: date) -> dict[str, list[dict[str, Any]]]:
    return {
        "phase_segments": [_segment(segment) for segment in plan.segments(start, end)],
        "sessions": [_session(session) for session in plan.sessions],
        "nudges_if_nothing_is_booked": [_mailing(mailing) for mailing in plan.mailings()],
    }


def _segment(segment: training.Segment) -> dict[str, Any]:
    return {
        "phase": segment.phase,
        "race": segment.race and segment.race.name,
        "start": segment.start.isoformat(),
        "end": segment.end.isoformat(),
        "days": segment.days,
    }


def _session(session: training.Session) -> dict[str, Any]:
    return {
        "kind": session.kind,
        "ideal": session.ideal.isoformat(),
        "window_start": session.window_start.isoformat(),
        "window_end": session.window_end.isoformat(),
        "minutes": session.minutes,
        "pressure": session.pressure.key,
        "phase": session.phase,
        "race": session.race.name,
    }


def _mailing(mailing: training.Mailing) -> dict[str, Any]:
    return {
        "date": mailing.date.isoformat(),
        "mails": list(mailing.topics),
        "covers": [session.ideal.isoformat() for session in mailing.covers],
        "rule": ",".join(mailing.rules),
    }


def _as_text(plan: training.Plan, start: date, end: date) -> Iterator[str]:
    yield f"Plan on {_day(plan.as_of)} (protocol version {plan.protocol.version})"
    yield ""
    yield "Phases"
    for segment in plan.segments(start, end):
        name, race = plan.protocol.phases[segment.phase].name, segment.race
        days = "1 day" if segment.days == 1 else f"{segment.days} days"
        yield f"  {_dates(segment.start, segment.end)}: {name}, {days}" + (f" ({race.name})" if race else "")
    yield ""
    yield "Recommended sessions" if plan.sessions else "No sessions to recommend"
    for session in plan.sessions:
        yield from _session_in_words(plan, session)
    yield ""
    yield "Mails, if nothing is booked"
    for mailing in plan.mailings():
        topics = ", ".join(topic.replace("_", " ") for topic in mailing.topics)
        about = ", ".join(_day(session.ideal) for session in mailing.covers)
        yield f"  {_day(mailing.date)}: {topics}" + (f", about {about}" if about else "")


def _session_in_words(plan: training.Plan, session: training.Session) -> Iterator[str]:
    rules = plan.protocol.session_types[session.kind]
    yield (
        f"  {_day(session.suggested)}: {rules.name}, {session.minutes} minutes,"
        f" {session.pressure.label} pressure ({session.race.name})"
    )
    yield f"    Any day {_dates(session.window_start, session.window_end)}. {rules.why}"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _dates(start: date, end: date) -> str:
    last = end - timedelta(days=1)
    return _day(start) if start == last else f"{_day(start)} to {_day(last)}"
