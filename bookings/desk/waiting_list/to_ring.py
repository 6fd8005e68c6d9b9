"""Times that only ringing gives to somebody on the list, for the desk's first page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.urls import reverse

from bookings.core.intervals import Interval
from bookings.core.waiting_list.matching import Match
from bookings.desk.waiting_list.gaps import (
    GAPS_SHOWN,
    RING,
    WaitedGap,
    came_free,
    passed_on,
)
from bookings.models import Clinic, FreedBy, WaitlistOffer
from bookings.queries.scheduling.slots import Ignoring
from bookings.queries.waiting_list.matches import OpenGap, gap_of, is_of

WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class GapToRing:
    """With how many it suits who can be rung."""

    gap: WaitedGap
    suits: int

    @property
    def url(self) -> str:
        return f"{reverse('desk:waiting_list')}?gap={self.gap.name}#whom"


def gaps_to_ring(clinic: Clinic, now: datetime) -> list[GapToRing]:
    """Those that suit somebody and that no mail can offer, in one look at the diary."""
    handed_back = [one for one in passed_on(now) if one.start < now + WITHIN]
    freed = [one for one in came_free(now) if one.start < now + WITHIN and _is_a_visits(one, now)]
    there = [*handed_back, *freed[:GAPS_SHOWN]]
    if not there:
        return []
    relayed = tuple(one.visit.pk for one in handed_back if one.visit)
    during = Interval(now, max(one.interval.end for one in there))
    ignoring = Ignoring(appointments=relayed)
    whole = gap_of(clinic, during, at_once=True, everybody=True, ignoring=ignoring, now=now)
    if whole is None:
        return []
    thought_about = set(_thought_about(relayed))
    still_theirs = [one.interval for one in handed_back]
    found = [
        GapToRing(one, _to_be_rung(whole, one, still_theirs))
        for one in there
        if not (one.visit and one.visit.pk in thought_about)
    ]
    return sorted((one for one in found if one.suits), key=lambda one: one.gap.start)


def _is_a_visits(gap: WaitedGap, now: datetime) -> bool:
    """Hours that come back are looked through on the list; and what may be taken back, not yet."""
    cause = gap.freed.cause if gap.freed else ""
    return cause in (FreedBy.VISIT, FreedBy.HOLD) and not gap.pauses(now)


def _thought_about(relayed: tuple[int, ...]) -> Iterator[int | None]:
    if relayed:
        there = WaitlistOffer.objects.open().filter(relayed__in=relayed)
        yield from there.values_list("relayed", flat=True)


def _to_be_rung(whole: OpenGap, gap: WaitedGap, still_theirs: list[Interval]) -> int:
    """None where a mail can offer it to anybody."""
    there = replace(whole, interval=gap.interval)
    there = is_of(gap.visit, there) if gap.visit else replace(there, paused=still_theirs)
    found = list(there.whom())
    if any(isinstance(one, Match) for _, one in found):
        return 0
    rung = {pk for pk, one in found if one in RING and there.entries[pk].client.phone}
    return len({there.entries[pk].client_id for pk in rung})
