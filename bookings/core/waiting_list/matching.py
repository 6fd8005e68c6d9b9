"""Whether a free start is what somebody waits for, or else why not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings.core.intervals import Interval
from bookings.core.waiting_list.holding import held_until
from bookings.core.waiting_list.reasons import ORDER, WhyNot
from bookings.core.waiting_list.wishes import ListedWish, Start


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When it is asked, on the clinic's clock, and the notice that the clinic needs."""

    now: datetime
    today: date
    notice: timedelta = timedelta()


@dataclass(frozen=True, kw_only=True)
class Match:
    """The start that suits, and until when it would be kept."""

    wish: ListedWish
    start: Start
    until: datetime


def match(wish: ListedWish, starts: Iterable[Start], moment: Moment) -> Match | WhyNot:
    """The first of the starts that can be offered, or why the one that came nearest cannot."""
    nearest = WhyNot.TREATMENT
    for start in starts:
        reason = why_not(wish, start, moment)
        if reason is None:
            until = held_until(moment.now, wish.cut_off(start.at, moment.notice))
            if until is not None:
                return Match(wish=wish, start=start, until=until)
            reason = WhyNot.TOO_NEAR
        nearest = max(nearest, reason, key=ORDER.__getitem__)
    return nearest


def wanted(wish: ListedWish, starts: Iterable[Start], moment: Moment) -> list[Start]:
    """Those that they would want, whatever is against writing to them."""
    found = ((start, why_not(wish, start, moment)) for start in starts)
    return [start for start, reason in found if reason is None or reason.wants_it]


def why_not(wish: ListedWish, start: Start, moment: Moment) -> WhyNot | None:
    """The first thing that is against it."""
    return next(against(wish, start, moment), None)


def against(wish: ListedWish, start: Start, moment: Moment) -> Iterator[WhyNot]:
    """All that is against it; first what says that they would not want it."""
    yield from _against_wanting(wish, start, moment)
    yield from _against_offering(wish, start, moment)


def _against_wanting(wish: ListedWish, start: Start, moment: Moment) -> Iterator[WhyNot]:
    if not wish.first <= start.day <= wish.last:
        yield WhyNot.DATES
    if wish.therapist is not None and wish.therapist not in start.therapists:
        yield WhyNot.THERAPIST
    if wish.weekdays and start.day.weekday() not in wish.weekdays:
        yield WhyNot.WEEKDAY
    if wish.parts and start.part not in wish.parts:
        yield WhyNot.PART
    if wish.earlier_than is not None and start.at >= wish.earlier_than:
        yield WhyNot.NOT_EARLIER
    if wish.better_on is not None and start.day not in wish.better_on:
        yield WhyNot.NOT_BETTER
    if wish.busy and _is_busy(start.at, wish.length, wish.busy):
        yield WhyNot.BUSY
    if start.day.isocalendar()[:2] in wish.weeks_with_one:
        yield WhyNot.HAS_ONE
    if moment.now > start.at - wish.notice:
        yield WhyNot.NOTICE


def _against_offering(wish: ListedWish, start: Start, moment: Moment) -> Iterator[WhyNot]:
    if _was_on_sale(wish, start):
        yield WhyNot.ON_SALE
    if not wish.is_confirmed:
        yield WhyNot.UNCONFIRMED
    if not wish.is_reachable:
        yield WhyNot.UNREACHABLE
    if start.at in wish.tried:
        yield WhyNot.TRIED
    if start.at in wish.given_up:
        yield WhyNot.GIVEN_UP
    if wish.worn_out and _is_worn_out(wish, start):
        yield WhyNot.NEWCOMERS
    if held_until(moment.now, wish.cut_off(start.at, moment.notice)) is None:
        yield WhyNot.TOO_NEAR
    if wish.has_an_offer:
        yield WhyNot.HAS_AN_OFFER
    if wish.asked_on == moment.today:
        yield WhyNot.ASKED_TODAY


def _is_worn_out(wish: ListedWish, start: Start) -> bool:
    """Whoever of the therapists it might be with."""
    there = Interval(start.at, start.at + wish.length)
    takers = start.therapists if wish.therapist is None else {wish.therapist}
    return any(one.therapist in takers and one.time.overlaps(there) for one in wish.worn_out)


def _was_on_sale(wish: ListedWish, start: Start) -> bool:
    """With any of those whom they would come to."""
    if not start.came_free:
        return False
    takers = start.therapists if wish.therapist is None else {wish.therapist}
    return min(start.came_free[one] for one in takers) < (wish.asked_at or wish.since)


def _is_busy(at: datetime, length: timedelta, visits: Sequence[Interval]) -> bool:
    return any(visit.start < at + length and at < visit.end for visit in visits)
