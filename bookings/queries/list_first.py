"""Time that has come free and could be offered to somebody on the list: not open to others yet.

It is asked within every look at the diary, and so by all subjects; almost always nothing has.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bookings.core.intervals import Interval
from bookings.core.scheduling.openings import Duration, Seconds, Span, joined
from bookings.core.scheduling.parts_of_day import part_of_day
from bookings.core.waiting_list.asked_first import asked_at
from bookings.core.waiting_list.matching import Moment, why_not
from bookings.core.waiting_list.wishes import ListedWish, Start
from bookings.models import Clinic, Treatment, WaitlistEntry
from bookings.queries.training import protocol
from bookings.queries.waiting_list.wishes import duration_of, wishes_of

OF_THE_ROTA = 21 * 86_400  # seconds: what is so long is no visit, but hours or rooms that changed
Kind = tuple[int, Duration]  # of a treatment, and how long
FreeStarts = Mapping[Kind, Mapping[Seconds, Sequence[int]]]


class AskedStretch(NamedTuple):
    """A stretch that the list is asked about since it came free, and the moment of that.

    Without a therapist it may be anybody's.
    """

    therapist: int | None
    span: Span
    since: datetime
    moment: Moment


def kept_for_the_list(
    freed: Iterable[tuple[int | None, Seconds, Seconds, Seconds, Seconds]],
    during: Interval,
    clinic: Clinic,
    free: Callable[[Mapping[Kind, Treatment]], FreeStarts],
    *,
    now: datetime,
) -> dict[int, list[Span]]:
    """By therapist, what strangers do not take before those whom it suits have been asked.

    Bounded: no longer than the pause, the next tendings and (unless it spans weeks) a night without
    mails; nothing so near that nobody would be written to. As many queries for any number of rows.
    """
    asked = [] if clinic.mail_paused_at else list(_asked(freed, clinic, now))
    if not asked:
        return {}
    first, last = clinic.day_of(during.start), clinic.day_of(during.end - timedelta(seconds=1))
    there = WaitlistEntry.objects.wanting(first, last).that_may_be_offered()
    entries = {one.pk: one for one in there}
    wishes = wishes_of(list(entries.values()), clinic, now=now)
    if not wishes:
        return {}
    kinds = {kind_of(entries[pk]): entries[pk].treatment for pk in wishes}
    starts, kept = free(kinds), defaultdict(list)
    for pk, wish in wishes.items():
        kind = kind_of(entries[pk])
        for span, takers in _suiting(wish, starts.get(kind, {}), kind[1], asked, clinic):
            for therapist in takers:
                kept[therapist].append(span)
    return {therapist: joined(spans) for therapist, spans in kept.items()}


def kind_of(entry: WaitlistEntry) -> Kind:
    return entry.treatment_id, duration_of(entry)


def _asked(
    freed: Iterable[tuple[int | None, Seconds, Seconds, Seconds, Seconds]],
    clinic: Clinic,
    now: datetime,
) -> Iterable[AskedStretch]:
    hours = protocol.current().mails.reminders
    notice = timedelta(minutes=clinic.minimum_notice_minutes)
    for therapist, since, start, end, due in freed:
        begins = datetime.fromtimestamp(due, UTC)
        if end - start < OF_THE_ROTA:
            begins = hours.hours_begin(begins, clinic.tz)
        if at := asked_at(begins, now):
            moment = Moment(now=at, today=clinic.day_of(at), notice=notice)
            came_free = datetime.fromtimestamp(since, UTC)
            yield AskedStretch(therapist, (start, end), came_free, moment)


def _suiting(
    wish: ListedWish,
    starts: Mapping[Seconds, Sequence[int]],
    duration: Duration,
    asked: Sequence[AskedStretch],
    clinic: Clinic,
) -> Iterable[tuple[Span, Iterable[int]]]:
    for start, takers in starts.items():
        end = start + duration.blocked
        for one in asked:
            if not (start < one.span[1] and one.span[0] < end and _is_news_to(wish, one)):
                continue
            whose = [taker for taker in takers if one.therapist in (None, taker)]
            found = _start(start, whose, wish, clinic)
            if found and why_not(wish, found, one.moment) is None:
                yield (start, end), found.therapists


def _is_news_to(wish: ListedWish, stretch: AskedStretch) -> bool:
    """What anybody could book when they joined stays on sale."""
    return stretch.since >= (wish.asked_at or wish.since)


def _start(start: Seconds, takers: Sequence[int], wish: ListedWish, clinic: Clinic) -> Start | None:
    """With those of who can take it whom they would come to."""
    wanted = frozenset(takers) & ({wish.therapist} if wish.therapist else frozenset(takers))
    at = datetime.fromtimestamp(start, UTC)
    part = part_of_day(at.astimezone(clinic.tz).time())
    return Start(at=at, day=clinic.day_of(at), part=part, therapists=wanted) if wanted else None
