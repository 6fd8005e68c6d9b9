"""What a report says, in a sentence: on the whole against the days before, and by each cut."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.office.reports.asking import ChosenPeriod
from bookings.office.reports.figures import percent, written
from bookings.queries.reports.definitions import CALENDAR, Counted, Report
from bookings.queries.reports.periods import Period, key_of
from bookings.queries.reports.totals import Totals, Values

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Spoken:
    """The one figure that a report speaks of: the one that is named, else its share if it has
    one, else what it draws."""

    report: Report
    currency: str
    name: str = ""

    @property
    def is_share(self) -> bool:
        return bool(self.report.share and not self.name)

    @property
    def figure(self) -> Counted:
        return self.report.figure(self.name or self.report.drawn[0])

    def value(self, values: Values) -> Decimal | None:
        if self.is_share:
            return percent(self.report, values)
        return values[self.report.figures.index(self.figure)]

    def words(self, value: Decimal) -> str:
        if self.is_share:
            return _("{share} %").format(share=value)
        return written(self.figure, value, self.currency)

    @property
    def label(self) -> str:
        share = self.report.share if self.is_share else None
        return str(share.label if share else self.figure.label)


def headline(found: Totals, choice: ChosenPeriod, currency: str, name: str = "") -> str:
    """On the whole, against the days before; and how many are too young to be in it."""
    spoken = Spoken(found.report, currency or choice.period.clinic.currency, name)
    return " ".join(
        filter(None, [_on_the_whole(spoken, found, choice, currency), _waiting(spoken, found)])
    )


def _waiting(spoken: Spoken, found: Totals) -> str:
    share = found.report.share if spoken.is_share else None
    if share is None or not share.waits:
        return ""
    figures = [figure.name for figure in found.report.figures]
    count = int(found.of("")[figures.index(share.waits)])
    words = ngettext(
        "{count} of {all} is not in it: too soon to say.",
        "{count} of {all} are not in it: too soon to say.",
        count,
    )
    return words.format(count=count, all=int(found.of("")[0])) if count else ""


def _on_the_whole(spoken: Spoken, found: Totals, choice: ChosenPeriod, currency: str) -> str:
    now = spoken.value(found.of(currency))
    was = spoken.value(found.of_before(currency)) if choice.before else None
    facts = {"what": spoken.label}
    if now is None:
        return _("{what}: there is nothing to tell it by in these days.").format(**facts)
    facts["now"] = spoken.words(now)
    if was is None or choice.before is None or not (was or spoken.is_share):
        return _("{what}: {now}. There is nothing before to compare it with.").format(**facts)
    facts |= {"was": spoken.words(was), "before": named_before(choice.period, choice.before)}
    return _compared(now, was, facts, is_share=spoken.is_share)


def _compared(now: Decimal, was: Decimal, facts: dict[str, str], *, is_share: bool) -> str:
    if now == was:
        return _("{what}: {now}, as in {before}.").format(**facts)
    if is_share:
        facts["points"] = str(abs(now - was))
        if now > was:
            return _("{what}: {now}, {points} points more than {before}.").format(**facts)
        return _("{what}: {now}, {points} points less than {before}.").format(**facts)
    facts["percent"] = in_percent(now, was)
    if now > was:
        return _("{what}: {now}, {percent} % more than {before} ({was}).").format(**facts)
    return _("{what}: {now}, {percent} % less than {before} ({was}).").format(**facts)


def in_percent(now: Decimal, was: Decimal) -> str:
    """Whole, but of what is less than one: else £898 would be 0 % more than £896."""
    part = 100 * abs(now - was) / abs(was)
    places = Decimal(1) if part >= 1 else Decimal("0.1")
    return str(part.quantize(places, ROUND_HALF_UP))


def _part(value: Decimal, whole: Decimal) -> str:
    return str((100 * value / whole).quantize(Decimal(1), ROUND_HALF_UP)) if whole else "0"


def named(period: Period) -> str:
    """November 2026, 2026, or nothing better than these days."""
    first, last = period.first, period.last
    if first.day == 1 and key_of("month", first) == key_of("month", last):
        month = {"month": MONTHS[first.month], "year": first.year}
        return _("{month} {year}").format(**month)
    if (first.month, first.day) == (1, 1) and first.year == last.year:
        return str(first.year)
    return _("these days")


def named_before(period: Period, before: Period) -> str:
    """Only of what begins with a month is it the same days of one."""
    if period.days == 1:
        return _("a week before")
    name = named(before)
    if name == _("these days") or period.first.day != 1:
        return _("the days before")
    ends_whole = (before.last + DAY).day == 1 and (before.last + DAY).month in (1, _next(before))
    return name if ends_whole else _("the same days of {period}").format(period=name)


def _next(before: Period) -> int:
    """The month after the one that it is; of a year it is January."""
    return before.first.month % 12 + 1 if before.days <= 31 else 1


def finding(
    spoken: Spoken,
    cut: str,
    lines: Mapping[str, Values],
    labels: Mapping[str, str],
    period: Period,
) -> str:
    """By one cut; empty where there is nothing to compare."""
    values = {key: value for key in lines if (value := spoken.value(lines[key])) is not None}
    if len(values) < 2 or not any(values.values()):
        return ""
    if cut in ("week", "month") and (pair := _last_two(cut, values, period)):
        return _latest(spoken, values, labels, pair)
    top, bottom = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    facts = {"top": labels[top], "most": spoken.words(values[top]), "bottom": labels[bottom],
             "least": spoken.words(values[bottom])}  # fmt: skip
    if values[top] == values[bottom]:
        return _("All alike: {most}").format(**facts)
    if spoken.is_share or cut in CALENDAR:
        return _("{top}: {most}, the most; {bottom}: {least}, the least").format(**facts)
    whole = sum(values.values(), Decimal(0))
    facts |= {"all": spoken.words(whole), "percent": _part(values[top], whole)}
    return _("{top}: {most} of {all}, {percent} %").format(**facts)


def _last_two(cut: str, values: Mapping[str, Decimal], period: Period) -> tuple[str, str] | None:
    """The two latest that lie wholly in the period, if what was before is not nothing."""
    cut_off = {key_of(cut, period.first - DAY), key_of(cut, period.last + DAY)}
    whole = [key for key in sorted(values) if key not in cut_off]
    last = whole[-2:]
    return (last[0], last[1]) if len(last) == 2 and values[last[0]] > 0 else None


def _latest(
    spoken: Spoken,
    values: Mapping[str, Decimal],
    labels: Mapping[str, str],
    pair: Sequence[str],
) -> str:
    earlier, later = pair
    was, now = values[earlier], values[later]
    facts = {"later": labels[later], "earlier": labels[earlier], "now": spoken.words(now),
             "was": spoken.words(was), "points": str(abs(now - was)),
             "percent": in_percent(now, was)}  # fmt: skip
    if now == was:
        return _("{later}: {now}, as {earlier}").format(**facts)
    if spoken.is_share:
        words = (
            _("{later}: {now}, {points} points more than {earlier}")
            if now > was
            else _("{later}: {now}, {points} points less than {earlier}")
        )
    else:
        words = (
            _("{later}: {now}, {percent} % more than {earlier} ({was})")
            if now > was
            else _("{later}: {now}, {percent} % less than {earlier} ({was})")
        )
    return words.format(**facts)
