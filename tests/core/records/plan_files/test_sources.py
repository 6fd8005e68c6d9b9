"""What each source's files look like (made, not copied), and what is read of them."""

from datetime import date

import pytest

from bookings.core.records.plan_files import UnknownWords, UnreadablePlan, taught
from bookings.core.training.schedule import DayKind
from tests.core.records.plan_files.files import WORDS, calendar, read

SUNDAY = date(2026, 12, 6)
ON = "DTSTART;VALUE=DATE:20261206|SUMMARY:"
TABLE = [
    # Runna: all day, a sign before or after, kilometres or miles, ticked when done
    (ON + "🏃 Long Run • 28km", "long", None, 28.0),
    (ON + "Tempo 400s - 7.5km", "hard", None, 7.5),
    (ON + "✅ 5 mi Easy Run", "easy", None, 8.0),
    (ON + "Rest Day", "rest", None, None),
    (ON + "Race Day! Marathon", "race", None, 42.2),
    (ON + "Strength - Full body\\, 30 min", "strength", 30, None),
    # TrainingPeaks: the sport before the title, what is planned in the text, and paces there too
    (ON + "Run: Cruise Intervals|DESCRIPTION:3x10min @ 4:10 min/km\\nPlanned Time: 1:05:00\\n"
     "Planned Distance: 13.2 km", "hard", 65, 13.2),
    (ON + "Run: Endurance ride home|DESCRIPTION:Actual Time: 0:45:00", "strength", 45, None),
    (ON + "Day Off: ", "rest", None, None),
    (ON + "Strength: Core", "strength", None, None),
    # Final Surge: with times and a zone, a distance in miles
    ("DTSTART;TZID=America/New_York:20261206T230000|DTEND;TZID=America/New_York:20261207T013000|"
     "SUMMARY:Run - Long Run: 18 mi", "long", 150, 29.0),
    ("DTSTART:20261206T060000|DURATION:PT1H10M|SUMMARY:Run - Fartlek", "hard", 70, None),
    # Garmin Connect: a bare DTSTART, the number of times as 6x800m
    ("DTSTART:20261206|SUMMARY:6 x 800m", "hard", None, None),
    ("DTSTART:20261206|SUMMARY:W03D2 - Threshold", "hard", None, None),
    ("DTSTART:20261206|SUMMARY:Running", "easy", None, None),
    # A time in UTC is on the runner's own clock
    ("DTSTART:20261206T000500Z|DTEND:20261206T010500Z|SUMMARY:Jog", "easy", 60, None),
    # Words that are inside others, and lengths that speak for themselves
    (ON + "Marathon pace 12 km", "hard", None, 12.0),
    (ON + "Half marathon", "race", None, 21.1),
    (ON + "Easy run 32 km", "long", None, 32.0),
    (ON + "Run 2 h 30 min", "long", 150, None),
    (ON + "Recovery jog, no pace 5:30/km", "easy", None, None),
    (ON + "Langer Lauf 24\\,5 km", "long", None, 24.5),
    (ON + "Sortie longue 1 h 50", "long", 110, None),
    # Words of one kind in what is another
    (ON + "Long intervals 5x2km", "hard", None, None),
    (ON + "Long Ride 80 km", "strength", None, 80.0),
    (ON + "Long swim", "strength", None, None),
    (ON + "No long run today\\, rest", "rest", None, None),
    (ON + "Hill walk with dog", "strength", None, None),
    (ON + "Run/walk 45 min", "easy", 45, None),
    (ON + "Marathon Vorbereitung Treffen", "unknown", None, None),
    (ON + "Manchester Marathon", "race", None, 42.2),
    (ON + "TDL 8 km", "hard", None, 8.0),
    (ON + "LDL", "long", None, None),
    (ON + "MLR 18 km", "easy", None, 18.0),
    (ON + "Longest run yet! 35km", "long", None, 35.0),
    (ON + "Run 2:30 h", "long", 150, None),
    (ON + "Carrera continua", "easy", None, None),
    (ON + "Regeneration", "easy", None, None),
    (ON + "Bergläufe", "hard", None, None),
    (ON + "Week 5 of 16: Run 10 km", "easy", None, 10.0),
    # A slot of the calendar is no time of a distance whose pace is told; one without is
    ("DTSTART:20261206T060000|DURATION:PT3H|SUMMARY:Run 10 km @ 5:00/km", "easy", None, 10.0),
    ("DTSTART:20261206T060000|DURATION:PT3H|SUMMARY:Easy|DESCRIPTION:12 km at 5:30 min/km\\, "
     "1:06:00", "easy", 66, 12.0),
    ("DTSTART:20261206T060000|DURATION:PT1H|SUMMARY:Run 10 km", "easy", 60, 10.0),
]  # fmt: skip


@pytest.mark.parametrize(("event", "kind", "minutes", "km"), TABLE)
def test_each_sources_entries_are_read(event, kind, minutes, km):
    (found,) = read(calendar(event)).schedule.days
    assert (found.day, found.kind, found.minutes, found.km) == (SUNDAY, kind, minutes, km)


TABLES = [
    ("date,kind,minutes\n2026-12-06,long run,150\n", "long", 150, None),
    ("Date;Type;Distance (km)\n06.12.2026;Langer Lauf;28,5\n", "long", None, 28.5),
    ("Day,Workout,Miles\n12/06/2026,Tempo,6\n12/13/2026,Tempo,6\n", "hard", None, 9.7),
    ("Title,WorkoutType,WorkoutDay,PlannedDuration,PlannedDistanceInMeters\n"
     "Hills,Run,2026-12-06,1:10:00,12000\n", "hard", 70, 12.0),
    ("Title,WorkoutType,WorkoutDay,PlannedDuration,PlannedDistanceInMeters\n"
     "Hills,Run,2026-12-06,1.166666,12000\n", "hard", 70, 12.0),
    ("date\tkind\thours\n6 Dec 2026\tEasy\t0.75\n", "easy", 45, None),
    ("sep=;\r\ndate;kind;km\r\n2026-12-06;Ruhetag;\r\n", "rest", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("table", "kind", "minutes", "km"), TABLES)
def test_a_table_needs_a_date_and_what_the_day_is(table, kind, minutes, km):
    first = read(table.encode()).schedule.days[0]
    assert (first.day, first.kind, first.minutes, first.km) == (SUNDAY, kind, minutes, km)


def test_a_weeks_total_is_no_run():
    found = read(calendar(ON + "Week 5 of 16 - 62 km total", ON + "Easy 8 km"))
    assert [(one.kind, one.km) for one in found.schedule.days] == [(DayKind.EASY, 8.0)]
    with pytest.raises(UnreadablePlan, match="We found no training"):
        read(calendar(ON + "Week 5 of 16 - 62 km total"))


def test_what_repeats_is_followed_with_its_exceptions_and_changes():
    weekly = (
        "UID:a|DTSTART;TZID=Europe/London:20261203T070000|RRULE:FREQ=WEEKLY;COUNT=4|SUMMARY:Tempo"
    )
    found = read(calendar(
        weekly + "|EXDATE;TZID=Europe/London:20261210T070000",
        "UID:a|RECURRENCE-ID:20261217T070000Z|DTSTART:20261218T070000|SUMMARY:Easy",
        # A change of what never repeats is an entry like others.
        "UID:b|RECURRENCE-ID:20270101T070000Z|DTSTART:20270101T070000|SUMMARY:Long run",
        "UID:c|DTSTART:20261230|STATUS:CANCELLED|SUMMARY:Tempo",
    )).schedule.days  # fmt: skip
    assert [(str(one.day), str(one.kind)) for one in found] == [
        ("2026-12-03", "hard"), ("2026-12-18", "easy"), ("2026-12-24", "hard"),
        ("2027-01-01", "long"),
    ]  # fmt: skip


def test_of_several_entries_on_a_day_the_most_telling_holds():
    own = [ON + title for title in ("Easy 5 km", "Strength 60 min", "Intervals 40 min")]
    same = [f"UID:same|{ON}{title}" for title in ("Rest", "Tempo 50 min")]
    found = read(calendar(*own, *same))
    (day,) = found.schedule.days
    assert (day.kind, day.minutes, day.km) == (DayKind.HARD, 50, None)


def test_words_that_nobody_knows_are_listed_and_taught_at_once():
    other = "DTSTART:20261213|SUMMARY:"
    found = read(calendar(ON + "Zanzibar twist 8 km", other + "Zanzibar Twist", other + "Easy"))
    assert found.unknown == (UnknownWords("zanzibar twist", (SUNDAY, date(2026, 12, 13))),)
    known = taught(found, "zanzibar twist", DayKind.STRENGTH)
    assert [day.kind for day in known.schedule.days] == [DayKind.STRENGTH, DayKind.EASY]
    assert not known.unknown
    assert taught(known, "never heard", DayKind.HARD) == known


def test_days_long_ago_and_far_ahead_are_not_read():
    days = ("20261003", "20261004", "20271129", "20271201")
    found = read(calendar(*(f"DTSTART:{day}|SUMMARY:Easy" for day in days)))
    assert [f"{one.day:%Y%m%d}" for one in found.schedule.days] == ["20261004", "20271129"]


def test_no_word_stands_for_two_kinds_by_the_order_alone():
    """A word that two rules have is only ever the first one's: a mistake in the file."""
    patterns = [rule.pattern.split("|") for _kind, rule in WORDS.rules]
    every = [one for words in patterns for one in words]
    assert len(every) == len(set(every))
