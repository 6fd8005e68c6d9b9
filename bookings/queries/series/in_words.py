"""A series in the words of pages and mails."""

from datetime import date, time

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import dates
from bookings.core.wording import isolated
from bookings.models import Race, Series


def series_in_words(series: Series, today: date) -> str:
    """Every 3 weeks on Wednesday at 18:00, until Wednesday 3 June 2027"""
    if series.every_weeks is None:
        return race_in_words(series)
    return rule_in_words(
        series.every_weeks, series.first_day, series.at, series.last_day, today=today
    )


def race_in_words(series: Series) -> str:
    """The sessions for Berlin Marathon on 26 September 2027"""
    if series.race is None:
        return _("The sessions for a race that is no longer in the plan")
    return _("The sessions for {race}").format(race=_with_its_day(series.race))


def one_of_it(series: Series, today: date) -> str:
    """Of an appointment in it, as a sentence."""
    if series.race:
        return _("One of the sessions for {race}.").format(race=_with_its_day(series.race))
    return _("One of a series: {series}.").format(series=series_in_words(series, today))


def _with_its_day(race: Race) -> str:
    words = _("{race} on {day}")
    return words.format(race=isolated(str(race)), day=dates.day_of_year(race.race_date))


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
