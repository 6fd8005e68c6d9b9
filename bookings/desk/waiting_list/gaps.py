"""Times that have come free or are passed on, and for each whom on the list it suits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings import dates
from bookings.actions.waiting_list.offers import SET_ASIDE_BY_HAND
from bookings.core.intervals import Interval
from bookings.core.waiting_list.reasons import WhyNot
from bookings.core.waiting_list.wishes import Start
from bookings.models import Appointment, Clinic, FreedBy, FreedTime, WaitlistEntry, WaitlistOffer
from bookings.queries.scheduling.slots import Ignoring
from bookings.queries.waiting_list.in_words import WishInWords, why_not_written_to, wish_in_words
from bookings.queries.waiting_list.matches import Candidate, OpenGap, gap_of, relayed_gap
from bookings.queries.waiting_list.wishes import duration_of

GAPS_SHOWN, DAYS_SHOWN = 20, 7
RING = (WhyNot.UNREACHABLE, WhyNot.UNCONFIRMED, WhyNot.TOO_NEAR)
AT_A_TIME = (FreedBy.VISIT, FreedBy.HOLD, FreedBy.ABSENCE, FreedBy.LOAN, FreedBy.EXTRA)


@dataclass(frozen=True)
class WaitedGap:
    """What has come free, or the time of a visit that is passed on and stands until it is taken."""

    interval: Interval
    freed: FreedTime | None = None
    visit: Appointment | None = None
    visits_end: datetime | None = None

    @property
    def name(self) -> str:
        """As the page's address has it."""
        return f"visit-{self.visit.pk}" if self.visit else f"{self.freed.pk if self.freed else 0}"

    @property
    def start(self) -> datetime:
        return self.interval.start

    @property
    def until(self) -> str:
        """Of a visit its own end, without the pause after it."""
        end = self.visit.ends_at if self.visit else self.visits_end or self.interval.end
        return dates.until(end, self.interval.start, Clinic.objects.the().tz)

    def pauses(self, now: datetime) -> bool:
        """Whether it may be taken back before anybody is written to."""
        return bool(self.freed and self.freed.worked_at is None and self.freed.due_at > now)


@dataclass(frozen=True)
class Suited:
    """A line of whom a gap suits: in words, with the start that would be offered by hand, or that
    the desk books for them on the phone; what is passed on it hands over to them."""

    candidate: Candidate
    wish: WishInWords
    start: Start
    why: str
    can_be_offered: bool
    book_url: str = ""
    can_have_it: bool = False

    @property
    def need(self) -> str:
        return dates.translated(self.candidate.rank.need.sentence)

    @property
    def end(self) -> datetime:
        return self.start.at + timedelta(seconds=duration_of(self.candidate.entry).length)

    @property
    def better(self) -> str:
        """Why it suits their training better than what they have; nothing of other wishes."""
        because = self.candidate.because(self.start)
        return dates.translated(because.theirs) if because else ""


@dataclass(frozen=True)
class GapOfADay:
    """Whom it suits on that day, in the list's order, and the others each with why not."""

    day: date
    suited: list[Suited]
    others: list[tuple[WaitlistEntry, str]]


def gaps(clinic: Clinic, now: datetime) -> list[WaitedGap]:
    """What is passed on, then what has come free, the first to come first; what is gone is not."""
    return [*passed_on(now), *_still_there(clinic, came_free(now), now)]


def passed_on(now: datetime) -> list[WaitedGap]:
    relayed = Appointment.objects.relayed(now).with_everything()
    return [WaitedGap(Interval(one.starts_at, one.blocked_until), visit=one) for one in relayed]


def came_free(now: datetime) -> list[WaitedGap]:
    """Whether or not it is free still."""
    freed = FreedTime.objects.filter(ends_at__gt=now, cause__in=AT_A_TIME)
    one_each = freed.order_by("starts_at", "ends_at", "-freed_at").distinct("starts_at", "ends_at")
    found = list(one_each)
    gone = Appointment.objects.filter(starts_at__in=[one.starts_at for one in found])
    spans = gone.values_list("starts_at", "blocked_until", "ends_at") if found else []
    ends = {(start, blocked): end for start, blocked, end in spans}
    return [
        WaitedGap(one.interval, freed=one, visits_end=ends.get((one.starts_at, one.ends_at)))
        for one in found
    ]


def _still_there(clinic: Clinic, there: Sequence[WaitedGap], now: datetime) -> Iterator[WaitedGap]:
    """Where anything that is waited for fits in, or is kept for somebody; in one look at all."""
    if not there:
        return
    kept = WaitlistOffer.objects.open().filter(until__gt=now, hold__isnull=False)
    spans = list(kept.values_list("starts_at", "ends_at"))
    first, last = there[0].interval.start, max(one.interval.end for one in there)
    whole = gap_of(clinic, Interval(first, last), at_once=True, everybody=True, now=now)
    for one in there:
        is_kept = any(start < one.interval.end and one.interval.start < end for start, end in spans)
        if is_kept or (whole and whole.has_room_in(one.interval)):
            yield one


def asked_about(gap: WaitedGap) -> list[WaitlistOffer]:
    """Who has been offered some of it since it came free, and what became of that."""
    there = WaitlistOffer.objects.filter(
        starts_at__lt=gap.interval.end, ends_at__gt=gap.interval.start
    )
    mine = Q(relayed=gap.visit) if gap.visit else Q(relayed=None)
    return list(there.filter(mine).with_everything().order_by("made_at"))


def days_of(
    clinic: Clinic, gap: WaitedGap, asked: Sequence[WaitlistOffer], now: datetime
) -> Iterator[GapOfADay]:
    """As if what is kept for somebody now were free: the next in line are of interest too."""
    kept = [one for one in asked if one.is_open(now)]
    found = open_gap(clinic, gap, [one.hold_id for one in kept if one.hold_id], now)
    for day in found.days[:DAYS_SHOWN] if found else []:
        assert found is not None  # noqa: S101 - else there are no days
        yield _day(clinic, gap, found, day, kept)


def open_gap(clinic: Clinic, gap: WaitedGap, kept: Sequence[int], now: datetime) -> OpenGap | None:
    if gap.visit:
        return relayed_gap(clinic, gap.visit, everybody=True, now=now)
    ignoring = Ignoring(appointments=tuple(kept))
    asked: Any = {"at_once": True, "everybody": True, "ignoring": ignoring, "now": now}
    return gap_of(clinic, gap.interval, **asked)


def _day(
    clinic: Clinic, gap: WaitedGap, open_there: OpenGap, day: date, kept: Sequence[WaitlistOffer]
) -> GapOfADay:
    found, today = open_there.candidates(day), clinic.day_of(open_there.now)
    suited = [one for one in found if one.wanted]
    asked = {one.entry_id for one in kept}  # they are listed as such
    return GapOfADay(
        day=day,
        suited=[
            _suited(gap, one, wish_in_words(one.entry, clinic, today), kept, is_next=number == 0)
            for number, one in enumerate(suited)
        ],
        others=[
            (one.entry, dates.translated(one.why_not.sentence))
            for one in found
            if not one.wanted and one.why_not and one.entry.pk not in asked
        ],
    )


def _suited(
    gap: WaitedGap,
    candidate: Candidate,
    wish: WishInWords,
    kept: Sequence[WaitlistOffer],
    *,
    is_next: bool,
) -> Suited:
    match = candidate.match
    start = match.start if match else candidate.wanted[0]
    end = start.at + timedelta(seconds=duration_of(candidate.entry).length)
    is_kept = any(one.starts_at < end and start.at < one.ends_at for one in kept)
    comes_first = is_next and not is_kept
    reason = candidate.why_not or (None if comes_first else WhyNot.OTHERS_FIRST)
    rings = reason in RING and not is_kept
    return Suited(
        candidate=candidate,
        wish=wish,
        start=start,
        why=_why(candidate, reason, kept),
        can_be_offered=not is_kept and (match is not None or reason in SET_ASIDE_BY_HAND),
        book_url=_book_url(candidate.entry, start) if rings and not gap.visit else "",
        can_have_it=rings and gap.visit is not None,
    )


def _why(candidate: Candidate, reason: WhyNot | None, kept: Sequence[WaitlistOffer]) -> str:
    if any(one.entry_id == candidate.entry.pk for one in kept):
        return _("They are thinking about it.")
    if reason == WhyNot.UNREACHABLE:
        return why_not_written_to(candidate.entry.client)
    return dates.translated(reason.sentence) if reason else ""


def _book_url(entry: WaitlistEntry, start: Start) -> str:
    """Where the desk books it, or moves what should be earlier."""
    if entry.appointment_id:
        return reverse("diary:appointment", args=[entry.appointment_id])
    at = start.at.astimezone(Clinic.objects.the().tz)
    asked = {
        "who": entry.client.name,
        "client": entry.client_id,
        "treatment": entry.treatment_id,
        "therapist": entry.therapist_id or "",
        "when": f"{at:%Y-%m-%d %H:%M}",
    }
    return f"{reverse('diary:new')}?{urlencode(asked)}"
