"""What three hundred runners do in a year, by a seeded chance and through the real actions."""

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count

from bookings.actions.mail import preferences
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import cancellation
from bookings.actions.training import races as racing
from bookings.actions.training import training_feedback
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, MailGroup, Race, Treatment
from bookings.queries.mail.nudges import races_and_plan
from tests.diary_requests import book_one, move_one

DISTANCES = ("10k", "half", "marathon", "marathon", "ultra")
PRIORITIES = ("A", "A", "A", "A", "B", "C")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY = timedelta(days=1)
Act = Callable[[datetime], None]


@dataclass
class Story:
    """Acts in order of time; each notes what really came of it, and may lead to others."""

    clinic: Clinic
    treatment: Treatment
    start: datetime
    end: datetime
    dice: random.Random
    log: list[dict] = field(default_factory=list)
    _acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def people(self, runners: int) -> None:
        for number in range(runners):
            email = f"runner{number}@example.com"
            client = Client.objects.create(
                name=f"Runner {number}", email=email, proved_at=self.start, created_at=self.start
            )
            Runner(self, client, number).plan_a_year()

    def at(self, instant: datetime, act: Act) -> None:
        if self.start <= instant < self.end:
            heapq.heappush(self._acts, (instant, next(self._numbers), act))

    def next_time(self) -> datetime | None:
        return self._acts[0][0] if self._acts else None

    def act(self) -> None:
        now, _, act = heapq.heappop(self._acts)
        act(now)

    def sometime(self, first: datetime, last: datetime) -> datetime:
        """Never on a whole minute, so that no act falls on the instant of a mail."""
        seconds = max(int((last - first).total_seconds()), 60)
        instant = first + timedelta(seconds=self.dice.randrange(seconds))
        instant = instant.replace(second=self.dice.randint(1, 59), microsecond=0)
        return instant if instant > first else instant + timedelta(minutes=1)


@dataclass
class Runner:
    story: Story
    client: Client
    number: int

    def plan_a_year(self) -> None:
        dice, start, end = self.story.dice, self.story.start, self.story.end
        weeks = (end - start).days // 7
        begins = self.story.sometime(start, start + (end - start) * 0.4)
        self._some(1, begins, begins + DAY, self.enter)
        self._some(dice.choice((0, 0, 1, 2)), begins, end, self.enter)
        self._some(weeks // 6, start, end, self.book_any_time)
        self._some(weeks // 5, begins, end, self.book_a_session)
        for chance, act in (
            (0.3, self.change_habits), (0.15, self.stop_mails), (0.1, self.start_mails),
            (0.08, self.stop_reminders), (0.06, self.hold), (0.04, self.release),
            (0.03, self.bounce),
        ):  # fmt: skip
            self._some(dice.random() < chance, begins, end, act)

    def _live_with(self, races: list[Race], now: datetime) -> None:
        """What may happen between entering a race and the week after it."""
        dice = self.story.dice
        last = datetime.combine(max(r.race_date for r in races) + 7 * DAY, now.timetz())
        for chance, act in (
            (0.3, self.move_race), (0.15, self.move_race), (0.15, self.rename_race),
            (0.1, self.say_how_it_went), (0.08, self.withdraw), (0.2, self.change_habits),
            (0.4, self.decline), (0.3, self.decline), (0.1, self.stop_mails),
        ):  # fmt: skip
            self._some(dice.random() < chance, now, last, act)
        first = max(now, last - 6 * DAY)
        self._some(dice.random() < 0.6, first, last, self.say_how_it_went)

    def _some(self, times: int, first: datetime, last: datetime, act: Act) -> None:
        for _ in range(times):
            self.story.at(self.story.sometime(first, last), act)

    def note(self, now: datetime, what: str, **facts) -> None:
        self.story.log.append({"at": now, "runner": self.client.email, "what": what, **facts})

    def _today(self, now: datetime) -> date:
        return now.astimezone(self.story.clinic.tz).date()

    # Races.

    def enter(self, now: datetime) -> None:
        dice, today = self.story.dice, self._today(now)
        races = [self._a_race(today) for _ in range(dice.choice((1, 1, 1, 2)))]
        habits = {
            "long_run_weekday": dice.choice((6, 6, 5, 2)),
            "weekly_volume_km": dice.choice((0, 40, 90)),
        }
        ticked = dice.random() < 0.85
        answers = racing.enter_all(
            self._fresh(), races, habits=habits, wants_nudges=ticked, now=now
        )
        entered = [race for race, refused in zip(races, answers, strict=True) if not refused]
        self.note(
            now, "entered", races=[facts_of(race) for race in entered],
            habits=self._habits(), ticked=ticked,
        )  # fmt: skip
        if entered:
            self._live_with(entered, now)

    def _a_race(self, today: date) -> Race:
        dice = self.story.dice
        day = today + dice.randint(-3, 130) * DAY
        race = Race(
            race_date=day,
            distance=dice.choice(DISTANCES),
            priority=dice.choice(PRIORITIES),
            name=f"Race {dice.randrange(1000)}",
        )
        if dice.random() < 0.2:
            race.training_start = day - dice.randint(0, 150) * DAY
        elif dice.random() < 0.2:
            race.weeks = dice.randint(1, 30)
        return race

    def move_race(self, now: datetime) -> None:
        if race := self._some_race(now):
            days = self.story.dice.choice((-14, -7, -2, 1, 7, 14, 28))
            self._change(race, now, race_date=race.race_date + days * DAY)

    def rename_race(self, now: datetime) -> None:
        if race := self._some_race(now):
            self._change(race, now, name=f"Renamed {self.story.dice.randrange(1000)}")

    def say_how_it_went(self, now: datetime) -> None:
        race = self._some_race(now)
        if race is None:
            return
        dice = self.story.dice
        if race.race_date >= self._today(now):
            self._change(race, now, outcome=dice.choice(("dns", "cancelled", "assumed_finished")))
            return
        outcome = dice.choice(("finished", "finished", "dnf", "dns"))
        km = dice.choice((None, 3, 12, 30)) if outcome == "dnf" else None
        self._change(race, now, outcome=outcome, dnf_km=km)

    def withdraw(self, now: datetime) -> None:
        if race := self._some_race(now):
            number = race.pk
            racing.withdraw(race, now=now)
            self.note(now, "withdrawn", race=number)

    def _change(self, race: Race, now: datetime, **fields) -> None:
        if all(getattr(race, name) == value for name, value in fields.items()):
            return
        try:
            changed = racing.change(race, now=now, **fields)
        except Refused:
            return
        self.note(now, "changed", race=facts_of(changed))

    def _some_race(self, now: datetime) -> Race | None:
        lately = self._today(now) - 5 * DAY
        races = list(self.client.races.filter(race_date__gte=lately).select_related("client"))
        return self.story.dice.choice(races) if races else None

    def change_habits(self, now: datetime) -> None:
        dice = self.story.dice
        racing.keep_habits(
            self._fresh(),
            long_run_weekday=dice.randrange(7),
            weekly_volume_km=dice.choice((0, 50, 100)),
            now=now,
        )
        self.note(now, "habits", habits=self._habits())

    # Wishes, and what the clinic knows.

    def stop_mails(self, now: datetime) -> None:
        self._wish(now, False)

    def start_mails(self, now: datetime) -> None:
        self._wish(now, True)

    def stop_reminders(self, now: datetime) -> None:
        self._choose(now, MailGroup.REMINDERS, False)
        self.note(now, "no_reminders")

    def _wish(self, now: datetime, wants: bool) -> None:
        if self._fresh().wants_nudges != wants:
            self._choose(now, MailGroup.NUDGES, wants)
            self.note(now, "wishes", wants=wants)

    def _choose(self, now: datetime, group: MailGroup, wanted: bool) -> None:
        preferences.choose(self.client, group, wanted=wanted, how="mail link", now=now)

    def hold(self, now: datetime) -> None:
        self._hold(now, True)

    def release(self, now: datetime) -> None:
        self._hold(now, False)

    def _hold(self, now: datetime, held: bool) -> None:
        Client.objects.filter(pk=self.client.pk).update(health_hold=held)
        self.note(now, "hold", held=held)

    def bounce(self, now: datetime) -> None:
        Client.objects.filter(pk=self.client.pk).update(bounced_at=now)
        self.note(now, "bounce")

    def decline(self, now: datetime) -> None:
        if session := self._some_session(now):
            training_feedback.decline(self.client, session.kind, session.ideal)
            self.note(now, "declines", kind=session.kind.value, ideal=session.ideal)

    # Appointments.

    def book_any_time(self, now: datetime) -> None:
        self._book(now, self._today(now) + self.story.dice.randint(0, 40) * DAY)

    def book_today(self, now: datetime) -> None:
        self._book(now, self._today(now))

    def book_a_session(self, now: datetime) -> None:
        if session := self._some_session(now):
            days = (session.window_end - session.window_start).days
            day = session.window_start + self.story.dice.randrange(days) * DAY
            self._book(now, max(day, self._today(now)))

    def _some_session(self, now: datetime):
        _, plan = races_and_plan(self._fresh(), as_of=self._today(now))
        return self.story.dice.choice(plan.sessions[:4]) if plan.sessions else None

    def _book(self, now: datetime, day: date) -> None:
        start = self._clock_on(day)
        for tried in range(3):
            try:
                visit = book_one(self.story.treatment, start, client=self._fresh(), now=now)
            except Refused as refusal:
                if tried == 2 or not refusal.nearest:
                    return
                start = refusal.nearest[0].starts_at
            else:
                where = {"start": visit.starts_at, "therapist": visit.therapist_id}
                self.note(now, "booked", visit=visit.pk, **where)
                self._changes_of_mind(visit, now)
                return

    def _clock_on(self, day: date) -> datetime:
        """From seven in the morning to half past eight in the evening."""
        minutes = 7 * 60 + 15 * self.story.dice.randrange(55)
        clock = datetime.min.time().replace(hour=minutes // 60, minute=minutes % 60)
        return datetime.combine(day, clock, self.story.clinic.tz)

    def _changes_of_mind(self, visit: Appointment, now: datetime) -> None:
        dice, story = self.story.dice, self.story
        for chance, act in ((0.25, self._move), (0.1, self._move), (0.2, self._cancel)):
            if dice.random() < chance:
                instant = story.sometime(now, visit.starts_at)
                story.at(instant, partial(act, visit.pk))

    def _move(self, pk: int, now: datetime) -> None:
        visit = Appointment.objects.get(pk=pk)
        if visit.status != Status.BOOKED or visit.starts_at <= now:
            return
        day = self._today(now) + self.story.dice.randint(1, 25) * DAY
        try:
            moved = move_one(visit, self._clock_on(day), by="desk", now=now)
        except Refused:
            return
        where = {"start": moved.starts_at, "therapist": moved.therapist_id}
        self.note(now, "moved", visit=pk, **where)

    def _cancel(self, pk: int, now: datetime) -> None:
        visit = Appointment.objects.get(pk=pk)
        if visit.status == Status.BOOKED and visit.starts_at > now:
            cancellation.cancel(visit, by="desk", now=now)
            self.note(now, "cancelled", visit=pk)

    def _fresh(self) -> Client:
        self.client.refresh_from_db()
        return self.client

    def _habits(self) -> tuple[str, int]:
        client = self._fresh()
        return WEEKDAYS[client.long_run_weekday], client.weekly_volume_km


def facts_of(race: Race) -> dict:
    return {
        "id": race.pk,
        "name": race.name,
        "race_date": race.race_date.isoformat(),
        "distance": str(race.distance),
        "priority": str(race.priority),
        "training_start": race.training_start.isoformat() if race.training_start else None,
        "weeks": race.weeks,
        "outcome": str(race.outcome),
        "dnf_km": race.dnf_km,
    }
