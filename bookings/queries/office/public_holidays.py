"""A country's public holidays, by the package `holidays`, as closures to propose."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import holidays
from django.utils.translation import get_language
from holidays.registry import COUNTRIES

from bookings.core.intervals import Interval, day_bounds
from bookings.models import Absence, Appointment, Clinic

SMALL_WORDS = {"And", "Of", "The"}


@dataclass(frozen=True)
class HolidayProposal:
    """A public holiday to come; `visits` are booked on it."""

    day: date
    what: str
    is_closed: bool
    visits: int


@cache
def countries() -> dict[str, str]:
    """Their names by code, in order of the name."""
    named = {codes[1]: _in_words(key) for key, codes in COUNTRIES.items()}
    return dict(sorted(named.items(), key=lambda one: one[1]))


def _in_words(key: str) -> str:
    first, *rest = key.replace("_", " ").title().split()
    return " ".join([first, *(one.lower() if one in SMALL_WORDS else one for one in rest)])


@cache
def parts_of(country: str) -> dict[str, str]:
    """A country's parts that have holidays of their own, by code."""
    calendar = holidays.country_holidays(country)
    names = {code: name for name, code in calendar.subdivisions_aliases.items()}
    return {code: names.get(code, code) for code in calendar.subdivisions}


def more_in_parts(country: str, today: date) -> dict[str, int]:
    """How many holidays more each part has than the country as a whole, in the year to come."""
    days = {today + timedelta(days=n) for n in range(365)}
    years = [today.year, today.year + 1]
    shared = days & set(in_years(country, "", years))
    more = {
        name: len(days & set(in_years(country, part, years)) - shared)
        for part, name in parts_of(country).items()
    }
    return {name: count for name, count in more.items() if count}


def part_of_address(country: str, address: str) -> str:
    """The country's part that an address names by itself, between commas or on a line."""
    pieces = {piece.strip().casefold() for piece in re.split(r"[,\n]", address)}
    named = [code for code, name in parts_of(country).items() if name.casefold() in pieces]
    return named[0] if len(named) == 1 else ""


@cache
def country_of(zone: str) -> str:
    """The country whose clocks go by the zone, where it is one alone."""
    text = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text()
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return next((line[0] for line in lines if line[2] == zone and line[0] in countries()), "")


def in_years(country: str, part: str, years: Sequence[int]) -> dict[date, str]:
    """By day, in words of whoever reads, as far as the package has them."""
    calendar = holidays.country_holidays(country)
    wanted = (get_language() or "").replace("-", "_").lower()
    spoken = {language.lower(): language for language in calendar.supported_languages}
    language = spoken.get(wanted) or spoken.get(f"{wanted[:2]}_us")
    found = holidays.country_holidays(
        country, subdiv=part or None, years=years, language=language or calendar.default_language
    )
    return dict(sorted(found.items()))


def proposals(clinic: Clinic, *, today: date) -> list[HolidayProposal]:
    """Of this year and the next, from today on; two queries."""
    if not clinic.country:
        return []
    part = clinic.subdivision if clinic.subdivision in parts_of(clinic.country) else ""
    found = in_years(clinic.country, part, [today.year, today.year + 1])
    days = {day: name for day, name in found.items() if day >= today}
    if not days:
        return []
    whole = day_bounds(min(days), (max(days) - min(days)).days + 1, clinic.tz)
    closed = [
        Interval(one.starts_at, one.ends_at)
        for one in Absence.objects.touching(whole).filter(therapist=None)
    ]
    visits = Appointment.objects.filter(status="booked").touching(whole)
    booked = [clinic.day_of(at) for at in visits.values_list("starts_at", flat=True)]
    return [
        HolidayProposal(
            day,
            name,
            any(one.contains(day_bounds(day, 1, clinic.tz)) for one in closed),
            booked.count(day),
        )
        for day, name in days.items()
    ]
