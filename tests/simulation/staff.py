"""The clinic's own people in the simulated year: what they wish, and what each should hear when.

As in oracle.py, nothing of the project says what is expected: the log of what happened is gone
through once, with each rule as a plain line.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from functools import partial
from itertools import takewhile
from zoneinfo import ZoneInfo

from bookings.actions.refusals import Refused
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Therapist
from tests import factories
from tests.diary_requests import move_one
from tests.simulation.story import Runner, Story
from tests.therapists.push_service import PushService
from therapists.actions import health_checks, push_devices, time_off
from therapists.core.content import Answers, Given
from therapists.health_audit import Reader
from therapists.models import Answer, Form, NoticeWishes, Push, TimeOff

DAY = timedelta(days=1)
SOON = timedelta(days=14)  # to read before a visit
PLANTED = "planted-health-words"
MIDNIGHT = time(0)
NEVER_QUIET = {"quiet_from": MIDNIGHT, "quiet_until": MIDNIGHT}
WISHES: dict[str, dict] = {  # by the end of a therapist's name; F has no login
    "A": {},
    "B": {"hourly": True, **NEVER_QUIET},
    "C": {"by_mail": False, "quiet_from": time(22), "quiet_until": time(6)},  # by device
    "D": {"off": ["booked"]},
    "E": {"hourly": True},
}
USUAL = {"quiet_from": time(20), "quiet_until": time(7), "hourly": False, "off": []}
KINDS = {
    "New today": "booked",
    "Cancelled today": "gone",
    "Moved, now today": "gone",
    "No longer": "gone",
    "Something new to read": "to_read",
    "Your time off": "time_off",
}


def address_of(letter: str) -> str:
    return f"therapist{letter.lower()}@example.com"


@dataclass
class Staff:
    """Acts of theirs by a chance of its own, so that the runners' lives stay as they are."""

    story: Story
    service: PushService
    log: list[dict] = field(default_factory=list)
    by_number: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.desk = factories.make_user("desk@example.com", role=Role.DESK)
        for letter, wishes in WISHES.items():
            user = factories.make_user(address_of(letter), role=Role.THERAPIST)
            therapist = Therapist.objects.get(name=f"Therapist {letter}")
            Therapist.objects.filter(pk=therapist.pk).update(user=user)
            NoticeWishes.objects.create(user=user, **wishes)
            self.by_number[therapist.pk] = letter
            if "by_mail" in wishes:
                keys = self.service.browser(letter).subscription
                push_devices.add(user, **keys, browser="Chrome", now=self.story.start)
        Push.objects.all().delete()  # the greeting

    def plan(self, seed: int) -> None:
        dice, story = random.Random(f"staff {seed}"), self.story
        weeks = (story.end - story.start).days // 7
        for act in (self.answers, self.tells, self.comes_today):
            for _ in range(weeks):
                instant = story.start + dice.random() * (story.end - story.start)
                instant = instant.replace(second=31, microsecond=0)
                story.at(instant, partial(act, chosen=dice.random()))

    def answers(self, now: datetime, chosen: float) -> None:
        """The desk's, to somebody's wish for time off."""
        letter = sorted(WISHES)[int(chosen * len(WISHES))]
        therapist = Therapist.objects.get(name=f"Therapist {letter}")
        day = {"starts_at": now + 40 * DAY, "ends_at": now + 41 * DAY}
        asked = TimeOff.objects.create(therapist=therapist, asked_at=now, **day)
        time_off.answer(asked, Answer.DECLINED, by=self.desk, now=now)
        self.log.append({"at": now, "what": "answered", "therapist": therapist.pk})

    def comes_today(self, now: datetime, chosen: float) -> None:
        """A runner, who may think better of it; or a colleague covers."""
        client = self._some_client(chosen)
        runner = Runner(self.story, client, client.pk)
        runner.book_today(now)
        visit = client.appointments.order_by("pk").last()
        if visit and visit.starts_at > now:
            half_way = now + (visit.starts_at - now) / 2
            act = partial(self.is_covered, runner=runner, pk=visit.pk)
            self.story.at(half_way.replace(second=17, microsecond=0), act)

    def is_covered(self, now: datetime, runner: Runner, pk: int) -> None:
        visit = Appointment.objects.get(pk=pk)
        others = Therapist.objects.exclude(pk=visit.therapist_id).order_by("pk")
        if visit.status != Status.BOOKED or visit.starts_at <= now:
            return
        colleague = others[pk % others.count()]
        try:
            moved = move_one(visit, visit.starts_at, therapist=colleague, by="desk", now=now)
        except Refused:  # busy, too
            return
        runner.note(now, "moved", visit=pk, start=moved.starts_at, therapist=colleague.pk)

    def _some_client(self, chosen: float) -> Client:
        clients = list(Client.objects.order_by("pk"))
        return clients[int(chosen * len(clients))]

    def tells(self, now: datetime, chosen: float) -> None:
        """A runner, something of their health."""
        client = self._some_client(chosen)
        given = (Given("allergy", PLANTED, "adapt", False, PLANTED, True, PLANTED),)
        reader = Reader("runner", None, None, "simulation")
        answers = Answers(1, given, text=PLANTED)
        health_checks.give(client, answers, form=Form.FULL, visit=None, reader=reader, now=now)
        self.log.append({"at": now, "what": "told", "runner": client.email})

    def expected(self) -> Iterator[tuple]:
        """(address, instant, how, kinds, nothing) of every message, as the runners' mails."""
        tz, until = ZoneInfo(self.story.clinic.timezone), self.story.end
        heard: dict[tuple, list[str]] = defaultdict(list)
        visits: dict[int, dict] = {}
        for event in sorted(self.story.log + self.log, key=lambda event: event["at"]):
            for number, kind in set(_news(event, visits, tz)):
                letter = self.by_number.get(number)
                wish = {**USUAL, **WISHES.get(letter or "", {})}
                due = _due(event["at"], wish, tz)
                if letter and kind not in wish["off"] and due < until:
                    heard[letter, due].append(kind)
        for (letter, due), kinds in heard.items():
            how = "staff push" if "by_mail" in WISHES[letter] else "staff mail"
            yield address_of(letter), due, how, tuple(sorted(kinds)), ()

    def of_mail(self, message: EmailMessage, instant: datetime) -> tuple:
        """What came, in the same words."""
        lines = list(takewhile(bool, message.get_content().splitlines()))
        return message["To"], instant, "staff mail", _kinds(lines, str(message)), ()

    def of_push(self, path: str, sealed: bytes, instant: datetime) -> tuple:
        letter = path.rpartition("/")[2]
        told = self.service.browser(letter).opened(sealed)
        lines = told["body"].splitlines() or [told["title"]]
        return address_of(letter), instant, "staff push", _kinds(lines, json.dumps(told)), ()


def _kinds(lines: list[str], whole: str) -> tuple[str, ...]:
    """Each line's; what is known of no kind, and a word of health, stands as it is."""
    found = [next((k for words, k in KINDS.items() if one.startswith(words)), one) for one in lines]
    return tuple(sorted(found + [PLANTED] * (PLANTED in whole)))


def _news(event: dict, visits: dict[int, dict], tz: ZoneInfo) -> Iterator[tuple[int, str]]:
    """Whom it concerns, by the number of a therapist, and the kind."""
    today = _day(event["at"], tz)
    if event["what"] == "answered":
        yield event["therapist"], "time_off"
    elif event["what"] == "told":
        for visit in visits.values():
            is_soon = event["at"] <= visit["start"] < event["at"] + SOON
            if visit["runner"] == event["runner"] and is_soon:
                yield visit["therapist"], "to_read"
    elif event["what"] == "booked":
        visits[event["visit"]] = event
        if _day(event["start"], tz) == today:
            yield event["therapist"], "booked"
    elif event["what"] in ("moved", "cancelled"):
        before = visits.pop(event["visit"])
        if _day(before["start"], tz) == today:
            yield before["therapist"], "gone"
        if event["what"] == "moved":
            visits[event["visit"]] = event
            if _day(event["start"], tz) == today:
                yield event["therapist"], "gone"


def _due(at: datetime, wish: dict, tz: ZoneInfo) -> datetime:
    """A minute at a time is slow but plain: on the hour for who likes that, never in the quiet."""
    if wish["hourly"]:
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while _is_quiet(at.astimezone(tz).time(), wish["quiet_from"], wish["quiet_until"]):
        at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return at.astimezone(UTC)


def _is_quiet(clock: time, begins: time, ends: time) -> bool:
    if begins > ends:
        return not ends <= clock < begins
    return begins <= clock < ends


def _day(instant: datetime, tz: ZoneInfo) -> date:
    return instant.astimezone(tz).date()
