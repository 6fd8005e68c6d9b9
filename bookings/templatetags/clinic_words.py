"""The clinic's words for instants and prices, for pages: {{ start|clock:clinic.tz }}."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django import template
from django.template import defaultfilters
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from bookings import dates
from bookings.core import wording
from bookings.models import Distance
from bookings.queries.desk.worklist import SHOWN
from bookings.queries.training import protocol

register = template.Library()
# As a word of its own: neither the host of 111.nhs.uk nor a part of a longer number.
EMERGENCY_NUMBER = re.compile(
    r"(?<![\w#+.,-])(?<!\d )(?:999|112|111|911|000)(?![\w-]|[.,]\w| \d{3})"
)
NAMED = 3  # people who can take a time, by name
# HTML is shown as it was typed, and links lead only where markdown-it lets them.
_markdown = MarkdownIt("commonmark", {"html": False}).disable(
    ["image", "html_block", "html_inline"]
)

register.filter("clock", wording.clock)
register.filter("day_year_and_time", dates.day_year_and_time)
register.filter("date_year_and_time_in_short", dates.day_year_and_time_in_short)
register.filter("civil_day_and_year", dates.civil_day_and_year)
register.filter("zone_name", dates.zone_name)
register.filter("translated", dates.translated)
register.filter("each_translated", lambda words: [dates.translated(one) for one in words])
register.filter("protocol_label", protocol.label)
register.filter("in_currency", wording.price)
register.filter("in_columns", lambda sum_, currency: wording.price(sum_, currency, grouped=True))
register.filter("grouped", lambda number: f"{number:,}")
register.filter("to_type", wording.to_type)
register.filter("smallest_amount", wording.smallest_amount)


@register.filter
def how_many(waiting: Sequence) -> str:
    """Of what waits at the desk; a list that is cut off may be longer than it shows."""
    return f"{len(waiting)}+" if len(waiting) >= SHOWN else str(len(waiting))


class HasTimes(Protocol):
    starts_at: datetime
    ends_at: datetime


@register.filter(name="date", expects_localtime=True)
def written_date(value: Any, form: str | None = None) -> str:
    """Django's own; what it makes of a civil day, which a page has again and again, is kept."""
    if type(value) is date:
        return _written(value, form, get_language())
    return defaultfilters.date(value, form)


@lru_cache(maxsize=10_000)
def _written(on: date, form: str | None, language: str | None) -> str:
    return defaultfilters.date(on, form)


@register.filter
def weekday_and_date(instant: datetime, tz: ZoneInfo) -> str:
    """Tuesday 1 December, and with its year where that is not this one"""
    return dates.day_from(instant, tz, timezone.localdate())


@register.filter
def day_and_time(instant: datetime, tz: ZoneInfo) -> str:
    """Tuesday 1 December, 10:15, and with its year where that is not this one"""
    return dates.day_and_time_from(instant, tz, timezone.localdate())


@register.filter
def date_and_time_in_short(instant: datetime, tz: ZoneInfo) -> str:
    """Tue 1 Dec, 10:15, and with its year where that is not this one"""
    return dates.day_and_time_in_short_from(instant, tz, timezone.localdate())


@register.filter
def days_until(first: date, last: date) -> str:
    """1 to 9 December, and with the year where that is not this one"""
    return dates.civil_days(first, last, timezone.localdate())


@register.filter
def date_in_short(instant: datetime, tz: ZoneInfo) -> str:
    """Tue 1 Dec, and with its year where that is not this one"""
    return dates.short_day_from(instant.astimezone(tz).date(), timezone.localdate())


@register.filter
def date_and_year(instant: datetime, tz: ZoneInfo) -> str:
    """Tuesday 1 December 2026"""
    return dates.civil_day_and_year(instant.astimezone(tz).date())


@register.filter
def civil(instant: datetime, tz: ZoneInfo) -> date:
    """The day that a calendar there shows."""
    return instant.astimezone(tz).date()


@register.filter
def day_in_sight(on: date, today: date) -> str:
    """Today, or Tue 1 Dec; with its year where that is not today's."""
    return _("Today") if on == today else dates.short_day_from(on, today)


@register.filter
def day_ahead_of(on: date, today: date) -> str:
    """Tuesday, in the week to come; otherwise Tuesday 15 December."""
    return dates.day_ahead(on, today)


@register.filter
def iso_day(instant: datetime, tz: ZoneInfo) -> str:
    """2026-12-01"""
    return instant.astimezone(tz).date().isoformat()


@register.filter
def year(instant: datetime, tz: ZoneInfo) -> int:
    return instant.astimezone(tz).year


@register.filter
def away(time_off: HasTimes, tz: ZoneInfo) -> str:
    """Time off: whole days are named as days, anything else by its first and last moment.

    With the year where that is not this one.
    """
    first, last = (at.astimezone(tz) for at in (time_off.starts_at, time_off.ends_at))
    if first.time() != time.min or last.time() != time.min:
        is_one_day = first.date() == last.date()
        until = wording.clock(last, tz) if is_one_day else day_and_time(last, tz)
        return dates.span(day_and_time(first, tz), until)
    begin, end = sorted((first.date(), last.date() - timedelta(days=1)))
    return dates.civil_days_from(begin, end, timezone.localdate())


@register.filter
def dialled(phone: str) -> str:
    """+44 20 7946 0000 as a tel: link has it."""
    return wording.dialled(str(phone))


@register.filter
def numbers_to_ring(advice: str) -> SafeString:
    """Emergency numbers in what the clinic has typed, each as a link that rings it."""
    link = r'<a class="figures" href="tel:\g<0>">\g<0></a>'
    return mark_safe(EMERGENCY_NUMBER.sub(link, conditional_escape(advice)))  # noqa: S308


@register.filter
def bdi(name: object) -> SafeString:
    """A name that somebody typed, so that its direction turns nothing beside it."""
    return format_html("<bdi>{}</bdi>", name) if name else SafeString()


@register.filter
def breaks_at_its_parts(address: str) -> SafeString:
    """An e-mail address that goes on to the next line before its @ or a point, nowhere else."""
    parts = re.split(r"(?=[@.])", str(address))
    return format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in parts))


@register.filter
def isolated(name: object) -> str:
    """The same where there can be no element: in mails' text, titles and attributes."""
    return wording.isolated(str(name))


@register.filter
def on_one_line(address: str) -> str:
    return ", ".join(str(address).splitlines())


@register.filter
def names(people: Iterable) -> str:
    """Ana, Bo and Kim"""
    return _in_a_row(wording.isolated(str(person)) for person in people)


@register.filter
def several_days(days: Iterable[date]) -> str:
    """12 January 2027, 2 February 2027 and 23 February 2027"""
    return _in_a_row(map(dates.day_of_year, days))


@register.filter
def several_civil_days(days: Iterable[date]) -> str:
    """Friday 25 December and Monday 28 December"""
    return _in_a_row(map(dates.civil_day, days))


def _in_a_row(words: Iterable[str]) -> str:
    *rest, last = words
    several = ", ".join(rest)
    return _("{several} and {last}").format(several=several, last=last) if rest else last


@register.filter
def distance_name(distance: str) -> str:
    """Half marathon"""
    return str(Distance(distance).label)


@register.filter
def races(entered: Iterable) -> SafeString:
    """Leeds Half on 9 May 2027 and Manchester Marathon on 18 April 2027"""
    *rest, last = [
        format_html(_("{race} on {day}"), race=bdi(race), day=dates.day_of_year(race.race_date))
        for race in entered
    ]
    several = format_html_join(", ", "{}", ((one,) for one in rest))
    return format_html(_("{several} and {last}"), several=several, last=last) if rest else last


@register.filter
def any_of(people: Iterable) -> str:
    """Ana, Bo or Kim"""
    *rest, last = [wording.isolated(str(person)) for person in people]
    return _("{several} or {last}").format(several=", ".join(rest), last=last) if rest else last


@register.filter
def called(people: Sequence) -> str:
    """Kim Demo, and of several Ana, Bo or 2 others"""
    if len(people) == 1:
        return wording.isolated(str(people[0]))
    first = [str(person).partition(" ")[0] for person in people]
    if len(first) <= NAMED:
        return any_of(first)
    named, others = [wording.isolated(name) for name in first[: NAMED - 1]], first[NAMED - 1 :]
    return _("{several} or {count} others").format(several=", ".join(named), count=len(others))


@register.filter
def civil_day(on: date) -> str:
    """Tuesday 1 December, and with its year where that is not this one"""
    return dates.civil_day_from(on, timezone.localdate())


@register.filter
def civil_day_in_short(on: date) -> str:
    """Tue 1 Dec, and with its year where that is not this one"""
    return dates.short_day_from(on, timezone.localdate())


@register.filter
def civil_days_in_short(days: Iterable[date]) -> str:
    """Tue 1 Dec, Fri 4 Dec"""
    return ", ".join(map(civil_day_in_short, days))


@register.filter
def plain_text(message: EmailMessage) -> str:
    """The text part of a mail."""
    part = message.get_body(("plain",))
    return part.get_content() if part else ""


@register.filter
def marked_up(text: str) -> SafeString:
    """Markdown as HTML."""
    return mark_safe(_markdown.render(text))  # noqa: S308 - of a parser that lets no HTML through
