"""The periods that have a button, and which days each is compared with."""

from datetime import date, timedelta

from django.db.models import Min
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic
from bookings.queries.reports.periods import LONGEST_DAYS

DAY, A_WEEK = timedelta(days=1), timedelta(weeks=1)
A_YEAR = 12  # months
THIRTY, NINETY, MONTH, LAST_MONTH, YEAR, LAST_YEAR, ALL, DATES = (
    "30", "90", "month", "last-month", "year", "last-year", "all", "dates",
)  # fmt: skip
PERIODS: dict[str, Promise] = {
    THIRTY: gettext_lazy("30 days"),
    NINETY: gettext_lazy("90 days"),
    MONTH: gettext_lazy("This month"),
    LAST_MONTH: gettext_lazy("Last month"),
    YEAR: gettext_lazy("This year"),
    LAST_YEAR: gettext_lazy("Last year"),
    ALL: gettext_lazy("All years"),
}
Days = tuple[date, date]


def named_periods(today: date) -> list[tuple[str, str]]:
    """The months by their names."""
    this, last = today.month, (today.replace(day=1) - DAY).month
    months = {MONTH: str(MONTHS[this]), LAST_MONTH: str(MONTHS[last])}
    return [(name, months.get(name, str(label))) for name, label in PERIODS.items()]


def days_of(name: str, clinic: Clinic, today: date) -> Days:
    """Until yesterday, whose figures stand; the first day of a month or year is there by itself."""
    yesterday = today - DAY
    if name == ALL:
        return _since_the_beginning(clinic, yesterday)
    if name in (LAST_MONTH, LAST_YEAR):
        last = today.replace(day=1, **({"month": 1} if name == LAST_YEAR else {})) - DAY
        return last.replace(day=1, **({"month": 1} if name == LAST_YEAR else {})), last
    if name in (MONTH, YEAR):
        first = today.replace(day=1, **({"month": 1} if name == YEAR else {}))
        return first, max(first, yesterday)
    return today - int(name) * DAY, yesterday


def records_begin(clinic: Clinic) -> date | None:
    """The day of the first visit; None where there is none."""
    stood = Appointment.objects.exclude(status__in=[Status.CANCELLED, Status.EXPIRED])
    first = stood.aggregate(first=Min("starts_at"))["first"]
    return clinic.day_of(first) if first else None


def _since_the_beginning(clinic: Clinic, yesterday: date) -> Days:
    begun = records_begin(clinic) or yesterday
    return max(min(begun, yesterday), yesterday - (LONGEST_DAYS - 1) * DAY), yesterday


def before(first: date, last: date, today: date) -> Days | None:
    """The days to compare with: of one day the same weekday of the week before, of months the
    months before, of a year's beginning the same days of the year before, of the rest as many days
    before; and of what is not over only as many days as have been. None where none have been.
    """
    if first > today:
        return None
    if first == last:
        return first - A_WEEK, first - A_WEEK
    been = min(last, today)
    months = _months(first, last)
    if not months:
        begin = first - ((last - first).days + 1) * DAY
        return begin, begin + (been - first)
    begin = _months_earlier(first, months)
    if been == last and (last + DAY).day == 1:
        return begin, _months_earlier(last + DAY, months) - DAY
    return begin, min(begin + (been - first), first - DAY)


def _months(first: date, last: date) -> int:
    """How many months earlier the days to compare with begin; 0 of what is no months."""
    if first.day != 1:
        return 0
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    if first.month == 1 and 1 < months <= A_YEAR:
        return A_YEAR
    return months if months == 1 or (last + DAY).day == 1 else 0


def _months_earlier(first: date, months: int) -> date:
    count = A_YEAR * first.year + first.month - 1 - months
    return date(count // A_YEAR, count % A_YEAR + 1, 1)
