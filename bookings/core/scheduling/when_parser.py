"""When somebody would like to come, read out of what the desk types: "Tuesday evening".

Days and times are the clinic's wall clock. What could be meant otherwise is read in the way
that a clinic most often means it, and `notes` say how; what makes no sense is refused.
"""

import re
from collections.abc import Callable, Iterable
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
}
SAID_SHORTLY = {"eve": "evening", "am": "morning", "pm": "after noon", "lunch": "lunchtime"}
HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
         "twelve")  # fmt: skip
FEASTS = {"christmas": (12, 25), "xmas": (12, 25), "new year": (1, 1)}
FILLERS = {"next", "free", "first", "asap", "any", "anything", "time", "sometime", "some", "soon",
           "on", "at", "in", "the", "of", "around", "about", "slot", "please", "this", "as",
           "possible"}  # fmt: skip

WEEKDAY = r"(mon|tue|wed|thu|fri|sat|sun)(?:s|r|rs|nes|ur)?(?:day)?s?"
MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
CLOCK = r"(\d{1,2}(?:[:.]\d{2})?|\d{4})\s*(am|pm|a\.m\.|p\.m\.)?(?![\d:])"


def read(text: str, *, now: datetime, tz: ZoneInfo) -> Wish:
    """The wish as it is meant at `now`. Raises Unclear."""
    if len(text) > LONGEST:
        raise Unclear(Sentence("Please say it in a shorter way."))
    reader = _Reader(_in_figures(" ".join(text.lower().split())), now.astimezone(tz))
    reader.read_days()
    reader.read_times()
    reader.refuse_what_is_left()
    return reader.wish(now, tz)


@dataclass
class _Reader:
    """Takes what it knows out of `rest`, one kind of thing after the other."""

    rest: str
    now: datetime  # in the clinic's zone
    days: list[tuple[date, date | None]] = field(default_factory=list)
    weekday: int | None = None
    weekdays: frozenset[int] = frozenset()
    is_whole_week: bool = False
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

    # Days

    def read_days(self) -> None:
        self.read_stretches()
        self.take(r"\b(20\d\d)-(\d\d)-(\d\d)\b", lambda m: self.dated(m[3], m[2], m[1]))
        year = r"((?:20)?\d\d(?![\d:.])|\s20\d\d\b)?"
        self.take(rf"\b(\d{{1,2}})\.\s?(\d{{1,2}})\.{year}", self.day_and_month)
        self.take(rf"\b(\d{{1,2}})/(\d{{1,2}})(?:/{year})?", self.day_and_month)
        ordinal, the_year = r"(\d{1,2})(?:st|nd|rd|th|\.)?", r"(?:,? (20\d\d)\b)?"
        self.take(rf"\b{ordinal} (?:of )?{MONTH}{the_year}", self.day_and_name)
        self.take(rf"\b{MONTH} {ordinal}(?![\d:]){the_year}", self.name_and_day)
        self.take(r"\b(?:the )?(\d{1,2})(?:st|nd|rd|th)\b", lambda m: self.day_of_month(int(m[1])))
        self.take(r"\byesterday\b", lambda _: self.refuse_the_past(Sentence("Yesterday")))
        self.take(r"\bday after tomorrow\b", lambda _: self.on(self.today + 2 * DAY))
        self.take(r"\b(?:tomorrow|tmrw?|tomoz)\b", lambda _: self.on(self.today + DAY))
        self.take(r"\b(?:today|now)\b", lambda _: self.on_today())
        self.take(r"\btonight\b", lambda _: self.on_today("evening"))
        self.take(rf"\bthis (?={'|'.join(PARTS)})", lambda _: self.on_today())
        number = rf"(?:an?|one|({'|'.join(HOURS)}|\d{{1,2}}))"
        self.take(rf"\bin {number} (day|week)s?(?:'s?|s')?(?: time)?\b", self.in_so_many)
        self.take(r"\b(?:(next|this) )?weekend\b", self.weekend)
        self.take(r"\bnext week\b", lambda _: self.between(self.sunday + DAY, 6))
        self.take(r"\bthis week\b", lambda _: self.days.append((self.today, self.sunday)))
        self.take(rf"\b(?:(next|this) )?{WEEKDAY}\b", self.on_weekday)
        if not self.days and self.weekday is None:
            bare = r"(?<!at )(?<!after )(?<!from )(?<!before )(?<!until )(?<!by )(?<!between )"
            self.take(rf"{bare}\b(\d{{1,2}})\.(0?[1-9]|1[0-2])\b(?! ?[ap]\.?m)", self.date_or_time)

    def read_stretches(self) -> None:
        """More than one day: several weekdays, around a feast, a whole week."""
        several = rf"{WEEKDAY}(?:(?: or |, ?|/){WEEKDAY})+"
        self.take(rf"\b(?:{several})\b", self.on_one_of)
        self.take(r"\b(?:any )?week ?days?\b", lambda _: self.only(range(5)))
        feast = rf"({'|'.join(FEASTS)})(?:'?s)?(?: (?:day|eve))?"
        self.take(rf"\bbetween {feast} and {feast}\b", self.between_feasts)
        self.take(rf"\b(after|before) (?:the )?{feast}\b", self.around_feast)
        self.take(r"\b(?:in )?(?:a|two weeks|1) ?fortnight(?:'s time)?\b", self.in_a_fortnight)
        whole = r"\b(?:the )?(?:week (?:of|commencing|beginning|starting)|w/?c)\b"
        self.take(whole, lambda _: setattr(self, "is_whole_week", True))

    def on_one_of(self, said: re.Match[str]) -> None:
        names = re.findall(WEEKDAY, said[0])
        self.only(n for n, name in enumerate(WEEKDAYS) if name[:3] in names)

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
        days = (_hour(said[1]) if said[1] else 1) * (7 if said[2] == "week" else 1)
        self.on(self.today + timedelta(days=days))

    def weekend(self, said: re.Match[str]) -> None:
        saturday = self.sunday - DAY + (timedelta(days=7) if said[1] == "next" else timedelta())
        self.days.append((max(saturday, self.today), saturday + DAY))

    def on_weekday(self, said: re.Match[str]) -> None:
        wanted = next(n for n, name in enumerate(WEEKDAYS) if name.startswith(said[2]))
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
                    clock=f"{hour}:{minute:02}",
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
        self.take(rf"\bbetween {CLOCK} and {CLOCK}", self.from_to)
        self.take(rf"\b(?:from )?{CLOCK}\s*(?:-|–|to|until)\s*{CLOCK}", self.from_to)
        self.take(rf"\b(?:after|from) {CLOCK}", lambda m: setattr(self, "since", self.clock(m)))
        self.take(
            rf"\b(?:before|until|till|by) {CLOCK}",
            lambda m: setattr(self, "until", self.clock(m)),
        )
        self.take(rf"(?<![\d:.]){CLOCK}", lambda m: self.clocks.append(self.clock(m)))

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
                    clock=f"{hour}:{minute:02}",
                )
            )
        if hour > 23 or minute > 59:
            raise Unclear(Sentence("{typed} is no time of day.", typed=text))
        return time(hour, minute)

    def refuse_what_is_left(self) -> None:
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
        return Wish(first, first, at=at, notes=tuple(self.notes))

    def _wish(self, first: date, last: date | None, since: time | None, until: time | None) -> Wish:
        return Wish(first, last, since, until, notes=tuple(self.notes), weekdays=self.weekdays)

    @property
    def _names_days(self) -> bool:
        return bool(self.days or self.weekdays) or self.weekday is not None

    def _days(self) -> tuple[date, date | None]:
        if len(set(self.days)) > 1:
            raise Unclear(TWO_DAYS)
        if self.days and self.weekday is not None:
            return self._agreed(self.days[0])
        if self.days:
            return self.days[0]
        if self.weekday is not None:
            day = self._on_weekday(self.weekday)
            return day, day
        return self.today, None

    def _agreed(self, days: tuple[date, date | None]) -> tuple[date, date]:
        """A date with its weekday, or a week with one of its days."""
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


def _in_figures(text: str) -> str:
    """“half past three” is 3:30, “quarter to 4” 3:45 and “at three o'clock” at 3."""
    hour = rf"({'|'.join(HOURS)}|1[0-2]|[1-9])"
    text = re.sub(rf"\bhalf (?:past )?{hour}\b(?!:)", lambda m: f"{_hour(m[1])}:30", text)
    text = re.sub(rf"\bquarter past {hour}\b", lambda m: f"{_hour(m[1])}:15", text)
    text = re.sub(rf"\bquarter to {hour}\b", lambda m: f"{(_hour(m[1]) - 2) % 12 + 1}:45", text)
    text = re.sub(rf"\b{hour} ?o['’]?clock\b", lambda m: str(_hour(m[1])), text)
    text = re.sub(r"\b(\d{1,2})(:\d\d)?ish\b", r"\1\2", text)
    text = re.sub(r"\b(after|from|before|until|till|by|between) (?:noon|midday)\b", r"\1 12", text)
    lead = r"\b(at|after|between|from|before|until|till|by|and|to|around|about) "
    return re.sub(lead + rf"({'|'.join(HOURS)})\b", lambda m: f"{m[1]} {_hour(m[2])}", text)


def _hour(said: str) -> int:
    return HOURS.index(said) + 1 if said in HOURS else int(said)


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


def _day_of(month: int, day: int) -> Sentence:
    """27 November, whether or not there is one; Django's own catalogs have the names."""
    return Sentence("{day} {month}", day=day, month=Sentence(MONTHS[month - 1].capitalize()))


def _weekday(number: int) -> Sentence:
    return Sentence(WEEKDAYS[number].capitalize())
