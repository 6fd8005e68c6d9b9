"""Time that has come free and could be offered to somebody on the list: not open to others yet.

It is asked within every look at the diary, and so by all subjects; almost always nothing has.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
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

OF_A_VISIT = 4 * 3600  # seconds, with all that is around it
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
    mails; nothing so near that nobody would be written to; and of a stretch in which there are many
    times, one a day for each who waits. As many queries for any number of rows.
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
    starts = free(kinds)
    suiting = []
    for pk, wish in wishes.items():
        kind = kind_of(entries[pk])
        suiting.append(partial(_suiting, wish, starts.get(kind, {}), kind[1], clinic=clinic))
    return _kept(suiting, asked, clinic)


def _kept(
    suiting: Iterable[Callable[..., Iterator[tuple[Span, Iterable[int]]]]],
    asked: Sequence[AskedStretch],
    clinic: Clinic,
) -> dict[int, list[Span]]:
    """All of short stretches, and of long ones one time a day for each of the wishes."""
    long = [one for one in asked if _has_many_times(one.span)]
    short = [one for one in asked if not _has_many_times(one.span)]
    kept: dict[int, list[Span]] = defaultdict(list)
    one_each: dict[int, list[Span]] = defaultdict(list)
    for starts_that_suit in suiting:
        for span, takers in starts_that_suit(asked=short):
            for therapist in takers:
                kept[therapist].append(span)
        _keep_one_a_day(starts_that_suit(asked=long), one_each, clinic)
    return {pk: joined([*kept[pk], *one_each[pk]]) for pk in {*kept, *one_each}}


def _has_many_times(span: Span) -> bool:
    """Hours, a room, time off that is taken back: if it were all kept, days would be full."""
    return span[1] - span[0] > OF_A_VISIT


def _keep_one_a_day(
    suiting: Iterable[tuple[Span, Iterable[int]]], kept: dict[int, list[Span]], clinic: Clinic
) -> None:
    """By day, since most who ask see one of them only, and must not be told otherwise."""
    done = set()
    for span, takers in suiting:
        day = clinic.day_of(datetime.fromtimestamp(span[0], UTC))
        free = (pk for pk in sorted(takers) if not _is_near(span, kept[pk]))
        if day not in done and (therapist := next(free, None)):
            kept[therapist].append(span)
            done.add(day)


def _is_near(span: Span, others: Iterable[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


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
    *,
    asked: Sequence[AskedStretch],
    clinic: Clinic,
) -> Iterator[tuple[Span, Iterable[int]]]:
    for start, takers in starts.items() if asked else ():
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
