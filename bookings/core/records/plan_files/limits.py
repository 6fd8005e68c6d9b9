"""Within which limits a training plan's file is read, and how one is refused."""

from dataclasses import dataclass
from datetime import date, timedelta

from bookings.core.wording import Sentence

LARGEST = 1_000_000  # bytes
MOST_ENTRIES = 10_000  # in the file, of whatever year
MOST_READ = 700  # of the days that are looked at
MOST_COMING = 2_000  # of all that repeat, within the days that are looked at
LOOK_BACK, LOOK_AHEAD = timedelta(weeks=8), timedelta(days=366)
LONGEST_REPEATING = timedelta(days=5 * 366)  # before the days that are looked at

TOO_LARGE = Sentence("The file is larger than 1 MB, and no training plan is.")
TOO_MANY = Sentence("The file holds more entries than a training plan has.")
PACKED = Sentence("This file is packed. Please unpack it, and choose the .ics or .csv file inside.")
SPREADSHEET = Sentence(
    "This file is a spreadsheet. In Excel: choose Save as, and CSV; then choose that file here."
)
NO_PLAN = Sentence("This file is neither a calendar (.ics) nor a table (.csv) that we can read.")
BROKEN = Sentence("The calendar in this file is broken, and we cannot read it.")
NO_DAYS = Sentence("We found no training in this file for the last 8 weeks or the next 12 months.")
NO_COLUMNS = Sentence(
    "We found no column with dates and none with what the training is. Please name them “date” and "
    "“kind”."
)


class UnreadablePlan(ValueError):
    """`sentence` says why, to whoever chose the file."""

    def __init__(self, sentence: Sentence):
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Window:
    """The days [start, end) that a plan is read for."""

    start: date
    end: date

    @classmethod
    def around(cls, today: date) -> "Window":
        return cls(today - LOOK_BACK, today + LOOK_AHEAD)

    def holds(self, day: date) -> bool:
        return self.start <= day < self.end
