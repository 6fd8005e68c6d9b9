"""Time travel: people act, the real worker sends, a real mail server takes the mails, and a push
service what staff are told on a device."""

import os
import random
import subprocess
import sys
import time as real_time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db.models import Min

from bookings.models import Clinic, Mail, MailKind, MailState
from bookings.models.mail.kinds import OF_THE_WAITING_LIST
from bookings.queries.training import protocol
from clinic.celery import app
from tests import factories, patience
from tests.faults.mail_workers import url_of_the_tests_database
from tests.mail.post_office import PostOffice
from tests.simulation import clock, mutants, oracle
from tests.simulation.broker import DONE, broker
from tests.simulation.staff import Staff
from tests.simulation.story import Story
from tests.simulation.waiting import Waiting
from tests.therapists.push_service import PushService
from therapists.models import StaffNotice

BETWEEN_PLANNINGS = timedelta(hours=23)  # at any time of day, in the end
TASKS = "bookings.tasks."
ANSWERS = ("confirmed", "moved", "cancelled", "plan")
STAFF = ("staff mail", "staff push")  # they have quiet hours of their own


@dataclass(frozen=True)
class Outcome:
    """What was expected and what came; no difference means that all is well."""

    missing: Counter
    unexpected: Counter
    out_of_hours: list[tuple]
    sent: Counter
    acts: Counter
    seconds: float
    list_wrong: list[str]

    @property
    def is_right(self) -> bool:
        return not (self.missing or self.unexpected or self.out_of_hours or self.list_wrong)

    def report(self, most: int = 30) -> str:
        lines = [
            f"{self.seconds:.0f} seconds; acts: {_counts(self.acts)}",
            f"{self.sent.total()} mails: {_counts(self.sent)}",
            f"missing {self.missing.total()}, not expected {self.unexpected.total()}, "
            f"out of hours {len(self.out_of_hours)}",
        ]
        wrong = [("missing", mail) for mail in self.missing]
        wrong += [("not expected", mail) for mail in self.unexpected]
        wrong.sort(key=lambda one: (one[1][0], one[1][1]))
        lines += self.list_wrong[:most]
        lines += [f"  {what}: {_in_words(mail)}" for what, mail in wrong[:most]]
        return "\n".join(lines)


def simulate(
    office: PostOffice,
    service: PushService,
    *,
    seed: int,
    runners: int,
    first: datetime,
    weeks: int,
    mutant: str = "",
) -> Outcome:
    """Lives through so many weeks, in the database that Django is connected to."""
    began = real_time.monotonic()
    clinic, treatment = a_clinic()
    with clock.simulated_clock(), _worker(mutant), mutants.alive(mutant):
        clock.set_to(first)
        end = first + timedelta(weeks=weeks)
        story = Story(clinic, treatment, first, end, random.Random(seed))
        story.people(runners)
        staff = Staff(story, service)
        staff.plan(seed)
        waiting = Waiting(story)
        waiting.plan(seed)
        year = _Year(story, staff, waiting, office)
        year.live()
    return year.outcome(began)


def a_clinic():
    """Six therapists with long days, and a treatment for every kind of session."""
    clinic = factories.make_clinic(minimum_notice_minutes=0)
    therapists = [factories.make_therapist(f"Therapist {letter}") for letter in "ABCDEF"]
    for therapist in therapists:
        factories.make_week(therapist, time(7), time(22))
        factories.make_room()
    kinds = [kind.value for kind in protocol.default().session_types]
    treatment = factories.make_treatment("Massage", therapists=therapists, session_kinds=kinds)
    return clinic, treatment


@contextmanager
def _worker(mutant: str) -> Iterator[None]:
    """The project's worker in a process of its own, one task after the other."""
    broker().delete(DONE, "celery")
    worker = subprocess.Popen(
        [
            sys.executable, "-m", "celery", "--app", "tests.simulation.worker", "worker",
            "--pool", "solo", "--loglevel", "ERROR", "--without-gossip", "--without-mingle",
            "--without-heartbeat",
        ],
        env={
            **os.environ,
            "DATABASE_URL": url_of_the_tests_database(),
            "EMAIL_HOST": settings.EMAIL_HOST,
            "EMAIL_PORT": str(settings.EMAIL_PORT),
            "SIMULATED_MUTANT": mutant,
            "PUSH_KEY": settings.PUSH_KEY,
            "PUSH_NETWORKS": ",".join(settings.PUSH_NETWORKS),
        },
    )  # fmt: skip
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(timeout=patience.seconds())


@dataclass
class _Year:
    story: Story
    staff: Staff
    waiting: Waiting
    office: PostOffice
    arrived: list[datetime] = field(default_factory=list)
    pushed: list[datetime] = field(default_factory=list)

    def live(self) -> None:
        """From one instant at which anything happens to the next."""
        self.office.while_taking = lambda: self.arrived.append(self.now)
        planning, looked = self.story.start, 0
        self.now = self.story.start
        while (now := min(self._next_times(planning))) < self.story.end:
            looked = looked + 1 if now <= self.now else 0
            assert looked < 20, f"{now} does not pass"
            self.now = max(now, self.now)
            clock.set_to(self.now)
            if now == planning:
                app.send_task(f"{TASKS}plan_nudges")
                app.send_task(f"{TASKS}look_through_waiting_list")
                planning += BETWEEN_PLANNINGS
            elif now == self.story.next_time():
                self.story.act()
            if self.waiting.is_anybody:
                app.send_task(f"{TASKS}tend_waiting_list")
            app.send_task("therapists.tasks.tell_staff")
            app.send_task(f"{TASKS}send_due_mails")
            self._wait_for_the_worker()
            self.waiting.check(self.now)
            self.pushed += [self.now] * (len(self.staff.service.taken) - len(self.pushed))

    def outcome(self, began: float) -> Outcome:
        clinic = self.story.clinic
        came = Counter([*self._came(), *self._pushed()])
        of_runners = oracle.expected(
            self.story.log, clinic.timezone, clinic.cancel_cutoff_hours, self.story.end
        )
        ought = Counter([*of_runners, *self.staff.expected()])
        return Outcome(
            missing=ought - came,
            unexpected=came - ought,
            out_of_hours=[mail for mail in came if not _in_hours(mail, clinic)],
            sent=Counter(mail[2] for mail in came.elements()),
            acts=Counter(event["what"] for event in self.story.log + self.staff.log)
            + self.waiting.acts(),
            seconds=real_time.monotonic() - began,
            list_wrong=self.waiting.wrong,
        )

    def _next_times(self, planning: datetime) -> Iterator[datetime]:
        yield planning
        yield from self.waiting.next_times(self.now)
        if act := self.story.next_time():
            yield act
        due = Mail.objects.filter(state=MailState.SCHEDULED).aggregate(at=Min("due_at"))["at"]
        if due:
            yield due
        notices = StaffNotice.objects.filter(told_at=None).aggregate(at=Min("due_at"))["at"]
        if notices:
            yield notices

    def _wait_for_the_worker(self) -> None:
        app.send_task("simulation.reached")
        assert broker().blpop([DONE], timeout=patience.seconds()), "the worker does not answer"

    def _came(self) -> Iterator[tuple]:
        """As the mail server had it; the rows only say what a training mail listed."""
        rows = {mail.message_id: mail for mail in Mail.objects.filter(state=MailState.SENT)}
        for message, instant in zip(self.office.messages, self.arrived, strict=True):
            mail = rows.get(message["Message-ID"])
            if mail and mail.kind in OF_THE_WAITING_LIST:
                continue
            if mail is None:
                yield self.staff.of_mail(message, instant)
                continue
            topics = tuple(sorted(mail.about.get("topics", ())))
            covers = tuple(sorted(tuple(one) for one in mail.about.get("covers", ())))
            yield message["To"], instant, _what(mail), topics, covers

    def _pushed(self) -> Iterator[tuple]:
        for (path, _, sealed), instant in zip(self.staff.service.taken, self.pushed, strict=True):
            yield self.staff.of_push(path, sealed, instant)


def _what(mail: Mail) -> str:
    if mail.kind == MailKind.REMINDER:
        return f"reminder {mail.key.rpartition(':')[2]}"
    return mail.kind


def _in_hours(mail: tuple, clinic: Clinic) -> bool:
    return mail[2] in (*ANSWERS, *STAFF) or 8 <= mail[1].astimezone(clinic.tz).hour < 20


def _counts(counter: Counter) -> str:
    return ", ".join(f"{count} {what}" for what, count in counter.most_common())


def _in_words(mail: tuple) -> str:
    runner, instant, what, topics, covers = mail
    return f"{instant:%a %Y-%m-%d %H:%M:%S} {runner} {what} {'+'.join(topics)} {covers}"
