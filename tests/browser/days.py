"""Days of the demo's diary, and a therapist's day as the browser tests book it."""

import time
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from playwright.sync_api import FloatRect, Locator

from clinic.demo.data.clinic import CLINIC, bank_holidays
from tests import patience
from tests.reading import present

ZONE = ZoneInfo(str(CLINIC["timezone"]))
BEFORE_MIDNIGHT = timedelta(minutes=2)  # on a machine that has nothing else to do
AFTER_MIDNIGHT = timedelta(minutes=3)
PHONE = {"viewport": {"width": 390, "height": 844}}
# Three visits in the demo's therapist's day, whose others are cancelled. By the clock they are all
# over, whenever the test runs: they took the day's first minutes.
BOOK = """
from datetime import timedelta
from secrets import token_hex
from django.utils import timezone
from bookings.core.intervals import day_bounds
from bookings.models import *
ines = Therapist.objects.get(user__email="demo-therapist@example.com")
now, clinic = timezone.now(), Clinic.objects.the()
today = day_bounds(clinic.day_of(now), 1, clinic.tz)
theirs = ines.appointments.visits().filter(starts_at__range=(today.start, today.end))
theirs.update(status="cancelled")
room = Room.objects.create(name=f"Room {token_hex(2)}", active=False)
massage = Treatment.objects.get(slug="sports-massage-60")
for n, name in enumerate(("Ada", "Ben", "Cleo")):
    email = f"{token_hex(4)}@example.com"
    client = Client.objects.create(name=f"{name} NAME", email=email, proved_at=now)
    start = today.start + timedelta(minutes=n)
    end = start + timedelta(minutes=1)
    visit = Appointment.objects.create(
        vouched_for=True,
        client=client, therapist=ines, room=room, treatment=massage, status="booked", price=60,
        starts_at=start, ends_at=end, blocked_until=end, created_at=now, booked_at=now)
    print("visit", visit.pk)
"""

# A therapist's day with one of everything that is drawn; each later one begins an hour or two on.
ONE_OF_EVERYTHING = """
from datetime import date, datetime, time, timedelta
from secrets import token_hex
from django.utils import timezone
from bookings.models import *
now, tz = timezone.now(), Clinic.objects.the().tz
name = f"Paula {token_hex(2)}"
paula = Therapist.objects.create(name=name, slug=name.lower().replace(" ", "-"), initials="PP")
room = Room.objects.create(name=f"Room {token_hex(2)}", active=False)
client = Client.objects.create(name=f"Vera {token_hex(2)}", proved_at=now)
massage = Treatment.objects.get(slug="sports-massage-60")
for day in map(date.fromisoformat, "DAYS".split()):
    at = lambda hour: datetime.combine(day, time(hour), tz)
    ExtraShift.objects.create(therapist=paula, day=day, start=time(9), end=time(20))
    Appointment.objects.create(
        vouched_for=True, client=client, therapist=paula, room=room, treatment=massage,
        status="booked", price=60, starts_at=at(10), ends_at=at(11), blocked_until=at(12),
        created_at=now, booked_at=now)
    WeeklyBreak.objects.create(therapist=paula, weekday=day.weekday(), start=time(13),
        end=time(14), valid_from=day, valid_until=day, reason="Lunch")
    Absence.objects.create(therapist=paula, starts_at=at(15), ends_at=at(16), reason="Flu")
    Absence.objects.create(starts_at=at(19), ends_at=at(20), reason=name)
print(name)
"""
NO_MORE_OF_IT = """
from bookings.models import *
Absence.objects.filter(therapist=None, reason="NAME").delete()
Therapist.objects.filter(name="NAME").update(active=False)
Appointment.objects.filter(therapist__name="NAME").update(status="cancelled")
"""

# Somebody who works all day on every day, in a room of her own: however many tests have booked
# before, a runner's plan has times.
SOMEBODY_FREE = """
from datetime import time
from secrets import token_hex
from django.utils import timezone
from bookings.models import *
tag, clinic = token_hex(3), Clinic.objects.the()
rosa = Therapist.objects.create(name=f"Rosa {tag}", slug=f"rosa-{tag}", initials="RO")
Room.objects.create(name=f"Room {tag}")
for treatment in Treatment.objects.all():
    treatment.therapists.add(rosa)
for weekday in range(7):
    WeeklyShift.objects.create(therapist=rosa, weekday=weekday, start=time(8), end=time(20),
        valid_from=clinic.day_of(timezone.now()))
FreedTime.objects.filter(worked_at=None).update(worked_at=timezone.now())  # nor kept for the list
print(rosa.name)
"""
NO_LONGER_FREE = """
from bookings.models import *
WeeklyShift.objects.filter(therapist__name="NAME").delete()
"""


def today() -> date:
    """The clinic's, which is another than UTC's for an hour of each summer night."""
    return datetime.now(ZONE).date()


@cache
def a_busy_day(days: int) -> date:
    """A Tuesday about so many days ahead, when most of the demo's therapists work.

    The day after where that is a bank holiday. The same all through a run.
    """
    day = today() + timedelta(days=(1 - today().weekday()) % 7 + days)
    closed = set(bank_holidays(day, day + timedelta(days=7)))
    return next(one for one in (day + timedelta(days=n) for n in range(7)) if one not in closed)


def let_midnight_pass() -> None:
    """If it is near: for tests of what is there today, and gone tomorrow."""
    left = _midnight(today() + timedelta(days=1)) - datetime.now(UTC)
    if left < BEFORE_MIDNIGHT * patience.slowness():
        time.sleep(left.total_seconds() + 1)
    past = datetime.now(UTC) - _midnight(today())
    time.sleep(max(AFTER_MIDNIGHT - past, timedelta()).total_seconds())


def _midnight(day: date) -> datetime:
    """The instant at which it begins."""
    return datetime.combine(day, datetime.min.time(), ZONE).astimezone(UTC)


COVERED = """() => [...document.querySelectorAll(
    "main :is(a, button, input:not([type=hidden]), select, textarea)"
)].filter((one) => {
    const isSeen = one.checkVisibility({visibilityProperty: true});
    if (!isSeen || one.matches(".visually-hidden")) return false;
    one.scrollIntoView({block: "center", behavior: "instant"});
    const box = one.getBoundingClientRect();
    const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const its = [one, ...(one.labels ?? [])];
    return there && !its.some((mine) => mine.contains(there) || there.contains(mine));
}).map((one) => one.outerHTML.slice(0, 160))"""


def box_of(shown: Locator) -> FloatRect:
    """Where it stands, in px, once its page has its styles: a heading is seen before they are."""
    shown.page.wait_for_load_state()
    return present(shown.bounding_box())


def nothing_is_covered(page):
    """All that can be pressed is what lies on top in its middle, once it is scrolled to."""
    page.wait_for_load_state()
    found = page.evaluate(COVERED)
    assert not found, (found, page.url, page.viewport_size)


SMALLEST_FIELD = """() => Math.min(99, ...[...document.querySelectorAll(
    "select, textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])"
)].map((one) => parseFloat(getComputedStyle(one).fontSize)))"""


def needs_no_enlarging(page):
    """No field is so small that a phone enlarges the page around it."""
    page.wait_for_load_state()
    smallest = page.evaluate(SMALLEST_FIELD)
    assert smallest >= 16, f"{page.url} has a field in {smallest} px"


def fits(page):
    """Once what is drawn anew for a width has been: a chart is, a moment later."""
    page.wait_for_load_state()
    wider = "document.documentElement.scrollWidth - innerWidth"
    patience.wait_for(
        lambda: page.evaluate(wider) <= 0,
        otherwise=lambda: f"{page.url} is {page.evaluate(wider)} px wider than the screen",
    )


def wait_until(page, truth, arg=None):
    """Asks the page from outside; what Playwright would wait for inside, its policy may refuse."""
    patience.wait_for(lambda: page.evaluate(truth, arg), otherwise=lambda: truth)
