"""A plan as plain data for JSON, and as lines of text for a person."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from bookings.core.training.mails.mailings import Mailing
from bookings.core.training.mails.nudges import Topic
from bookings.core.training.phases import Segment, last_phase_ends
from bookings.core.training.plan.plan import Plan
from bookings.core.training.sessions import Session

DAYS_SHOWN_AFTER = timedelta(days=15)
TOPICS = {
    Topic.PLAN: "your plan",
    Topic.CYCLE: "your next sessions",
    Topic.RACE_BLOCK: "the sessions around your race",
    Topic.RACE_BLOCK_FOLLOWUP: "the sessions around your race, once more",
    Topic.RACE_BLOCK_LAST_CALL: "the sessions around your race, last call",
    Topic.POST_RACE_CHECK: "how the race went",
    Topic.POST_RACE_RECOVERY: "the recovery session",
    Topic.RETURN_CHECK: "the return-to-running check",
}


def end_of(plan: Plan, start: date) -> date:
    """Where phases shown from `start` end by default: 15 days after the last phase of a race."""
    return max(start, last_phase_ends(plan.races, plan.protocol) or start) + DAYS_SHOWN_AFTER


def as_data(plan: Plan, start: date, end: date) -> dict[str, list[dict[str, Any]]]:
    """Phases of [start, end), sessions, and the mails if nothing is booked; dates as text."""
    return {
        "phase_segments": [_segment(segment) for segment in plan.segments(start, end)],
        "sessions": [_session(session) for session in plan.sessions],
        "nudges_if_nothing_is_booked": [_mailing(mailing) for mailing in plan.mailings()],
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "phase": segment.phase.value,
        "race": segment.race and segment.race.name,
        "start": segment.start.isoformat(),
        "end": segment.end.isoformat(),
        "days": segment.days,
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "kind": session.kind.value,
        "ideal": session.ideal.isoformat(),
        "window_start": session.window_start.isoformat(),
        "window_end": session.window_end.isoformat(),
        "minutes": session.minutes,
        "pressure": session.pressure.key,
        "phase": session.phase.value,
        "race": session.race.name,
    }


def _mailing(mailing: Mailing) -> dict[str, Any]:
    return {
        "date": mailing.day.isoformat(),
        "mails": [topic.value for topic in mailing.topics],
        "covers": [session.ideal.isoformat() for session in mailing.covers],
        "rule": ",".join(mailing.rules),
    }


def as_text(plan: Plan, start: date, end: date) -> Iterator[str]:
    """The same in lines of English."""
    yield f"Plan on {_day(plan.as_of)}, protocol version {plan.protocol.version}"
    yield from ("", "Phases")
    for segment in plan.segments(start, end):
        yield f"  {_segment_in_words(plan, segment)}"
    yield from ("", "Recommended sessions" if plan.sessions else "No session to recommend")
    for session in plan.sessions:
        yield from _session_in_words(plan, session)
    yield from ("", "Mails if nothing is booked" if plan.mailings() else "No mail to send")
    for mailing in plan.mailings():
        yield f"  {_mailing_in_words(mailing)}"


def _segment_in_words(plan: Plan, segment: Segment) -> str:
    name = plan.protocol.phases[segment.phase].name
    days = "1 day" if segment.days == 1 else f"{segment.days} days"
    race = f", {segment.race.name}" if segment.race else ""
    return f"{_days(segment.start, segment.end)}: {name} ({days}{race})"


def _session_in_words(plan: Plan, session: Session) -> Iterator[str]:
    rules = plan.protocol.session_types[session.kind]
    days = _days(max(session.window_start, plan.as_of), session.window_end)
    yield (
        f"  {_day(session.suggested)}: {rules.name}, {session.minutes} minutes,"
        f" {session.pressure.label} pressure ({session.race.name})"
    )
    yield f"    {rules.why}"
    yield f"    Possible: {days}."


def _mailing_in_words(mailing: Mailing) -> str:
    topics = "; ".join(TOPICS[topic] for topic in mailing.topics)
    sessions = ", ".join(_day(session.ideal) for session in mailing.covers)
    return f"{_day(mailing.day)}: {topics}" + (f" ({sessions})" if sessions else "")


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _days(start: date, end: date) -> str:
    last = end - timedelta(days=1)
    return _day(start) if start == last else f"{_day(start)} to {_day(last)}"
