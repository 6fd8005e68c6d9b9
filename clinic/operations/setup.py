"""An empty database becomes a clinic: settings, owner, treatments, a room, a therapist's week."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from itertools import groupby
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.text import slugify

from bookings.actions.people import names
from bookings.core.clients.addresses import compared
from bookings.core.roles import Role
from bookings.core.training import Protocol
from bookings.models import (
    THE_CLINIC,
    Clinic,
    Room,
    Therapist,
    Treatment,
    User,
    Weekday,
    WeeklyShift,
)

BUFFER_MINUTES = 15
DAYS = [day.name[:3].lower() for day in Weekday]
A_STRETCH = re.compile(
    r"(?P<first>[a-z]{3})[a-z]*(?:\s*[-–]\s*(?P<last>[a-z]{3})[a-z]*)?\s+"
    r"(?P<start>\d{1,2}(?:[:.]\d{2})?)\s*[-–]\s*(?P<end>\d{1,2}(?:[:.]\d{2})?)"
)


class CannotBeRead(ValueError):
    """What was typed means nothing; `str()` says what would."""


@dataclass(frozen=True)
class WeekdayHours:
    """Hours on the clinic's clock, on one weekday."""

    weekday: Weekday
    start: time
    end: time


@dataclass(frozen=True)
class Person:
    """Somebody who works here; without an e-mail address they have no login."""

    name: str
    email: str = ""


@dataclass(frozen=True)
class SetupAnswers:
    """What the first run asks; prices by minutes, in the clinic's currency."""

    clinic: Clinic
    owner: Person
    password: str
    therapist: Person
    hours: tuple[WeekdayHours, ...]
    room: str
    prices: Mapping[int, Decimal]


def is_done() -> bool:
    return Clinic.objects.exists()


def is_begun() -> bool:
    """Whether anything is here that a stranger must not take over."""
    return is_done() or User.objects.filter(role=Role.OWNER).exists()


def token() -> str:
    """Whoever reads the log has it: the same in each process, and after a restart."""
    return salted_hmac("clinic.operations.setup", "token", algorithm="sha256").hexdigest()[:40]


def is_the_token(typed: str) -> bool:
    return constant_time_compare(typed.strip(), token())


def lengths(protocol: Protocol) -> dict[int, list[str]]:
    """Minutes, and the kinds of session that the protocol gives so long: a treatment for each."""
    by_minutes = sorted(protocol.session_types.values(), key=lambda session: session.minutes)
    return {
        minutes: [session.kind.value for session in sessions]
        for minutes, sessions in groupby(by_minutes, key=lambda session: session.minutes)
    }


@transaction.atomic
def open_clinic(
    clinic: Clinic, owner: Person, password: str, *, therapist: Person | None = None
) -> User:
    """The clinic's one row and its owner; a therapist too, who may be the owner.

    Raises ValidationError for what a model refuses, IntegrityError where a clinic is there by now.
    """
    clinic.pk = THE_CLINIC
    clinic.full_clean(validate_unique=False)
    clinic.save(force_insert=True)
    login = _make_login(owner, password, role=Role.OWNER, is_superuser=True)
    if therapist:
        _make_therapist(therapist, login)
    return login


@transaction.atomic
def set_up(answers: SetupAnswers, protocol: Protocol, *, today: date) -> Clinic:
    """All of it or nothing. Raises ValidationError for what a model refuses."""
    open_clinic(answers.clinic, answers.owner, answers.password, therapist=answers.therapist)
    Room.objects.create(name=answers.room)
    therapist = Therapist.objects.get()
    for position, treatment in enumerate(_treatments(answers.prices, protocol)):
        treatment.position = position
        treatment.full_clean()
        treatment.save()
        treatment.therapists.add(therapist)
    for stretch in answers.hours:
        hours = WeeklyShift(therapist=therapist, valid_from=today, **vars(stretch))
        hours.full_clean()
        hours.save()
    return answers.clinic


def read_hours(typed: str) -> tuple[WeekdayHours, ...]:
    """Such as "mon-fri 9-17, sat 9:30-13". Raises CannotBeRead."""
    parts = [part.strip().lower() for part in re.split(r"[,;]", typed) if part.strip()]
    found = tuple(stretch for part in parts for stretch in _stretches(part))
    if not found:
        raise CannotBeRead("Say when they work, such as: mon-fri 9-17, sat 9:30-13")
    return found


def _stretches(part: str) -> Iterator[WeekdayHours]:
    said = A_STRETCH.fullmatch(part)
    if not said or not {said["first"], said["last"] or said["first"]} <= set(DAYS):
        raise CannotBeRead(f"“{part}” is not understood; say it like this: mon-fri 9-17")
    start, end = _clock(said["start"]), _clock(said["end"])
    if end <= start:
        raise CannotBeRead(f"“{part}” ends before it begins.")
    first = DAYS.index(said["first"])
    last = DAYS.index(said["last"] or said["first"])
    for days in range((last - first) % 7 + 1):
        yield WeekdayHours(Weekday((first + days) % 7), start, end)


def _clock(typed: str) -> time:
    hour, _, minute = typed.replace(".", ":").partition(":")
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise CannotBeRead(f"“{typed}” is not a time of day.") from None


def _make_login(person: Person, password: str | None, **fields: Any) -> User:
    user = User(email=compared(person.email), name=person.name, **fields)
    user.set_password(password)
    user.full_clean()
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _make_therapist(person: Person, owner: User) -> Therapist:
    """The owner, if it is their address; else with a login of their own, and no password yet."""
    email = person.email.strip().lower()
    user = owner if email == owner.email else _make_login(person, None) if email else None
    initials = names.initials_of(person.name)
    therapist = Therapist(
        name=person.name, slug=slugify(person.name) or "therapist", initials=initials, user=user
    )
    therapist.full_clean()
    therapist.save()
    names.as_the_diary(therapist)
    return therapist


def _treatments(prices: Mapping[int, Decimal], protocol: Protocol) -> Iterator[Treatment]:
    for minutes, kinds in lengths(protocol).items():
        yield Treatment(
            name=f"Sports massage {minutes}",
            slug=f"sports-massage-{minutes}",
            session_kinds=kinds,
            minutes=minutes,
            buffer_minutes=BUFFER_MINUTES,
            price=prices[minutes],
        )
