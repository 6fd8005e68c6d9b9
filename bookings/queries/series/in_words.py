"""A series in the words of pages and mails."""

from datetime import date, time

from django.utils.translation import ngettext

from bookings import dates
from bookings.models import Series


def series_in_words(series: Series, today: date) -> str:
    """Every 3 weeks on Wednesday at 18:00, until Wednesday 3 June 2027"""
    return rule_in_words(
        series.every_weeks, series.first_day, series.at, series.last_day, today=today
    )


def rule_in_words(weeks: int, first: date, at: time, last: date, *, today: date) -> str:
    sentence = ngettext(
        "Every week on {weekday} at {clock}, until {last}",
        "Every {count} weeks on {weekday} at {clock}, until {last}",
        weeks,
    )
    return sentence.format(
        count=weeks,
        weekday=dates.weekday(first),
        clock=f"{at:%H:%M}",
        last=dates.civil_day_from(last, today),
    )
