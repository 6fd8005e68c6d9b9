"""When somebody would like to come, read out of what the desk types: "Tuesday evening".

Days and times are the clinic's wall clock. What could be meant otherwise is read in the way
that a clinic most often means it, and `notes` say how; what makes no sense is refused.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bookings.core.scheduling.when import LONGEST, Unclear, Wish
from bookings.core.wording import Sentence

DAY = timedelta(days=1)
TWO_DAYS = Sentence("That names two days; please name one.")
JUST_BEGUN = timedelta(hours=2)  # somebody may have walked in; the day has to be named
# An hour without am or pm is one of the day, and these are none in the morning.
IN_THE_AFTERNOON = range(1, 8)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
          "october", "november", "december")  # fmt: skip
PARTS: dict[str, tuple[time | None, time | None]] = {
    "morning": (None, time(12)),
    "lunchtime": (time(12), time(14)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), None),
    "first thing": (None, time(10)),
    "last thing": (time(17), None),
    "after noon": (time(12), None),
    "before work": (None, time(9)),
    "after work": (time(17), None),
    "early morning": (None, time(10)),
    "mid morning": (time(10), time(12)),
    "late morning": (time(10, 30), time(12)),
    "before lunch": (None, time(12)),
    "after lunch": (time(13), None),
    "early afternoon": (time(12), time(15)),
    "mid afternoon": (time(14), time(16)),
    "late afternoon": (time(15), time(18)),
    "after school": (time(15, 30), None),
    "early evening": (time(17), time(19)),
    "end of the day": (time(17), None),
}
SAID_SHORTLY = {"eve": "evening", "am": "morning", "pm": "after noon", "lunch": "lunchtime"}
HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
         "twelve")  # fmt: skip
FEASTS = {"christmas": (12, 25), "xmas": (12, 25), "new year": (1, 1)}
SINGLE_DAYS = {"christmas eve": (12, 24), "xmas eve": (12, 24), "christmas day": (12, 25),
               "boxing day": (12, 26), "new year's eve": (12, 31),
               "new years eve": (12, 31)}  # fmt: skip
OF_A_WEEK = {"start": (0, 1), "mid": (1, 3), "end": (3, 6)}  # its first and last weekday
OF_A_MONTH = {"start": (1, 10), "mid": (11, 20), "end": (21, 31)}
SAID_OF_A_STRETCH = {"beginning": "start", "early": "start", "middle": "mid", "late": "end"}
FILLERS = {"next", "free", "first", "asap", "any", "anything", "time", "sometime", "some", "soon",
           "on", "at", "in", "the", "of", "around", "about", "slot", "please", "this", "as",
           "possible", "available", "earliest", "soonest", "appointment", "opening", "whenever",
           "anytime", "day", "days", "coming", "over", "later", "onwards", "onward", "but",
           "anyone", "anybody", "only", "just", "all", "ideally"}  # fmt: skip

WEEKDAY = r"(mon|tue|wed|thu|fri|sat|sun)(?:s|r|rs|nes|ur)?(?:day)?s?"
NUMBER = rf"(?:an?|one|({'|'.join(HOURS)}|\d{{1,2}}))"
A_MONTH = "|".join([*MONTHS, "jan", "feb", "apr", "aug", "sept", "oct", "nov", "dec"])
MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
SHORT_OF_A_STRETCH = r"(end|start|beginning|middle|mid|early|late)(?: (?:in|of))?(?: the)?"
NOT = r"\b(?:but not|but|not|no|except(?: for)?|apart from|bar)(?: (?:on|at|in|this))?(?: the)? "
# What a day begins with that "before" or "from" stands in front of; an hour it is not.
A_DAY = (
    rf"(?:the )?(?:(?:next |this |coming )?{WEEKDAY}\b|\d{{1,2}}(?:st|nd|rd|th)\b|"
    rf"\d{{1,2}} {MONTH}|{MONTH} \d|to(?:morrow|day)\b|tmrw?\b|next (?:week|month)\b|"
    rf"(?:{A_MONTH})\b|"
    r"\d{1,2}/\d|\d{1,2}\.\d{1,2}\.|20\d\d-)"
)
CLOCK = r"(\d{1,2}(?:[:.]\d{2})?|\d{4})\s*(am|pm|a\.m\.|p\.m\.)?(?![\d:])"


NOBODY: Mapping[str, frozenset[int]] = {}
# Names that are words of a wish as well: they are a name only after "with".
A_WORD = rf"{WEEKDAY}|{A_MONTH}|noon|now|free|eve|am|pm"


def read(
    text: str,
    *,
    now: datetime,
    tz: ZoneInfo,
    people: Mapping[str, frozenset[int]] = NOBODY,
    same: datetime | None = None,
) -> Wish:
    """The wish as it is meant at `now`. Raises Unclear.

    `people` are the names of who treats, in lower case, each with the keys of who has it; `same`
    is when the visit is that the wish is about, for “same time next week”.
    """
    if len(text) > LONGEST:
        raise Unclear(Sentence("Please say it in a shorter way."))
    typed = _in_figures(" ".join(text.lower().replace("’", "'").split()))
    local = same.astimezone(tz) if same else None
    reader = _Reader(typed, now.astimezone(tz), people, local)
    reader.read_people()
    reader.read_days()
    reader.read_times()
    reader.refuse_what_is_left()
    return reader.wish(now, tz)


@dataclass
class _Reader:
    """Takes what it knows out of `rest`, one kind of thing after the other."""

    rest: str
    now: datetime  # in the clinic's zone
    names: Mapping[str, frozenset[int]]
    same: datetime | None  # likewise
    people: frozenset[int] = frozenset()
    days: list[tuple[date, date | None]] = field(default_factory=list)
    weekday: int | None = None
    weekdays: frozenset[int] = frozenset()
    not_on: frozenset[int] = frozenset()
    bound: str = ""  # before or after the day that is named, itself included or not
    is_whole_week: bool = False
    is_the_same: bool = False
    in_weeks: bool = False  # a weekday that is named as well is one of that week
    is_next: bool = False
    part: str = ""
    since: time | None = None
    until: time | None = None
    clocks: list[time] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def sunday(self) -> date:
        return self.today + timedelta(days=6 - self.today.weekday())

    def take(self, pattern: str, use: Callable[[re.Match[str]], None]) -> None:
        """Hands every match over, and leaves a gap where it stood."""
        while found := re.search(pattern, self.rest):
            self.rest = f"{self.rest[: found.start()]} | {self.rest[found.end() :]}"
            use(found)

    # With whom

    def read_people(self) -> None:
        """Before all else: “Marco” is no month."""
        self.take(r"\bwith (?:any(?:one|body)|whoever)(?! (?:but|except))\b", lambda _: None)
        if not self.names:
            return
        named = "|".join(map(re.escape, sorted(self.names, key=len, reverse=True)))
        among = rf"(?:{named})(?:'s)?(?:(?: or |, ?| ?/ ?)(?:with )?(?:{named}))*(?!\w)"
        but = r"\b(?:not|any(?:one|body) (?:but|except))(?: with)? "
        self.take(but + among, lambda said: self.with_one_of(said, but=True))
        self.take(rf"\bwith {among}", self.with_one_of)
        alike = "|".join(re.escape(one) for one in self.names if re.fullmatch(A_WORD, one))
        unlike = rf"(?!(?:{alike})\b)" if alike else ""
        self.take(rf"(?<!\w){unlike}{among}", self.with_one_of)

    def with_one_of(self, said: re.Match[str], *, but: bool = False) -> None:
        named = re.compile("|".join(map(re.escape, sorted(self.names, key=len, reverse=True))))
        meant = _all(self.names[one] for one in named.findall(said[0]))
        self.people |= _all(self.names.values()) - meant if but else meant

    # Days

    def read_days(self) -> None:
        self.read_what_it_is_not()
        self.read_what_is_the_same()
        self.read_bounds()
        self.read_stretches()
        self.read_dates()
        self.read_named_days()
        if not self.days and self.weekday is None:
            bare = r"(?<!at )(?<!after )(?<!from )(?<!before )(?<!until )(?<!by )(?<!between )"
            self.take(rf"{bare}\b(\d{{1,2}})\.(0?[1-9]|1[0-2])\b(?! ?[ap]\.?m)", self.date_or_time)

    def read_bounds(self) -> None:
        bounds = r"(?<!day )(?<!week )(?<!fortnight )\b(after|from|before|until|till|by)"
        self.take(rf"\bnot (?:until|till|before) (?={A_DAY})", self.not_until)
        self.take(rf"{bounds} (?={A_DAY})", self.bounded)

    def read_dates(self) -> None:
        self.take(r"\b(20\d\d)-(\d\d)-(\d\d)\b", lambda m: self.dated(m[3], m[2], m[1]))
        year = r"((?:20)?\d\d(?![\d:.])|\s20\d\d\b)?"
        self.take(rf"\b(\d{{1,2}})\.\s?(\d{{1,2}})\.{year}", self.day_and_month)
        self.take(rf"\b(\d{{1,2}})/(\d{{1,2}})(?:/{year})?", self.day_and_month)
        ordinal, the_year = r"(\d{1,2})(?:st|nd|rd|th|\.)?", r"(?:,? (20\d\d)\b)?"
        self.take(rf"\b{ordinal} (?:of )?{MONTH}{the_year}", self.day_and_name)
        self.take(rf"\b{MONTH} {ordinal}(?![\d:]){the_year}", self.name_and_day)
        self.take(r"\b(?:the )?(\d{1,2})(?:st|nd|rd|th)\b", lambda m: self.day_of_month(int(m[1])))

    def read_named_days(self) -> None:
        self.take(r"\byesterday\b", lambda _: self.refuse_the_past(Sentence("Yesterday")))
        self.take(r"\bday after tomorrow\b", lambda _: self.on(self.today + 2 * DAY))
        self.take(r"\b(?:tomorrow|tmrw?|tomoz)\b", lambda _: self.on(self.today + DAY))
        self.take(r"\b(?:today|now)\b", lambda _: self.on_today())
        self.take(r"\btonight\b", lambda _: self.on_today("evening"))
        self.take(rf"\bthis (?={'|'.join(PARTS)})", lambda _: self.on_today())
        self.take(rf"\bin {NUMBER} (day|week|month)s?(?:'s?|s')?(?: time)?\b", self.in_so_many)
        self.take(r"\b(?:(next|this) )?weekend\b", self.weekend)
        self.take(r"\bnext week\b", lambda _: self.between(self.sunday + DAY, 6))
        self.take(r"\bthis week\b", lambda _: self.days.append((self.today, self.sunday)))
        self.take(rf"\b(?:(next|this) )?(?:coming )?{WEEKDAY}\b", self.on_weekday)
        self.take(
            rf"\b(?:{SHORT_OF_A_STRETCH} )?(?:in )?(?:(next|this) )?(month|{A_MONTH})\b",
            self.in_month,
        )

    def read_stretches(self) -> None:
        """More than one day: several weekdays, around a feast, a whole week."""
        self.take(r"\btoday or tomorrow\b", lambda _: self.between(self.today, 1))
        self.read_so_many_weeks_on()
        to = r"(?: to | ?[-–] ?| until | till | through )"
        self.take(rf"\b(?:from )?{WEEKDAY}{to}{WEEKDAY}\b", self.from_weekday_to)
        self.take(rf"\bbetween {WEEKDAY} and {WEEKDAY}\b", self.from_weekday_to)
        self.rest = re.sub(rf"\b(today|tomorrow)(?= or {WEEKDAY}\b)", self.weekday_of, self.rest)
        several = rf"{WEEKDAY}(?:(?: or |, or | and |, ?|/){WEEKDAY})+"
        self.take(rf"\b(?:(next) )?(?:{several})\b", self.on_one_of)
        self.take(r"\bweekends\b", lambda _: self.only((5, 6)))
        self.take(r"\b(?:the )?week after next\b", lambda _: self.between(self.sunday + 8 * DAY, 6))
        self.take(rf"\b(?:the )?{SHORT_OF_A_STRETCH} (?:(next|this) )?week\b", self.of_a_week)
        self.take(r"\bmid ?week\b", lambda _: self.only((1, 2, 3)))
        later = r"\blater (?:in )?(?:this|the) week\b"
        self.take(later, lambda _: self.days.append((self.today + DAY, self.sunday)))
        self.take(r"\b(?:any )?week ?days?\b", lambda _: self.only(range(5)))
        feast = rf"({'|'.join(FEASTS)})(?:'?s)?(?: (?:day|eve))?"
        self.take(rf"\bbetween {feast} and {feast}\b", self.between_feasts)
        self.take(rf"\b(after|before) (?:the )?{feast}\b", self.around_feast)
        self.take(rf"\b({'|'.join(SINGLE_DAYS)})\b", self.on_feast)
        self.take(r"\b(?:in )?(?:a|two weeks|1) ?fortnight(?:'s time)?\b", self.in_a_fortnight)
        whole = r"\b(?:the )?(?:week (?:of|commencing|beginning|starting)|w/?c)\b"
        self.take(whole, lambda _: setattr(self, "is_whole_week", True))

    def read_so_many_weeks_on(self) -> None:
        """“Tomorrow week” and “a fortnight on Friday”."""
        day = rf"(today|tomorrow|{WEEKDAY})"
        wait = rf"(?:^|\ba |\bone )(week|fortnight) (?:from |on )?{day}\b"
        self.take(wait, lambda m: self.weeks_on(m[1], m[2], m[3]))
        self.take(
            rf"\b{day} (week|fortnight)\b(?! (?:of|commencing|beginning|starting))",
            lambda m: self.weeks_on(m[3], m[1], m[2]),
        )
        soon = r"\b(?:with)?in (?:the next |the )?"
        self.take(rf"{soon}few days\b", lambda _: self.between(self.today, 3))
        many = rf"\b(?:within(?: the next)?|in (?:the )?next) (?:{NUMBER} )?(day|week|month)s?\b"
        self.take(many, self.within)
        self.take(rf"\b(?:the )?next {NUMBER} (day|week|month)s?\b", self.within)
        new_year = r"\b(?:in the new year|next year)\b"
        self.take(new_year, lambda _: self.days.append((date(self.today.year + 1, 1, 1), None)))

    def weeks_on(self, wait: str, day: str, weekday: str | None) -> None:
        since = self.today + (DAY if day == "tomorrow" else timedelta())
        if weekday:
            since += timedelta(days=(_weekday_of(weekday) - self.today.weekday()) % 7)
        self.on(since + (7 if wait == "week" else 14) * DAY)

    def within(self, said: re.Match[str]) -> None:
        self.days.append((self.today, self._in_so_many(said)))

    def read_what_it_is_not(self) -> None:
        others = rf"(?:(?: or | and | nor |, ?|/)(?:on )?{WEEKDAY})*"
        self.take(rf"{NOT}{WEEKDAY}{others}\b", self.on_none_of)
        self.take(rf"{NOT}weekends?\b", lambda _: self.never((5, 6)))
        self.take(rf"{NOT}today\b", lambda _: self.days.append((self.today + DAY, None)))
        self.take(rf"{NOT}tomorrow\b", lambda _: self.days.append((self.today + 2 * DAY, None)))
        self.take(rf"{NOT}(?:this )?week\b", lambda _: self.days.append((self.sunday + DAY, None)))
        self.take(rf"{NOT}(?:am|mornings?)\b", lambda _: setattr(self, "since", time(12)))
        self.take(rf"{NOT}(?:pm|afternoons?)\b", lambda _: setattr(self, "until", time(12)))
        self.take(rf"{NOT}(?:eve|evening)s?\b", lambda _: setattr(self, "until", time(17)))

    def on_none_of(self, said: re.Match[str]) -> None:
        self.never(map(_weekday_of, re.findall(rf"\b{WEEKDAY}\b", said[0])))

    def never(self, weekdays: Iterable[int]) -> None:
        self.not_on |= frozenset(weekdays)

    def read_what_is_the_same(self) -> None:
        self.take(r"\b(?:(?:the )?same|this) (?:time|hour)\b", self.at_the_same_time)
        self.take(r"\b(?:the )?same (?:week ?)?day\b", self.on_the_same_day)
        self.take(rf"\b{NUMBER} (day|week|month)s? (later|earlier)\b", self.later_than_it)

    def the_same(self) -> datetime:
        if self.same is None:
            raise Unclear(Sentence("The same as when? Please name the day and the time."))
        self.is_the_same = True
        return self.same

    def on_the_same_day(self, _said: re.Match[str]) -> None:
        self.the_same()

    def at_the_same_time(self, _said: re.Match[str]) -> None:
        self.clocks.append(self.the_same().time())

    def later_than_it(self, said: re.Match[str]) -> None:
        there = self._in_so_many(said, since=self.the_same().date(), back=said[3] == "earlier")
        if there < self.today:
            self.refuse_the_past(_said(there))
        self.on(there)

    def not_until(self, _said: re.Match[str]) -> None:
        self.bound = "from"

    def bounded(self, said: re.Match[str]) -> None:
        self.bound = said[1]

    def from_weekday_to(self, said: re.Match[str]) -> None:
        first, last = _weekday_of(said[1]), _weekday_of(said[2])
        self.only((first + n) % 7 for n in range((last - first) % 7 + 1))

    def of_a_week(self, said: re.Match[str]) -> None:
        monday = self.sunday + DAY if said[2] == "next" else self.sunday - 6 * DAY
        first, last = OF_A_WEEK[SAID_OF_A_STRETCH.get(said[1], said[1])]
        self.stretch(monday + first * DAY, monday + last * DAY)

    def in_month(self, said: re.Match[str]) -> None:
        named = said[3] != "month"
        month = _month(said[3][:3]) if named else self.today.month + (said[2] == "next")
        ahead = 1 if named and month < self.today.month else 0
        number = (self.today.year + ahead) * 12 + month - 1
        begin, after = (date(n // 12, n % 12 + 1, 1) for n in (number, number + 1))
        first, last = OF_A_MONTH[SAID_OF_A_STRETCH.get(said[1], said[1])] if said[1] else (1, 31)
        self.stretch(begin + (first - 1) * DAY, min(begin + (last - 1) * DAY, after - DAY))

    def stretch(self, first: date, last: date) -> None:
        if last < self.today:
            self.refuse_the_past(Sentence("That"))
        self.days.append((max(first, self.today), last))

    def on_feast(self, said: re.Match[str]) -> None:
        self.on(self._next(*SINGLE_DAYS[said[1]]) or self.today)

    def on_one_of(self, said: re.Match[str]) -> None:
        self.only(map(_weekday_of, re.findall(WEEKDAY, said[0])))
        if said[1]:
            self.between(self.sunday + DAY, 6)

    def weekday_of(self, said: re.Match[str]) -> str:
        day = self.today + (DAY if said[1] == "tomorrow" else timedelta())
        return WEEKDAYS[day.weekday()]

    def only(self, weekdays: Iterable[int]) -> None:
        self.weekdays = frozenset(weekdays)

    def in_a_fortnight(self, _said: re.Match[str]) -> None:
        self.on(self.today + 14 * DAY)

    def around_feast(self, said: re.Match[str]) -> None:
        feast = self._next(*FEASTS[said[2]])
        if said[1] == "after" and feast:
            self.days.append((feast + DAY, None))
        elif feast:
            self.days.append((self.today, feast - DAY))

    def between_feasts(self, said: re.Match[str]) -> None:
        first = self._next(*FEASTS[said[1]]) or self.today
        self.days.append((first + DAY, date(first.year + 1, *FEASTS[said[2]]) - DAY))

    def on(self, day: date) -> None:
        first = last = day
        if self.is_whole_week:
            monday = day - timedelta(days=day.weekday())
            first, last = max(monday, self.today), monday + 6 * DAY
        self.days.append((first, last))

    def on_today(self, part: str = "") -> None:
        self.part = part or self.part
        self.on(self.today)

    def between(self, first: date, days: int) -> None:
        self.days.append((first, first + timedelta(days=days)))

    def in_so_many(self, said: re.Match[str]) -> None:
        there = self._in_so_many(said)
        self.in_weeks = said[2] == "week"
        self.on(there)

    def _in_so_many(
        self, said: re.Match[str], since: date | None = None, *, back: bool = False
    ) -> date:
        since = since or self.today
        many = (_hour(said[1]) if said[1] else 1) * (-1 if back else 1)
        if said[2] != "month":
            return since + timedelta(days=many * (7 if said[2] == "week" else 1))
        number = since.year * 12 + since.month - 1 + many
        month = date(number // 12, number % 12 + 1, 1)
        next_month = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
        return min(month + (since.day - 1) * DAY, next_month - DAY)

    def weekend(self, said: re.Match[str]) -> None:
        saturday = self.sunday - DAY + (timedelta(days=7) if said[1] == "next" else timedelta())
        self.days.append((max(saturday, self.today), saturday + DAY))

    def on_weekday(self, said: re.Match[str]) -> None:
        wanted = _weekday_of(said[2])
        if self.weekday is not None and self.weekday != wanted:
            raise Unclear(TWO_DAYS)
        self.weekday, self.is_next = wanted, said[1] == "next"

    def day_and_month(self, said: re.Match[str]) -> None:
        self.dated(said[1], said[2], (said[3] or "").strip())

    def day_and_name(self, said: re.Match[str]) -> None:
        self.dated(said[1], str(_month(said[2])), said[3] or "")

    def name_and_day(self, said: re.Match[str]) -> None:
        self.dated(said[2], str(_month(said[1])), said[3] or "")

    def day_of_month(self, day: int) -> None:
        for months in range(13):
            number = self.today.month - 1 + months
            found = _date(self.today.year + number // 12, number % 12 + 1, day)
            if found and found >= self.today:
                return self.on(found)
        raise Unclear(Sentence("No month has a day {day}.", day=day))

    def date_or_time(self, said: re.Match[str]) -> None:
        hour, minute = int(said[1]), int(said[2])
        if hour < 24 and len(said[2]) == 2 and minute % 5 == 0:
            self.notes.append(
                Sentence(
                    "{typed} is taken as {day}; for the time write {clock}.",
                    typed=said[0],
                    day=_day_of(minute, hour),
                    clock=_clock(hour, minute),
                )
            )
        self.dated(said[1], said[2], "")

    def dated(self, day: str, month: str, year: str) -> None:
        if not 1 <= int(month) <= 12:
            raise Unclear(
                Sentence(
                    "There is no month {month}. Day before month, please, such as 27/11.",
                    month=month,
                )
            )
        name = _day_of(int(month), int(day))
        named = Sentence("{day} {year}", day=name, year=year) if year else name
        if year:
            found = _date(int(year) % 100 + 2000, int(month), int(day))
        else:
            found = self._next(int(month), int(day))
        if found is None:
            raise Unclear(Sentence("There is no {day}.", day=named))
        if found < self.today:
            self.refuse_the_past(named)
        if not year and found.year != self.today.year and found - self.today > timedelta(days=183):
            self.notes.append(
                Sentence("{day} is taken as the one in {year}.", day=name, year=found.year)
            )
        self.on(found)

    def _next(self, month: int, day: int) -> date | None:
        years = range(self.today.year, self.today.year + 9)
        found = (_date(year, month, day) for year in years)
        return next((one for one in found if one and one >= self.today), None)

    def refuse_the_past(self, when: Sentence) -> None:
        raise Unclear(Sentence("{when} is in the past.", when=when))

    # Times of day

    def read_times(self) -> None:
        self.take(rf"\b({'|'.join(PARTS)})s?\b", self.in_part)
        self.take(r"\b(?:at )?(?:noon|midday)\b", lambda _: self.clocks.append(time(12)))
        self.take(r"(?<![\d.:])(?<!\d )\b(eve|am|pm|lunch)s?\b(?!\.)", self.in_part)
        self.take(rf"\b(?:not|no) (?:before|earlier than) {CLOCK}", self.not_before)
        self.take(rf"\b(?:not|no) (?:after|later than) {CLOCK}", self.not_after)
        self.take(
            rf"(?:\bfrom )?{CLOCK} (?:onwards?|(?:or|and) (?:later|after))\b", self.not_before
        )
        self.take(rf"\bbetween {CLOCK} and {CLOCK}", self.from_to)
        self.take(rf"\b(?:from )?{CLOCK}\s*(?:-|–|to|until)\s*{CLOCK}", self.from_to)
        self.take(rf"\b(?:after|from) {CLOCK}", self.not_before)
        self.take(rf"\b(?:before|until|till|by) {CLOCK}", self.not_after)
        self.take(rf"(?<![\d:.]){CLOCK}", lambda m: self.clocks.append(self.clock(m)))

    def not_before(self, said: re.Match[str]) -> None:
        self.since = self.clock(said)

    def not_after(self, said: re.Match[str]) -> None:
        self.until = self.clock(said)

    def in_part(self, said: re.Match[str]) -> None:
        self.part = SAID_SHORTLY.get(said[1], said[1])

    def from_to(self, said: re.Match[str]) -> None:
        self.since = self._clock(said[1], said[2] or said[4])
        self.until = self._clock(said[3], said[4])
        if self.until <= self.since:
            raise Unclear(Sentence("That ends before it begins: {typed}.", typed=said[0].strip()))

    def clock(self, said: re.Match[str]) -> time:
        return self._clock(said[1], said[2])

    def _clock(self, text: str, half: str | None) -> time:
        hour, minute = _hour_and_minute(text)
        if half:
            hour = hour % 12 + (12 if half.startswith("p") else 0)
        elif hour in IN_THE_AFTERNOON and not text.startswith("0") and self.part != "morning":
            hour += 12
            self.notes.append(
                Sentence(
                    "{typed} is taken as {clock}; for the morning write {typed}am.",
                    typed=text,
                    clock=_clock(hour, minute),
                )
            )
        if hour > 23 or minute > 59:
            raise Unclear(Sentence("{typed} is no time of day.", typed=text))
        return time(hour, minute)

    def refuse_what_is_left(self) -> None:
        if stranger := re.search(r"\bwith (\S+)", self.rest):
            raise Unclear(
                Sentence("Nobody at work here is called “{name}”.", name=stranger[1].strip(",|"))
            )
        for word in re.split(r"[\s,|]+", self.rest):
            if word and word.strip(".") not in FILLERS:
                raise Unclear(
                    Sentence(
                        "“{word}” was not understood. Try “next free”, “Tuesday evening”, "
                        "“tomorrow after 3” or “27.11. 10:00”.",
                        word=word,
                    )
                )

    # Together

    def wish(self, now: datetime, tz: ZoneInfo) -> Wish:
        first, last = self._days()
        since, until = PARTS.get(self.part, (None, None))
        since, until = self.since or since, self.until or until
        if not self.clocks:
            return self._wish(first, last, since, until)
        if len(set(self.clocks)) > 1:
            raise Unclear(Sentence("That names two times; please name one."))
        clock = self.clocks[0]
        if last != first and self._names_days:
            return self._wish(first, last, clock, _an_hour_later(clock))
        first, at = self._instant(first, clock, now, tz)
        return Wish(first, first, at=at, notes=tuple(self.notes), people=self.people)

    def _wish(self, first: date, last: date | None, since: time | None, until: time | None) -> Wish:
        return Wish(
            first,
            last,
            since,
            until,
            notes=tuple(self.notes),
            weekdays=self._weekdays() if first != last else frozenset(),
            people=self.people,
        )

    def _weekdays(self) -> frozenset[int]:
        if not self.not_on:
            return self.weekdays
        if left := (self.weekdays or frozenset(range(7))) - self.not_on:
            return left
        raise Unclear(Sentence("That leaves no day of the week."))

    @property
    def _names_days(self) -> bool:
        return bool(self.days or self.weekdays) or self.weekday is not None

    def _days(self) -> tuple[date, date | None]:
        first, last = self._named_days()
        if not self.bound:
            return first, last
        if self.bound in ("after", "from"):
            return (last or first) + DAY if self.bound == "after" else first, None
        last = first - DAY if self.bound == "before" else last or first
        if last < self.today:
            self.refuse_the_past(Sentence("That"))
        return self.today, last

    def _named_days(self) -> tuple[date, date | None]:
        if len(set(self.days)) > 1:
            raise Unclear(TWO_DAYS)
        if self.is_the_same and self.same:
            self._day_of_the_same(self.same)
        if self.in_weeks and self.weekday is not None:
            monday = self.days[0][0] - timedelta(days=self.days[0][0].weekday())
            self.days = [(monday + self.weekday * DAY,) * 2]
        if self.days and self.weekday is not None:
            return self._agreed(self.days[0])
        if self.days:
            return self.days[0]
        if self.weekday is not None:
            day = self._on_weekday(self.weekday)
            return day, day
        return self.today, None

    def _day_of_the_same(self, same: datetime) -> None:
        """Of the days that are named its weekday; its own day where none is."""
        if self.weekday is None and not self.days:
            self.on(same.date())
        elif self.weekday is None and self.days[0][0] != self.days[0][1]:
            self.weekday = same.weekday()

    def _agreed(self, days: tuple[date, date | None]) -> tuple[date, date | None]:
        """A date with its weekday, a week with one of its days, or more with all of them."""
        if self.weekday is not None and (not days[1] or days[1] - days[0] > 7 * DAY):
            self.weekdays = frozenset({self.weekday})
            return days
        first, last = days[0], days[1] or days[0] + 6 * DAY
        inside = [first + n * DAY for n in range((last - first).days + 1)]
        named = [day for day in inside if day.weekday() == self.weekday]
        if named:
            return named[0], named[0]
        if first == last and abs((first - self.today).days) > 2:
            day = Sentence("{day} {year}", day=_said(first), year=first.year)
            weekday = _weekday(first.weekday())
            raise Unclear(Sentence("{day} is a {weekday}.", day=day, weekday=weekday))
        raise Unclear(TWO_DAYS)

    def _on_weekday(self, wanted: int) -> date:
        nearest = self.today + timedelta(days=(wanted - self.today.weekday()) % 7)
        in_next_week = self.sunday + timedelta(days=wanted + 1)
        name = WEEKDAYS[wanted].capitalize()  # as it is typed, which is English
        if self.is_next:
            if nearest != in_next_week and nearest != self.today:
                self.notes.append(
                    Sentence(
                        "“Next {name}” is taken as {day}, in the week after; "
                        "for {nearest} write “{name}”.",
                        name=name,
                        day=_said(in_next_week),
                        nearest=_said(nearest),
                    )
                )
            return in_next_week
        if nearest == self.today:
            self.notes.append(
                Sentence(
                    "Today is {weekday}, so this is today; for {day} write “next {name}”.",
                    weekday=_weekday(wanted),
                    day=_said(in_next_week),
                    name=name,
                )
            )
        return nearest

    def _instant(
        self, day: date, clock: time, now: datetime, tz: ZoneInfo
    ) -> tuple[date, datetime]:
        wall = datetime.combine(day, clock)
        at = wall.replace(tzinfo=tz).astimezone(UTC)
        if at.astimezone(tz).replace(tzinfo=None) != wall:
            raise Unclear(
                Sentence(
                    "There is no {clock} on {day}: the clocks go forward.", **_named(clock, day)
                )
            )
        if wall.replace(tzinfo=tz, fold=1).astimezone(UTC) != at:
            self.notes.append(
                Sentence("{clock} comes twice on {day}; this is the first.", **_named(clock, day))
            )
        if at <= now and not (self.days and now - at <= JUST_BEGUN):
            return self._later(day, clock, now, tz)
        return day, at

    def _later(self, day: date, clock: time, now: datetime, tz: ZoneInfo) -> tuple[date, datetime]:
        """What has passed today is meant for the next such day, unless today was named."""
        if self.days:
            raise Unclear(Sentence("{clock} on {day} is in the past.", **_named(clock, day)))
        written = f"{clock:%H:%M}"
        if self.weekday is None:
            wait = DAY
            note = Sentence("{clock} has passed today; this is tomorrow.", clock=written)
        else:
            wait = 7 * DAY
            note = Sentence("{clock} has passed today; this is next week.", clock=written)
        self.notes.append(note)
        return self._instant(day + wait, clock, now, tz)


def _all(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*sets)


def _in_figures(text: str) -> str:
    """“half past three” is 3:30, “quarter to 4” 3:45 and “at three o'clock” at 3."""
    hour = rf"({'|'.join(HOURS)}|1[0-2]|[1-9])"
    text = re.sub(rf"\bhalf (?:past )?{hour}\b(?!:)", lambda m: f"{_hour(m[1])}:30", text)
    text = re.sub(rf"\bquarter past {hour}\b", lambda m: f"{_hour(m[1])}:15", text)
    text = re.sub(rf"\bquarter to {hour}\b", lambda m: f"{(_hour(m[1]) - 2) % 12 + 1}:45", text)
    text = re.sub(rf"\b{hour} ?o['’]?clock\b", lambda m: str(_hour(m[1])), text)
    text = re.sub(r"\b(\d{1,2})(:\d\d)?ish\b", r"\1\2", text)
    text = re.sub(r"\b(\d{1,2}) ?h(\d\d)?\b", lambda m: f"{m[1]}:{m[2] or '00'}", text)
    text = re.sub(r"\bnoonish\b", "noon", text).replace("a couple of ", "two ")
    text = re.sub(rf"\b(five|ten|twenty|5|10|20) past {hour}\b", _minutes_past, text)
    text = re.sub(r"\b(mid|early|late)-", r"\1 ", text)
    text = re.sub(r"\bend of (?:the )?day\b", "end of the day", text)
    text = re.sub(r"\b(after|from|before|until|till|by|between) (?:noon|midday)\b", r"\1 12", text)
    lead = r"\b(at|after|between|from|before|until|till|by|and|to|around|about) "
    return re.sub(lead + rf"({'|'.join(HOURS)})\b", lambda m: f"{m[1]} {_hour(m[2])}", text)


def _minutes_past(said: re.Match[str]) -> str:
    minutes = {"five": 5, "ten": 10, "twenty": 20}
    return f"{_hour(said[2])}:{minutes.get(said[1]) or int(said[1]):02}"


def _hour(said: str) -> int:
    return HOURS.index(said) + 1 if said in HOURS else int(said)


def _weekday_of(name: str) -> int:
    return next(n for n, one in enumerate(WEEKDAYS) if one.startswith(name))


def _month(name: str) -> int:
    return next(n for n, month in enumerate(MONTHS, start=1) if month.startswith(name))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _hour_and_minute(text: str) -> tuple[int, int]:
    if len(text) == 4 and text.isdecimal():
        return int(text[:2]), int(text[2:])
    hour, _, minute = text.replace(".", ":").partition(":")
    return int(hour), int(minute or 0)


def _an_hour_later(clock: time) -> time | None:
    return time(clock.hour + 1, clock.minute) if clock.hour < 23 else None


def _named(clock: time, day: date) -> dict[str, str]:
    return {"clock": f"{clock:%H:%M}", "day": _said(day)}


def _said(day: date) -> Sentence:
    return _day_of(day.month, day.day)


def _clock(hour: int, minute: int) -> str:
    return f"{hour}:{minute:02}"


def _day_of(month: int, day: int) -> Sentence:
    """27 November, whether or not there is one; Django's own catalogs have the names."""
    return Sentence("{day} {month}", day=day, month=Sentence(MONTHS[month - 1].capitalize()))


def _weekday(number: int) -> Sentence:
    return Sentence(WEEKDAYS[number].capitalize())
