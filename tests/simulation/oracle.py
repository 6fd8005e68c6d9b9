"""Who should have got which mail when: the rules of reminders and nudges as plain loops.

Nothing is imported from the project but its protocol file's numbers. The oracle reads the log of
what people did, and goes through each runner's life once, instant by instant.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from tests.naive_reading import D, NaivePlan
from tests.reading import present

FILE = Path(__file__).parents[2] / "bookings" / "protocol.yaml"
PROTOCOL = yaml.safe_load(FILE.read_text("utf-8"))
REMINDERS, NUDGES = PROTOCOL["reminders"]["appointment"], PROTOCOL["reminders"]["nudges"]
OFF_SEASON = NUDGES["off_season"]
PHASE_DAYS = {one["key"]: one.get("reminder_days") for one in PROTOCOL["phases"]}
TOLD = ("race_date", "distance", "priority", "training_start", "weeks")


def expected(events: list[dict], zone: str, cutoff_hours: int, until: datetime) -> list[tuple]:
    """(runner, instant, what, topics, sessions) of every mail."""
    found: list[tuple] = []
    for runner in sorted({event["runner"] for event in events}):
        own = [event for event in events if event["runner"] == runner]
        life = Life(ZoneInfo(zone), cutoff_hours)
        life.live(sorted(own, key=lambda event: event["at"]), until)
        found += [(runner, *mail) for mail in life.mails]
    return found


class Life:
    """One runner: what they did, what is owed to them, what they got."""

    def __init__(self, zone: ZoneInfo, cutoff_hours: int):
        self.zone, self.cutoff = zone, timedelta(hours=cutoff_hours)
        self.mails: list[tuple] = []
        self.races: dict[int, dict] = {}
        self.long_run, self.volume = "Sun", 0
        self.wants = self.held = self.bounced = False
        self.wants_reminders = True
        self.visits: dict[int, datetime] = {}
        self.declined: set[tuple] = set()
        self.reminders: list[tuple[datetime, int, int]] = []
        self.plan_mail: datetime | None = None  # owed, and not sent yet
        self.edition: date | None = None  # the day of the plan that nudges belong to
        self.waiting: dict[tuple, datetime] = {}  # what nudge, and when it is looked at
        self.settled: set[tuple] = set()
        self.days: list[date] = []  # of training mails
        self.last_cycle: tuple[date, set] | None = None
        self.seasons: dict[date, list[datetime]] = {}
        self.booked_at: list[datetime] = []

    def live(self, events: list[dict], until: datetime) -> None:
        for event in events:
            self.wait_for(event["at"])
            self.now = event["at"]
            getattr(self, event["what"])(event)
        self.wait_for(until)

    def wait_for(self, instant: datetime) -> None:
        """All that falls due before it."""
        while True:
            times = [at for at, _, _ in self.reminders] + list(self.waiting.values())
            times += [self.plan_mail] if self.plan_mail else []
            self.now = min(times, default=instant)
            if self.now >= instant:
                return
            self.look()

    def look(self) -> None:
        """What is due at this very instant."""
        for reminder in [one for one in self.reminders if one[0] == self.now]:
            self.reminders.remove(reminder)
            if self.wants_reminders:
                self.mail(f"reminder {reminder[2]}")
        if self.plan_mail == self.now:
            self.plan_mail = None
            if self.may_write() and any(runs(race) for race in self.races.values()):
                self.mail("plan", ["plan_email"])
                self.days.append(self.today)
        due = [key for key, at in self.waiting.items() if at == self.now]
        checks = [key for key in due if key[0] == "post_race_check"]
        seasons = [key for key in due if key[0] == "off_season"]
        for key in checks:
            self.check(key)
        for key in seasons:
            self.off_season(key)
        self.nudge([key for key in due if key not in checks and key not in seasons])

    def mail(self, what: str, topics=(), covers=()) -> None:
        listed = tuple(sorted((s["kind"], str(s["ideal"])) for s in covers))
        self.mails.append((self.now, what, tuple(sorted(topics)), listed))

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def at(self, day: date, clock: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(clock), self.zone).astimezone(UTC)

    # Appointments and their reminders.

    def booked(self, event: dict) -> None:
        self.booked_at.append(self.now)
        self.mail("confirmed")
        self.agree(event["visit"], event["start"])

    def moved(self, event: dict) -> None:
        self.mail("moved")
        self.agree(event["visit"], event["start"])

    def cancelled(self, event: dict) -> None:
        self.mail("cancelled")
        del self.visits[event["visit"]]
        self.forget(event["visit"])

    def forget(self, visit: int) -> None:
        self.reminders = [one for one in self.reminders if one[1] != visit]

    def agree(self, visit: int, start: datetime) -> None:
        self.forget(visit)
        self.visits[visit] = start
        local = start.astimezone(self.zone)
        phase = self.plan().phase(local.date())[0]
        for days in PHASE_DAYS[phase] or REMINDERS["days_before"]:
            due = self.reminder(local, days, start)
            if due - self.now >= timedelta(hours=REMINDERS["hours_after_booking"]):
                self.reminders.append((due, visit, days))

    def reminder(self, local: datetime, days: int, start: datetime) -> datetime:
        day, clock = local.date() - days * D, f"{local:%H:%M}"
        if clock < REMINDERS["earliest"]:
            clock = REMINDERS["earliest"]
        if clock >= REMINDERS["late_from"]:
            clock = REMINDERS["late_at"]
        due, deadline = self.at(day, clock), start - self.cutoff
        if due >= deadline:
            sooner = max(self.at(day, REMINDERS["earliest"]), deadline - timedelta(hours=1))
            due = sooner if sooner < deadline else due
        return due

    # Races, habits, wishes.

    def entered(self, event: dict) -> None:
        for race in event["races"]:
            self.races[race["id"]] = race
        self.long_run, self.volume = event["habits"]
        self.wants = self.wants or event["ticked"]
        self.replan(told=bool(event["races"]))

    def changed(self, event: dict) -> None:
        race = self.races[event["race"]["id"]]
        told = any(race[name] != event["race"][name] for name in TOLD)
        self.races[race["id"]] = event["race"]
        self.replan(told=told)

    def withdrawn(self, event: dict) -> None:
        del self.races[event["race"]]
        self.replan()

    def habits(self, event: dict) -> None:
        self.long_run, self.volume = event["habits"]
        self.replan()

    def wishes(self, event: dict) -> None:
        self.wants = event["wants"]
        self.replan()

    def no_reminders(self, event: dict) -> None:
        self.wants_reminders = False

    def hold(self, event: dict) -> None:
        self.held = event["held"]

    def bounce(self, event: dict) -> None:
        self.bounced = True

    def declines(self, event: dict) -> None:
        self.declined.add((event["kind"], event["ideal"]))

    def may_write(self) -> bool:
        return self.wants and not self.held and not self.bounced

    # Training mails.

    def plan(self) -> NaivePlan:
        as_of = self.edition or self.today
        return NaivePlan(
            {
                "races": list(self.races.values()),
                "as_of": str(as_of),
                "new_client": False,
                "weekly_volume_km": self.volume,
                "long_run_weekday": self.long_run,
            }
        )

    def replan(self, *, told: bool = False) -> None:
        """N1: a plan that is told of ends what was owed; otherwise what is still in it stays."""
        if not self.wants:
            return
        any_run = any(runs(race) for race in self.races.values())
        if any_run and (told or self.edition is None):
            self.edition = self.today
            self.plan_mail = self.now if told else self.within_hours(self.now)
            self.days.append(self.today)
            self.waiting, self.settled = {}, set()
        if self.edition is None:
            return
        due = {key: nudge["due"] for key, nudge in self.nudges().items()}
        due |= {key: key[2] for key in self.season_days()}
        if not due:
            self.plan_mail = None
        self.waiting = {key: at for key, at in self.waiting.items() if key in due}
        for key, day in due.items():
            if day > self.today and key not in self.settled and key not in self.waiting:
                self.waiting[key] = self.usual_time(key, day)
        if self.plan_mail == self.now:
            self.look()

    def usual_time(self, key: tuple, day: date) -> datetime:
        check = key[0] == "post_race_check"
        return self.at(day, NUDGES["post_race_check"]["send_at"] if check else NUDGES["send_at"])

    def within_hours(self, instant: datetime) -> datetime:
        clock, day = f"{instant.astimezone(self.zone):%H:%M}", self.today
        if REMINDERS["earliest"] <= clock < REMINDERS["late_from"]:
            return instant
        later = clock >= REMINDERS["late_from"]
        return self.at(day + later * D, REMINDERS["earliest"])

    def nudges(self) -> dict[tuple, dict]:
        """By what names them: the topic, the race's date, and the window's or their own."""
        found = {}
        for nudge in self.plan().due():
            own = nudge.get("own")
            opens = own["start"] if own else nudge["due"]
            found[(nudge["kind"], nudge["race"].day, opens)] = nudge
        return found

    def gone(self, session: dict) -> bool:
        if (session["kind"], session["ideal"]) in self.declined:
            return True
        days = [start.astimezone(self.zone).date() for start in self.visits.values()]
        return any(session["start"] <= day < session["end"] for day in days)

    def left(self, nudge: dict) -> list[dict]:
        if nudge.get("own") and self.gone(nudge["own"]):
            return []
        return [s for s in nudge["covers"] if s["end"] > self.today and not self.gone(s)]

    def settle(self, key: tuple) -> None:
        del self.waiting[key]
        self.settled.add(key)

    def check(self, key: tuple) -> None:
        self.settle(key)
        nudge = self.nudges().get(key)
        if nudge and self.may_write():
            self.mail("race_check", ["post_race_check"], self.left(nudge))
            self.days.append(self.today)

    def nudge(self, due: list[tuple]) -> None:
        """N2: everything that is due goes as one mail, or moves to a day on which it may go."""
        if not due:
            return
        if not self.may_write():
            for key in due:
                self.settle(key)
            return
        free = self.first_free()
        if free != self.today:
            for key in due:
                self.waiting[key] = self.at(free, NUDGES["send_at"])
            return
        known, going = self.nudges(), []
        for key in due:
            covers = self.left(known[key])
            gap_ends = self.last_cycle[0] + 14 * D if self.last_cycle else self.today
            told = self.last_cycle[1] if self.last_cycle else set()
            if covers and (key[0] != "cycle" or gap_ends <= self.today):
                going.append((key, covers))
            elif covers and any(name(s) not in told for s in covers):
                self.waiting[key] = self.at(gap_ends, NUDGES["send_at"])
                continue
            self.settle(key)
        self.send_together(going)

    def send_together(self, going: list[tuple]) -> None:
        if not going:
            return
        covers = {name(s): s for _, some in going for s in some}
        topics = {key[0] for key, _ in going}
        self.mail("nudge", topics, covers.values())
        self.days.append(self.today)
        if "cycle" in topics:
            self.last_cycle = (self.today, set(covers))

    def first_free(self) -> date:
        day = self.today
        if self.days:
            day = max(day, max(self.days) + NUDGES["min_gap_days"] * D)
        blackout = self.plan().blackout()
        while day in blackout:
            day += D
        return day

    def season_days(self) -> Iterator[tuple]:
        """N8, as far ahead as matters here."""
        plan, edition = self.plan(), present(self.edition)
        days = [edition + n * D for n in range(-400, 800)]
        back = [d for d in days if any(race.raw(d) == "return" for race in plan.races)]
        if not back:
            return
        begins = max(back) + D
        day = begins + OFF_SEASON["first_after_days"] * D
        while day < edition + 800 * D:
            if not any(race.started and race.day >= day for race in plan.races):
                yield ("off_season", begins, day)
            day += OFF_SEASON["every_days"] * D

    def off_season(self, key: tuple) -> None:
        if self.may_write() and self.is_quiet(key[1]):
            free = self.first_free()
            if free != self.today:
                self.waiting[key] = self.at(free, NUDGES["send_at"])
                return
            self.mail("off_season", ["off_season"])
            self.days.append(self.today)
            self.seasons.setdefault(key[1], []).append(self.now)
        self.settle(key)

    def is_quiet(self, begins: date) -> bool:
        days = [date.fromisoformat(r["race_date"]) for r in self.races.values() if runs(r)]
        if any(day >= self.today for day in days):
            return False
        if any(start >= self.now for start in self.visits.values()):
            return False
        latest = self.seasons.get(begins, [])[-OFF_SEASON["stop_after_unanswered"] :]
        every = timedelta(days=OFF_SEASON["every_days"])
        answered = [any(at <= b <= at + every for b in self.booked_at) for at in latest]
        return len(latest) < OFF_SEASON["stop_after_unanswered"] or any(answered)


def runs(race: dict) -> bool:
    return race["outcome"] not in ("dns", "cancelled")


def name(session: dict) -> tuple:
    return session["kind"], session["ideal"]
