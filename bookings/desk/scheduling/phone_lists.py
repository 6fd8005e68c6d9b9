"""Who and when, as found for what is typed about a call."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings import dates
from bookings.core import training
from bookings.core.clients.addresses import compared
from bookings.core.clients.search_text import Typed, folded, name_compared, person_in
from bookings.core.scheduling.codes import Code, Problem, Rules
from bookings.core.scheduling.statuses import Status
from bookings.core.scheduling.when import Unclear, Wish
from bookings.core.scheduling.when_parser import read
from bookings.models import Client, Clinic, Therapist, Treatment
from bookings.queries.clients.search import Found, find
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.phone_suggestions import (
    SHOWN,
    last_booked,
    last_treatments,
    suggested,
)
from bookings.queries.scheduling.problems import problems_of_start, sentence_of
from bookings.queries.training.plans import History, plan_of, runner_of
from bookings.web.forms import whole_number

NEW = "new"
BETWEEN = "|"  # what a list was made for, one after the other
SPEAKS_OF_ANOTHER = re.compile(r"\b(?:same|this time|later|earlier)\b")
MOST_OFTEN = 4  # so often more times are shown


@dataclass
class People:
    """Those found for what was typed, and the new person that it describes."""

    typed: str
    found: Found
    new: Typed
    chosen: Client | str | None = None  # NEW for the new one
    has_the_number: bool = False  # those found have just that phone number, and another name

    @classmethod
    def of(cls, typed: str, asked: str) -> "People":
        people = cls(typed, find(typed), person_in(typed))
        people._look_for_the_number()
        people.chosen = people._asked_for(asked) if asked else people._first()
        return people

    @property
    def lines(self) -> list[tuple[Client, int | str, str]]:
        """Those found, each with the treatment of their last visit, if it is still offered.

        And where two would read the same, with what tells them apart.
        """
        found = self.found.clients
        last = last_treatments([one.pk for one in found])
        read = Counter(map(_read, found))
        twins = [one for one in found if read[_read(one)] > 1]
        apart = last_booked(twins, Clinic.objects.the()) if twins else {}
        return [(one, last.get(one.pk, ""), apart.get(one.pk, "")) for one in found]

    @property
    def can_be_new(self) -> bool:
        return bool(self.new.name) and self.new.can_be_reached

    @property
    def lacks(self) -> str:
        """What is still to be typed of somebody new."""
        if self.new.can_be_reached and not self.new.name:
            return _("For somebody new, type the name before the phone number or the e-mail.")
        return _("For somebody new, add a phone number or an e-mail after the name.")

    @property
    def is_new(self) -> bool:
        return self.chosen == NEW

    @property
    def client(self) -> Client | None:
        return self.chosen if isinstance(self.chosen, Client) else None

    @property
    def to_write_down(self) -> Client | Typed | str:
        """Who it is, known or new; what was typed where that is open."""
        return self.client or (self.new if self.is_new else self.typed)

    def _look_for_the_number(self) -> None:
        """Somebody new may be somebody known, or of their family: nobody is chosen by itself."""
        if self.new.phone and (self.found.is_alike or not self.found.clients):
            same = find(self.new.phone)
            if same.clients and not same.is_alike:
                self.found, self.has_the_number = same, True

    def _asked_for(self, asked: str) -> Client | str | None:
        if asked == NEW and self.can_be_new:
            return NEW
        pk = whole_number(asked)
        listed = next((one for one in self.found.clients if one.pk == pk), None)
        if pk is not None and listed is None and not self.typed.strip():
            listed = Client.objects.living().filter(pk=pk).first()
            self.found = Found([listed] if listed else [])
        return listed

    def _first(self) -> Client | str | None:
        """The only one who fits; nobody among several, and nobody who is only much like it."""
        if self.has_the_number:
            return None
        fitting = [] if self.found.is_alike else self.found.clients
        if not fitting and self.can_be_new:
            return NEW
        return fitting[0] if len(fitting) == 1 else None


def _read(client: Client) -> tuple[str, str, str]:
    """What a line says of them."""
    return name_compared(client.name), client.phone, compared(client.email)


@dataclass(frozen=True)
class TimeLine:
    """An opening as a line of the list, of a colleague `instead` of the therapist asked for."""

    opening: Opening
    broken: list[Problem]
    advice: training.Advice | None
    instead: Therapist | None = None

    @property
    def value(self) -> str:
        start = self.opening.starts_at.isoformat()
        return f"{start} {self.instead.pk}" if self.instead else start


@dataclass
class Times:
    """What is suggested for the wish: the very time first, and last what a rule is against."""

    lines: list[TimeLine] = field(default_factory=list)
    wish: Wish | None = None
    unclear: str = ""
    fits: bool = True
    chosen: str = ""
    has_more: bool = False
    named: Therapist | None = None  # in the wish, first of all who are

    @property
    def all_the_same(self) -> datetime | None:
        """A very time that was asked for and is no opening; the desk may still want it."""
        return self.wish.at if self.wish and not self.fits else None

    @property
    def start(self) -> datetime:
        """Of what is chosen."""
        return datetime.fromisoformat(self.chosen.partition(" ")[0])

    @property
    def instead(self) -> Therapist | None:
        lines = (line.instead for line in self.lines if line.value == self.chosen)
        return next(lines, self.named)

    def choose(self, asked: str) -> None:
        """What was asked for while it is offered, and nothing else in its stead.

        Else the first; but of what is only near, nothing by itself.
        """
        values = [line.value for line in self.lines]
        offered = [*values, self.all_the_same.isoformat()] if self.all_the_same else values
        if asked:
            self.chosen = asked if asked in offered else ""
        elif self.fits and values:
            self.chosen = values[0]


def times_for(
    treatment: Treatment,
    therapist: Therapist | None,
    typed: str,
    *,
    client: Client | None,
    clinic: Clinic,
    now: datetime,
    later: int = 0,
    same: datetime | None = None,
    **asked: Any,
) -> Times:
    """`later` is how often more times were asked for; `asked` is what `suggested` takes besides."""
    try:
        wish = read(typed, now=now, tz=clinic.tz, people=_names(), same=_same(typed, client, same))
    except Unclear as unclear:
        return Times(unclear=dates.translated(unclear.sentence))
    named = list(treatment.therapists.filter(pk__in=wish.people)) if wish.people else []
    if wish.people and not named:
        return Times(unclear=_("Nobody who is named there offers that treatment."))
    asked |= {"therapist": _whom(named, therapist), "count": SHOWN * (1 + later), "now": now}
    found = suggested(clinic, treatment, wish, **asked)
    plan = _plan(client, clinic, same, now)
    lines = []
    for one in found.openings:
        broken = _broken(one, clinic, now)
        advice = _advice(treatment, clinic.day_of(one.starts_at), plan)
        lines.append(TimeLine(one, broken, advice, _instead(therapist, one, bool(named))))
    lines.sort(key=lambda line: (line.opening.starts_at != wish.at, bool(line.broken)))
    return Times(lines, wish, "", found.fits, has_more=found.has_more, named=_first(named))


def _broken(one: Opening, clinic: Clinic, now: datetime) -> list[Problem]:
    """The rules that the desk would set aside for it."""
    found = problems_of_start(one.starts_at, clinic, rules=Rules.DESK, now=now)
    first = Problem(code=Code.LIST_FIRST, sentence=sentence_of(Code.LIST_FIRST))
    return [*found, first] if one.for_the_list else found


def _first(named: list[Therapist]) -> Therapist | None:
    return named[0] if named else None


def _whom(named: list[Therapist], therapist: Therapist | None) -> Therapist | None:
    """The only one that the wish names; nobody in particular where it names several."""
    return named[0] if len(named) == 1 else None if named else therapist


def _names() -> dict[str, frozenset[int]]:
    """What whoever treats is called in a wish: the whole name, or a part of it."""
    names: dict[str, frozenset[int]] = {}
    for pk, name in Therapist.objects.active().values_list("pk", "name"):
        whole = name.lower().replace("’", "'")
        for one in {whole, folded(name), *whole.split(), *folded(name).split()}:
            if len(one) > 1:
                names[one] = names.get(one, frozenset()) | {pk}
    return names


def _same(typed: str, client: Client | None, same: datetime | None) -> datetime | None:
    """What a wish may be the same as: the visit that is moved, else the client's last or next."""
    if same or client is None or not SPEAKS_OF_ANOTHER.search(typed.lower()):
        return same
    visits = client.appointments.visits().exclude(status=Status.CANCELLED)
    return visits.order_by("starts_at").values_list("starts_at", flat=True).last()


def _instead(therapist: Therapist | None, opening: Opening, is_named: bool) -> Therapist | None:
    if therapist is None and not is_named:
        return None
    return None if therapist in opening.therapists else opening.therapists[0]


def why_no_time(start: str | None) -> str:
    if start:
        return _("That time has just been taken. Please choose another.")
    return _("Please choose a time.")


def _advice(treatment: Treatment, day: date, plan: training.Plan | None) -> training.Advice | None:
    return training.advice_for(treatment.kinds, day, plan) if plan else None


def _plan(
    client: Client | None, clinic: Clinic, moved: datetime | None, now: datetime
) -> training.Plan | None:
    """None for whom no race is known; of whom one is, what is booked but for `moved` speaks too."""
    if client is None or not (races := list(client.races.all())):
        return None
    history = History.of(client)
    plan = plan_of(races, runner_of(client, history), today=clinic.day_of(now))
    others = [one for one in history.visits if one.starts_at != moved]
    return plan.beside(History(others).days(clinic))
