"""Files that mean harm, or are merely broken: each ends in a sentence, soon, in little memory."""

import gzip
import io
import os
import random
import time
import tracemalloc
import zipfile
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.core.records.plan_files import LARGEST, UnreadablePlan
from bookings.core.records.plan_files.limits import MOST_ENTRIES, MOST_READ
from tests.core.records.plan_files.files import calendar, read

EXAMPLES = int(os.environ.get("PLAN_FILES", "0"))
# Seconds of this process: one on a machine that is left to it; others slow it down.
SOON = 1.0 if EXAMPLES else 3.0
IN_WINDOW = "DTSTART:20261206|SUMMARY:Easy"
OTHER = "DTSTART:20200101|SUMMARY:x"
CHANGED = f"UID:q|RECURRENCE-ID:20261206|{IN_WINDOW}"


def zipped() -> bytes:
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("plan.ics", b"0" * 50_000_000)
    return inside.getvalue()


def rule(text: str, start: str = "20261201") -> str:
    return f"DTSTART:{start}|SUMMARY:Easy|RRULE:{text}"


# One letter that is eighteen when it is compared, and what amounts are looked for in.
LONG_TEXTS = ("\ufdfa", "9h ")


def worst_calendar(text: str) -> bytes:
    """A few entries that come each day."""
    rule = "DTSTART:20261201|RRULE:FREQ=DAILY;COUNT=400|"
    there = [f"{rule}SUMMARY:{text * 290}{n}|DESCRIPTION:{text * 1_990}{n}" for n in range(4)]
    return calendar(*there)


def worst_list(text: str) -> bytes:
    """As many as are read, each of which says something else."""
    rows = (f"2026-12-{1 + n % 28:02},{n}{text * 450}" for n in range(MOST_READ))
    return "\n".join(["date,kind", *rows]).encode()


REFUSED = {
    "nothing": b"",
    "too large": b"x" * (LARGEST + 1),
    "a zip bomb": zipped(),
    "a gzip bomb": gzip.compress(b"0" * 50_000_000),
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0",
    "nonsense": bytes(range(1, 256)) * 100,
    "a web page": b"<!doctype html><title>Sign in</title>",
    "no events": calendar(),
    "many events": calendar(*["SUMMARY:x"] * (MOST_ENTRIES + 1)),
    "many in the window": calendar(*[IN_WINDOW] * (MOST_READ + 1)),
    "many rules": calendar(*[rule("FREQ=DAILY")] * 60),
    "a list of many days": calendar(*[f"{IN_WINDOW}|RDATE:{','.join(['20261207'] * 400)}"] * 9),
    "many days of one": calendar(*[rule("FREQ=DAILY", "20260901")] * 5),
    "other years": calendar(*["DTSTART:19700101|SUMMARY:Easy"] * 5000),
    "half of one": calendar(IN_WINDOW)[:60],
    "nested without end": calendar("BEGIN:VEVENT|" * 20_000 + IN_WINDOW),
    "a table of nothing": b",,,\n" * 100_000,
    "a quotation without its second": b'date,kind\n"' + b"2026-12-06,easy\n" * 20_000,
    "a table without dates": b"name,town\nAna,Leeds\n",
    "digits": b"1" * LARGEST,
}
# What is read, leaving aside what cannot be.
READ = {
    "a week of rules": calendar(*[rule("FREQ=WEEKLY")] * 30),
    "every second": calendar(IN_WINDOW, rule("FREQ=SECONDLY")),
    "every second since 1970": calendar(IN_WINDOW, rule("FREQ=SECONDLY", "19700101")),
    "a day there never is": calendar(IN_WINDOW, rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")),
    "a day that never comes": calendar(IN_WINDOW, rule("FREQ=DAILY;INTERVAL=7;BYDAY=SU")),
    "a rare 31st": calendar(IN_WINDOW, *[rule("FREQ=MONTHLY;INTERVAL=12", "20260831")] * 15),
    "since the year 1": calendar(IN_WINDOW, rule("FREQ=DAILY", "00010101")),
    "every day of many years": calendar(IN_WINDOW, *[rule("FREQ=DAILY", "20220101")] * 3),
    "a long list of dates": calendar(IN_WINDOW + "|RDATE:" + ",".join(["20261207"] * 60_000)),
    "dates of no year": calendar(IN_WINDOW, "DTSTART:99999999|SUMMARY:Easy", "DTSTART:|SUMMARY:x"),
    "a long word": calendar("DTSTART:20261206|SUMMARY:" + "easy " * 150_000),
    "a long number": calendar("DTSTART:20261206|SUMMARY:Easy " + "9" * 500_000 + " km"),
    "a long line of folds": calendar(IN_WINDOW + "|DESCRIPTION:x" + "|  y" * 150_000),
    "attachments": calendar(IN_WINDOW + "|ATTACH;ENCODING=BASE64;VALUE=BINARY:" + "QUJD" * 200_000),
    "alarms": calendar(IN_WINDOW + "|BEGIN:VALARM|TRIGGER:-P1D|END:VALARM" * 10_000),
    "a zone of its own": calendar("DTSTART;TZID=/x/Nowhere:20261206T070000|SUMMARY:Easy",
                                  head="X-WR-TIMEZONE:../../etc/passwd|"),
    "bad UTF-8": calendar(IN_WINDOW).replace(b"Easy", b"Easy \xff\xfe\xc3"),
    "UTF-16": calendar(IN_WINDOW).decode().encode("utf-16"),
    "quoted-printable": calendar("DTSTART:20261206|SUMMARY;ENCODING=Q:Easy=0A=0D=C3"),
    "marks that pile up": calendar("DTSTART:20261206|SUMMARY:" + "ﷺ" * 100_000),
    "many lines of one event": calendar(IN_WINDOW + "|EXDATE:20261208" * 40_000),
    "as many as may be": calendar(*[IN_WINDOW] * MOST_READ),
    "as many as may be of other years": calendar(IN_WINDOW, *[OTHER] * (MOST_ENTRIES - 1)),
    "a UID for all": calendar(*["UID:1|" + IN_WINDOW] * 500),
    "a change of nothing": calendar(IN_WINDOW, *[CHANGED] * 400),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_plan_is_refused_in_a_sentence_and_soon(name):
    started = time.process_time()
    with pytest.raises(UnreadablePlan) as refused:
        read(REFUSED[name])
    assert time.process_time() - started < SOON
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("name", READ)
def test_what_cannot_be_followed_is_left_aside_and_the_rest_is_read_soon(name):
    started = time.process_time()
    assert read(READ[name]).schedule.days
    assert time.process_time() - started < SOON


def test_no_file_takes_much_memory():
    tracemalloc.start()
    read(READ["a long line of folds"])
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000


PIECES = (
    "BEGIN:VEVENT",
    "END:VEVENT",
    "BEGIN:VCALENDAR",
    "END:VCALENDAR",
    "BEGIN:VALARM",
    "DTSTART:20261206",
    "DTSTART;VALUE=DATE:20261206",
    "DTSTART;TZID=X:20261206T250000",
    "DTSTART:20261206T070000Z",
    "DTEND:20261206T060000",
    "DURATION:PT99999999H",
    "SUMMARY:Long run 18 mi",
    "SUMMARY:",
    "UID:1",
    "RRULE:FREQ=WEEKLY",
    "RRULE:FREQ=SECONDLY",
    "RRULE:FREQ=WEEKLY;UNTIL=20261399",
    "RDATE:20261206,20261207",
    "EXDATE:20261206",
    "RECURRENCE-ID:20261206",
    "STATUS:CANCELLED",
    "date,kind",
    "2026-12-06,easy",
    " folded",
    "X-WR-TIMEZONE:Nowhere/At_All",
    "RRULE:FREQ=YEARLY;INTERVAL=99",
    "SEQUENCE:x",
    "RDATE;VALUE=PERIOD:1/2",
)
lines = st.sampled_from(PIECES) | st.text(max_size=30)
files = st.lists(lines, max_size=40).map(
    lambda found: "\r\n".join(["BEGIN:VCALENDAR", *found, "END:VCALENDAR"]).encode(
        "utf-8", "replace"
    )
) | st.lists(lines, max_size=20).map(lambda found: "\n".join(found).encode("utf-8", "replace"))


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(data=files | st.binary(max_size=300))
def test_whatever_the_file_it_is_read_or_refused(data):
    with suppress(UnreadablePlan):
        assert read(data).schedule.days


@pytest.mark.skipif(not EXAMPLES, reason="by hand: PLAN_FILES=10000")
def test_ten_thousand_broken_files_each_end_soon():
    dice = random.Random(22)
    good = [data for data in [*READ.values(), *REFUSED.values()] if data and len(data) < 20_000]
    slowest = 0.0
    for _ in range(EXAMPLES):
        data = bytearray(dice.choice(good))
        for _ in range(dice.randint(1, 30)):
            at = dice.randrange(len(data))
            data[at : at + dice.randint(0, 9)] = dice.choice(
                [bytes([dice.randrange(256)]), dice.choice(PIECES).encode(), b"\r\n", data[:40]]
            )
        started = time.process_time()
        with suppress(UnreadablePlan):
            read(bytes(data))
        slowest = max(slowest, time.process_time() - started)
    print(f"slowest: {slowest:.2f} s")
    assert slowest < SOON


@pytest.mark.parametrize("text", LONG_TEXTS)
def test_no_text_is_slow_to_read_however_often_it_comes(text):
    for data in (worst_calendar(text), worst_list(text)):
        began = time.process_time()
        read(data)
        assert time.process_time() - began < SOON
