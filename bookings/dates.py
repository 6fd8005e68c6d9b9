"""Days, lengths of time and what the core says, in the language of whoever reads."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dates import MONTHS_3, MONTHS_ALT, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.core import wording
from bookings.core.wording import Sentence

DAYS_OF_A_WEEK = 7


def weekday(on: date) -> str:
    """Tuesday"""
    return str(WEEKDAYS[on.weekday()])


def day(instant: datetime, tz: ZoneInfo) -> str:
    """Tuesday 1 December"""
    return civil_day(instant.astimezone(tz).date())


def civil_day(on: date) -> str:
    """Tuesday 1 December"""
    names = {"weekday": weekday(on), "month": MONTHS_ALT[on.month]}
    return _("{weekday} {day} {month}").format(day=on.day, **names)


def civil_day_and_year(on: date) -> str:
    """Tuesday 1 December 2026"""
    return _("{day} {year}").format(day=civil_day(on), year=on.year)


def civil_day_from(on: date, today: date) -> str:
    """Tuesday 1 December; with its year where that is not today's."""
    return civil_day(on) if on.year == today.year else civil_day_and_year(on)


def day_ahead(on: date, today: date) -> str:
    """Tuesday, where no other Tuesday comes before it; otherwise Tuesday 15 December."""
    return weekday(on) if 0 <= (on - today).days < DAYS_OF_A_WEEK else civil_day_from(on, today)


def civil_days_from(first: date, last: date, today: date) -> str:
    """Tuesday 1 December to Friday 4 December; each with its year where one is not today's."""
    if first == last:
        return civil_day_from(first, today)
    is_other = {first.year, last.year} != {today.year}
    return span(*(civil_day_and_year(on) if is_other else civil_day(on) for on in (first, last)))


def begins(first: date, today: date) -> str:
    """Of what does not hold yet, when it will; nothing of what holds already."""
    if first <= today:
        return ""
    sentence = _("That holds from {day}; until then nothing changes.")
    return sentence.format(day=civil_day_from(first, today))


def day_of_year(on: date) -> str:
    """1 December 2026"""
    return _("{day} {year}").format(day=_day_of_month(on), year=on.year)


def day_of_month_in_short(on: date) -> str:
    """1 Dec"""
    return _("{day} {month}").format(day=on.day, month=str(MONTHS_3[on.month]).title())


def day_in_short(on: date) -> str:
    """Tue 1 Dec"""
    names = {"weekday": WEEKDAYS_ABBR[on.weekday()], "month": str(MONTHS_3[on.month]).title()}
    return _("{weekday} {day} {month}").format(day=on.day, **names)


def short_day_from(on: date, today: date) -> str:
    """Tue 1 Dec; with its year where that is not today's."""
    short = day_in_short(on)
    return short if on.year == today.year else _("{day} {year}").format(day=short, year=on.year)


def civil_days(first: date, last: date, today: date) -> str:
    """1 to 9 December, 28 November to 9 December, 28 December to 9 January 2027"""
    ends = _day_of_month(last) if last.year == today.year else day_of_year(last)
    if first == last:
        return ends
    if (first.month, first.year) == (last.month, last.year):
        return _("{first} to {last}").format(first=first.day, last=ends)
    return span(_day_of_month(first), ends)


def day_from(instant: datetime, tz: ZoneInfo, today: date) -> str:
    """Tuesday 1 December; with its year where that is not today's."""
    return civil_day_from(instant.astimezone(tz).date(), today)


def day_and_time(instant: datetime, tz: ZoneInfo) -> str:
    """Tuesday 1 December, 10:15"""
    return _at(day(instant, tz), instant, tz)


def day_and_time_from(instant: datetime, tz: ZoneInfo, today: date) -> str:
    """Tuesday 1 December, 10:15; with its year where that is not today's."""
    return _at(day_from(instant, tz, today), instant, tz)


def day_year_and_time(instant: datetime, tz: ZoneInfo) -> str:
    """Tuesday 1 December 2026, 10:15"""
    return _at(civil_day_and_year(instant.astimezone(tz).date()), instant, tz)


def day_and_time_in_short_from(instant: datetime, tz: ZoneInfo, today: date) -> str:
    """Tue 1 Dec, 10:15; with its year where that is not today's."""
    return _at(short_day_from(instant.astimezone(tz).date(), today), instant, tz)


def day_year_and_time_in_short(instant: datetime, tz: ZoneInfo) -> str:
    """Tue 1 Dec 2026, 10:15"""
    on = instant.astimezone(tz).date()
    return _at(_("{day} {year}").format(day=day_in_short(on), year=on.year), instant, tz)


def until(instant: datetime, now: datetime, tz: ZoneInfo) -> str:
    """15:30; on another day than now, Tuesday 1 December, 00:15"""
    today = now.astimezone(tz).date()
    same_day = instant.astimezone(tz).date() == today
    return wording.clock(instant, tz) if same_day else day_and_time_from(instant, tz, today)


def span(first: str, last: str) -> str:
    """1 December to 9 December"""
    return _("{first} to {last}").format(first=first, last=last)


def length_of_time(days: int) -> str:
    """1 day, 11 days, 16 weeks"""
    if days >= 14:
        weeks = days // 7
        return ngettext("{count} week", "{count} weeks", weeks).format(count=weeks)
    return ngettext("{count} day", "{count} days", days).format(count=days)


def translated(words: str) -> str:
    """A sentence of the core, and what it names, as the catalogs have them."""
    if not isinstance(words, Sentence):
        return words
    named = {name: _in_their_words(value) for name, value in words.named.items()}
    text = (
        ngettext(words.text, words.several, words.named["count"])
        if words.several
        else _(words.text)
    )
    return text.format(**named)


def _in_their_words(value: Any) -> Any:
    if isinstance(value, date):
        return civil_day(value)
    return translated(value) if isinstance(value, str) else value


def zone_name(tz: ZoneInfo) -> str:
    """London time"""
    return _("{city} time").format(city=tz.key.rsplit("/", 1)[-1].replace("_", " "))


def _at(on: str, instant: datetime, tz: ZoneInfo) -> str:
    return _("{day}, {clock}").format(day=on, clock=wording.clock(instant, tz))


def _day_of_month(on: date) -> str:
    return _("{day} {month}").format(day=on.day, month=MONTHS_ALT[on.month])
