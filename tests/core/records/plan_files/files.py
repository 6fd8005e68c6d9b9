"""Calendars and tables as tests write them, and how they are read on one day."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from bookings.core.records import plan_files

WORDS = plan_files.PlanWords.from_data(
    yaml.safe_load(
        (Path(__file__).parents[4] / "bookings" / "training_words.yaml").read_text("utf-8")
    )
)
TODAY = date(2026, 11, 29)
LONDON = ZoneInfo("Europe/London")


def calendar(*events: str, head: str = "") -> bytes:
    """Each event as its lines, parted by |."""
    inside = "".join(f"BEGIN:VEVENT|{event}|END:VEVENT|" for event in events)
    return f"BEGIN:VCALENDAR|VERSION:2.0|{head}{inside}END:VCALENDAR|".replace("|", "\r\n").encode()


def read(data: bytes) -> plan_files.PlanRead:
    return plan_files.read(data, WORDS, today=TODAY, tz=LONDON)
