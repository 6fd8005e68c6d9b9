"""Some days of the diary as the desk sees them, in one query."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from bookings.core.intervals import Interval, day_bounds
from bookings.core.mail.reminder_times import ReminderRules
from bookings.core.scheduling.openings import Span
from bookings.core.training import PhaseDay
from bookings.models import Absence, Appointment, Clinic, Room, RoomLoan, Therapist, WeeklyBreak
from bookings.queries.desk.day_facts import day_facts
from bookings.queries.desk.shown_visits import ShownVisit, kept_for, shown_visit
from bookings.queries.rota.away import breaks_told
from bookings.queries.rota.working_hours import worked_told
from bookings.queries.training import protocol
from bookings.queries.training.phases import phases_told


@dataclass(frozen=True)
class DiaryDays:
    """As it is `now`; `hours` are each therapist's of work, `phases` each client's at first.

    `therapists` are those at work and whoever has left but still stands in the diary; so it is
    with `rooms`. `offered` is how many minutes what each therapist offers takes, and for how many
    after it they and the room stay blocked. `asked` is what has come free, and when the waiting
    list is asked about it. `without_room` is when no room is left that suits what they offer.
    """

    first: date
    therapists: Sequence[Therapist]
    rooms: Sequence[Room]
    visits: Sequence[ShownVisit]
    hours: Mapping[int, Sequence[Span]]
    breaks: Sequence[tuple[WeeklyBreak, Interval]]
    absences: Sequence[Absence]
    loans: Sequence[RoomLoan]
    without_room: Mapping[int, Sequence[Span]]
    phases: Mapping[int, PhaseDay]
    offered: Mapping[int, Sequence[tuple[int, int]]]
    asked: Sequence[tuple[Interval, datetime]]
    now: datetime

    def phase_of(self, visit: ShownVisit) -> PhaseDay | None:
        """None for a hold of nobody yet, and for who has no race."""
        return self.phases.get(visit.client.pk) if visit.client else None

    @cached_property
    def visits_of(self) -> Mapping[int, Sequence[ShownVisit]]:
        """By therapist."""
        found = defaultdict(list)
        for visit in self.visits:
            found[visit.therapist.pk].append(visit)
        return found


def diary_days(
    clinic: Clinic,
    first: date,
    *,
    days: int = 1,
    therapist: Therapist | None = None,
    now: datetime,
) -> DiaryDays:
    """What stands in the diary; of cancelled visits nothing, they free their time."""
    facts = day_facts(clinic, first, days, therapist, now=now)
    return drawn_from(facts, clinic, first, days=days, now=now)


def drawn_from(
    facts: str, clinic: Clinic, first: date, *, days: int = 1, now: datetime
) -> DiaryDays:
    """Of the text that `day_facts` has read, and of nothing else."""
    told = json.loads(facts)
    rules = protocol.stored_as(told.pop("protocol"))
    told = {name: rows or [] for name, rows in told.items()}
    people = {row[0]: _therapist(*row) for row in told["people"]}
    rooms = {pk: Room(pk=pk, name=name, active=active) for pk, name, active in told["rooms"]}
    events, settled, kept = dict(told["events"]), dict(told["settled"]), kept_for(told["kept"])
    return DiaryDays(
        first=first,
        therapists=sorted(people.values(), key=lambda person: person.name),
        rooms=sorted(rooms.values(), key=lambda room: room.name),
        visits=[
            shown_visit(row, people, rooms, events, settled, kept=kept) for row in told["visits"]
        ],
        hours=worked_told(told["hours"], clinic),
        breaks=list(breaks_told(told["breaks"], first, days, clinic)),
        absences=[_absence(people, row) for row in told["absences"]],
        loans=[_loan(rooms, row) for row in told["loans"] if row[0] in rooms],
        without_room=_by_therapist(told["without_room"]),
        phases=phases_told(told["races"], first, rules),
        offered=_by_therapist(told["offered"]),
        asked=[_asked(row, rules.mails.reminders, clinic) for row in told["asked"]],
        now=now,
    )


def moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _therapist(pk: int, name: str, slug: str, active: bool) -> Therapist:
    return Therapist(pk=pk, name=name, slug=slug, active=active)


def _absence(people: Mapping[int, Therapist], row: Sequence) -> Absence:
    """Without a key it is out of the therapist’s own calendar, and nothing to be changed here."""
    pk, therapist, start, end, reason = row
    begins, ends = (datetime.fromtimestamp(at, UTC) for at in (start, end))
    whose = people[therapist] if therapist else None
    reason = reason if pk else _("Busy in their own calendar")
    return Absence(pk=pk, therapist=whose, starts_at=begins, ends_at=ends, reason=reason)


def _loan(rooms: Mapping[int, Room], row: Sequence) -> RoomLoan:
    room, start, end, reason = row
    begins, ends = (datetime.fromtimestamp(at, UTC) for at in (start, end))
    return RoomLoan(room=rooms[room], starts_at=begins, ends_at=ends, reason=reason)


def _asked(row: Sequence, reminders: ReminderRules, clinic: Clinic) -> tuple[Interval, datetime]:
    """Not before the hours in which mails go."""
    start, end, due = (datetime.fromtimestamp(at, UTC) for at in row)
    return Interval(start, end), reminders.hours_begin(due, clinic.tz)


def _by_therapist(rows: Iterable[Sequence[int]]) -> dict[int, list[tuple[int, int]]]:
    """What follows a therapist's id."""
    found = defaultdict(list)
    for therapist, first, second in rows:
        found[therapist].append((first, second))
    return dict(found)


def who_has_a_week(
    clinic: Clinic, monday: date, *, shown: Therapist, now: datetime
) -> QuerySet[Therapist]:
    """Everybody at work, whoever has left but still stands in that week, and who is shown."""
    week = day_bounds(monday, 7, clinic.tz)
    standing = Appointment.objects.blocking(now).touching(week)
    still = Exists(standing.filter(therapist=OuterRef("pk")))
    return Therapist.objects.filter(Q(active=True) | Q(pk=shown.pk) | still)
