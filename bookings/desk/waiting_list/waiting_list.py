"""Who waits, what has come free, whom it suits, and why each of them was not offered it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings import dates
from bookings.actions.refusals import Refused
from bookings.actions.waiting_list import entries, offers
from bookings.actions.waiting_list.offers import SET_ASIDE_BY_HAND, OfferRequest
from bookings.core.intervals import Interval
from bookings.core.waiting_list.reasons import WhyNot
from bookings.core.waiting_list.wishes import Start
from bookings.models import Clinic, FreedBy, FreedTime, WaitlistEntry, WaitlistOffer
from bookings.queries.scheduling.slots import Ignoring
from bookings.queries.waiting_list.in_words import WishInWords, wish_in_words
from bookings.queries.waiting_list.matches import Candidate, OpenGap, gap_of
from bookings.queries.waiting_list.wishes import duration_of
from bookings.web.actor import who
from bookings.web.days import instant_in
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest

SHOWN, GAPS_SHOWN, DAYS_SHOWN = 200, 20, 7
RING = (WhyNot.UNREACHABLE, WhyNot.UNCONFIRMED, WhyNot.TOO_NEAR)
AT_A_TIME = (FreedBy.VISIT, FreedBy.HOLD, FreedBy.ABSENCE, FreedBy.LOAN, FreedBy.EXTRA)


@dataclass(frozen=True)
class Suited:
    """A line of whom a gap suits: in words, with the start that would be offered by hand, or that
    the desk books for them on the phone."""

    candidate: Candidate
    wish: WishInWords
    start: Start
    why: str
    can_be_offered: bool
    book_url: str = ""

    @property
    def need(self) -> str:
        return dates.translated(self.candidate.rank.need.sentence)


@dataclass(frozen=True)
class GapOfADay:
    """Whom it suits on that day, in the list's order, and the others each with why not."""

    day: date
    suited: list[Suited]
    others: list[tuple[WaitlistEntry, str]]


@require_safe
def waiting_list(request: StaffRequest) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    today = clinic.day_of(now)
    gaps = list(_gaps(now))
    chosen = next((one for one in gaps if one.pk == whole_number(request.GET.get("gap"))), None)
    asked = _asked_about(chosen) if chosen else []
    waiting = WaitlistEntry.objects.waiting().with_everything()
    context = {
        "clinic": clinic,
        "today": today,
        "now": now,
        "gaps": [
            (one, dates.until(one.ends_at, one.starts_at, clinic.tz)) for one in gaps[:GAPS_SHOWN]
        ],
        "chosen": chosen,
        "pauses": chosen is not None and chosen.worked_at is None and chosen.due_at > now,
        "days": list(_days(clinic, chosen, asked, now)) if chosen else [],
        "asked": asked,
        "open_offers": WaitlistOffer.objects.open().with_everything().order_by("until"),
        "entries": [(one, wish_in_words(one, clinic, today)) for one in waiting[:SHOWN]],
        "in_all": waiting.count(),
    }
    return render(request, "desk/waiting_list/list.html", context)


def _gaps(now: datetime) -> QuerySet[FreedTime]:
    """One of each time, the first to come first."""
    ahead = FreedTime.objects.filter(ends_at__gt=now, cause__in=AT_A_TIME)
    return ahead.order_by("starts_at", "ends_at", "-freed_at").distinct("starts_at", "ends_at")


def _end(freed: FreedTime, clinic: Clinic) -> str:
    return dates.until(freed.ends_at, freed.starts_at, clinic.tz)


def _asked_about(freed: FreedTime) -> list[WaitlistOffer]:
    """Who has been offered some of it, and what became of that."""
    there = WaitlistOffer.objects.filter(starts_at__lt=freed.ends_at, ends_at__gt=freed.starts_at)
    return list(there.with_everything().order_by("made_at"))


def _days(
    clinic: Clinic, freed: FreedTime, asked: Sequence[WaitlistOffer], now: datetime
) -> Iterator[GapOfADay]:
    """As if what is kept for somebody now were free: the next in line are of interest too."""
    kept = [one for one in asked if one.is_open(now)]
    ignoring = Ignoring(appointments=tuple(one.hold_id for one in kept if one.hold_id))
    gap = gap_of(clinic, freed.interval, at_once=True, ignoring=ignoring, now=now)
    for day in gap.days[:DAYS_SHOWN] if gap else []:
        assert gap is not None  # noqa: S101 - else there are no days
        yield _day(clinic, gap, day, kept)


def _day(clinic: Clinic, gap: OpenGap, day: date, kept: Sequence[WaitlistOffer]) -> GapOfADay:
    found, today = gap.candidates(day), clinic.day_of(gap.now)
    suited = [one for one in found if one.wanted]
    return GapOfADay(
        day=day,
        suited=[
            _suited(one, wish_in_words(one.entry, clinic, today), kept, is_next=number == 0)
            for number, one in enumerate(suited)
        ],
        others=[
            (one.entry, dates.translated(one.why_not.sentence))
            for one in found
            if not one.wanted and one.why_not
        ],
    )


def _suited(
    candidate: Candidate, wish: WishInWords, kept: Sequence[WaitlistOffer], *, is_next: bool
) -> Suited:
    match = candidate.match
    start = match.start if match else candidate.wanted[0]
    end = start.at + timedelta(seconds=duration_of(candidate.entry).length)
    is_kept = any(one.starts_at < end and start.at < one.ends_at for one in kept)
    comes_first = is_next and not is_kept
    reason = candidate.why_not or (None if comes_first else WhyNot.OTHERS_FIRST)
    return Suited(
        candidate=candidate,
        wish=wish,
        start=start,
        why=dates.translated(reason.sentence) if reason else "",
        can_be_offered=not is_kept and (match is not None or reason in SET_ASIDE_BY_HAND),
        book_url=_book_url(candidate.entry, start) if reason in RING and not is_kept else "",
    )


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


@require_POST
def offer_by_hand(request: StaffRequest, pk: int) -> HttpResponse:
    """To one whom the desk has chosen, also out of turn; the hold and the mail are the same."""
    entry = get_object_or_404(WaitlistEntry.objects.waiting().with_everything(), pk=pk)
    start = _start(entry, instant_in(request.POST.get("start", "")))
    try:
        if start is None:
            raise Refused(_("That time is not free any more."))
        wanted = OfferRequest(entry=entry.pk, start=start, by=who(request), by_hand=True)
        made = offers.make(wanted, now=timezone.now())
    except Refused as refusal:
        messages.error(request, _("{why} Nothing was offered.").format(why=refusal))
    else:
        clinic, now = Clinic.objects.the(), timezone.now()
        said = _("It is kept for {client} until {until}, and a mail says so.")
        until = dates.until(made.until, now, clinic.tz)
        messages.success(request, said.format(client=entry.client, until=until))
    return _back(request)


def _start(entry: WaitlistEntry, at: datetime | None) -> Start | None:
    """As the list knows it, if it is still what they would like."""
    clinic, now = Clinic.objects.the(), timezone.now()
    if at is None or at <= now:
        return None
    around = Interval(at, at + timedelta(seconds=duration_of(entry).blocked))
    gap = gap_of(clinic, around, at_once=True, now=now)
    found = gap.candidates(clinic.day_of(at)) if gap else []
    wanted = (one.wanted for one in found if one.entry.pk == entry.pk)
    return next((start for there in wanted for start in there if start.at == at), None)


@require_POST
def take(request: StaffRequest, pk: int) -> HttpResponse:
    """They have rung instead of pressing: the same as their press."""
    offer = get_object_or_404(WaitlistOffer.objects.with_everything(), pk=pk)
    try:
        visit = offers.accept(offer, by=who(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, _("{why} Nothing has been booked.").format(why=refusal))
    else:
        clinic = Clinic.objects.the()
        today = clinic.day_of(timezone.now())
        day = dates.day_and_time_from(visit.starts_at, clinic.tz, today)
        said = _("{client} has it: {day}. A mail confirms it.")
        messages.success(request, said.format(client=offer.client, day=day))
    return _back(request)


@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    offer = get_object_or_404(WaitlistOffer.objects.with_everything(), pk=pk)
    try:
        offers.withdraw(offer, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("The offer is withdrawn, and {client} is told.")
        messages.success(request, said.format(client=offer.client))
    return _back(request)


@require_POST
def take_off(request: StaffRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(WaitlistEntry.objects.with_everything(), pk=pk)
    try:
        entries.leave(entry, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("{client} is off the list.").format(client=entry.client))
    return _back(request)


def _back(request: StaffRequest) -> HttpResponse:
    gap = whole_number(request.POST.get("gap"))
    return redirect(reverse("desk:waiting_list") + (f"?gap={gap}" if gap else ""))
