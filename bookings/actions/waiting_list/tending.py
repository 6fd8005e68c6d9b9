"""What is done for the list each minute, and whenever somebody rings: nothing here is lost by
being killed, and nothing happens twice by being done again.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from bookings.actions.one_worker import Work, alone_with
from bookings.actions.refusals import Busy, Refused
from bookings.actions.waiting_list import offers
from bookings.actions.waiting_list.offers import OfferRequest
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    Client,
    Clinic,
    EntryState,
    FreedBy,
    FreedTime,
    Mail,
    MailKind,
    MailState,
    WaitlistEntry,
    WaitlistOffer,
)
from bookings.queries.scheduling.slots import Placement
from bookings.queries.training import protocol
from bookings.queries.waiting_list.got import got_since
from bookings.queries.waiting_list.matches import Candidate, OpenGap, gap_of, relayed_gap

AT_ONCE = 50  # rows that are read together
REMEMBERED_FOR = timedelta(days=30)
NEVER_ARRIVED = (MailState.FAILED, MailState.DEAD, MailState.CANCELLED, MailState.MISSED)


def tend(*, now: datetime) -> int:
    """End what is over, and offer what has come free. Returns how many offers were made.

    One worker does so at a time; the others leave it to that one.
    """
    with alone_with(Work.WAITING_LIST) as is_alone:
        if not is_alone:
            return 0
        _end_what_is_over(now)
        clinic = Clinic.objects.the()
        if clinic.mail_paused_at or _is_night(clinic, now):
            return 0  # an offer that nobody reads would only keep the time from others
        made = 0
        while due := list(FreedTime.objects.due(now)[:AT_ONCE]):
            made += sum(_work(clinic, freed, now) for freed in due)
        return made + sum(_pass_on(clinic, visit, now) for visit in _to_be_passed_on(now))


def look_through(*, now: datetime) -> None:
    """Note that all that is free is to be gone through: a new day, or whoever may be asked again.

    Also what escaped everything else.
    """
    FreedTime.objects.filter(worked_at__lt=now - REMEMBERED_FOR).delete()
    again = FreedTime.objects.to_be_worked().filter(cause=FreedBy.LOOK)
    if again.exists() or not WaitlistEntry.objects.waiting().exists():
        return
    clinic = Clinic.objects.the()
    last = clinic.last_bookable_day(now) + timedelta(days=1)
    FreedTime.objects.create(
        starts_at=now,
        ends_at=clinic.begin_of(last),
        cause=FreedBy.LOOK,
        freed_at=now,
        due_at=now,
    )


def _is_night(clinic: Clinic, now: datetime) -> bool:
    return protocol.current().mails.reminders.hours_begin(now, clinic.tz) > now


def _end_what_is_over(now: datetime) -> None:
    for offer in WaitlistOffer.objects.open().filter(until__lte=now):
        offers.expire(offer, now=now)
    for offer in _without_their_time(now):
        offers.withdraw(offer, now=now)
    for offer in _whose_mail_came_back():
        offers.pass_over(offer, now=now)
    end_what_was_got(now=now)
    today = Clinic.objects.the().day_of(now)
    waiting = WaitlistEntry.objects.waiting()
    has_passed = Q(last_day__lt=today) | Q(appointment__starts_at__lte=now)
    has_gone = Q(appointment__isnull=False) & ~Q(appointment__status=Status.BOOKED)
    for entry in waiting.filter(has_passed | has_gone):
        offers.withdraw_unneeded(entry, now=now)
        waiting.filter(pk=entry.pk).update(state=EntryState.OVER, ended_at=now)


def end_what_was_got(*, client: Client | None = None, now: datetime) -> None:
    """Booked since, by the desk or themselves, and all they asked for; one visit, one wish."""
    used: set[int] = set()
    for entry, visit in got_since(client=client, now=now):
        if visit.pk not in used and not entry.offers.open().exists():
            used.add(visit.pk)
            offers.end_with(entry, visit, now=now)


def _without_their_time(now: datetime) -> Sequence[WaitlistOffer]:
    """A closure, a block or somebody who left has taken it."""
    there = WaitlistOffer.objects.open().filter(until__gt=now)
    held = Q(hold__status=Status.HELD, hold__held_until__gt=now)
    relayed = Q(relayed__in=Appointment.objects.relayed(now))
    return list(there.exclude(held).exclude(relayed))


def _whose_mail_came_back() -> Sequence[WaitlistOffer]:
    """Refused at once, returned later, or never sent; one in doubt may have arrived."""
    there = list(WaitlistOffer.objects.open().select_related("client"))
    if not there:
        return []
    refused = Mail.objects.filter(
        client__in=[one.client_id for one in there],
        about__offer__in=[one.pk for one in there],
        kind=MailKind.WAIT_OFFER,
        state__in=NEVER_ARRIVED,
    )
    lost = set(refused.values_list("about__offer", flat=True))
    return [one for one in there if one.pk in lost or one.client.bounced_at]


def _to_be_passed_on(now: datetime) -> Sequence[Appointment]:
    """Whose time nobody is thinking about."""
    relayed = Appointment.objects.relayed(now).with_everything()
    thought_about = WaitlistOffer.objects.open().filter(relayed=OuterRef("pk"))
    return list(relayed.filter(~Exists(thought_about)))


def _pass_on(clinic: Clinic, visit: Appointment, now: datetime) -> int:
    """To one at a time: the next is asked when that one has passed it on."""
    gap = relayed_gap(clinic, visit, now=now)
    while gap and (first := gap.next_in_line(clinic.day_of(visit.starts_at))):
        gap, offered = _offer_to(first, gap, now, relayed=visit.pk)
        if offered:
            return 1
    return 0


def _work(clinic: Clinic, freed: FreedTime, now: datetime) -> int:
    made = 0
    gap = gap_of(clinic, freed.interval, now=now)
    for day in gap.days if gap else []:
        assert gap is not None  # noqa: S101 - else there are no days
        gap, offered = _offer_on(gap, day, now)
        made += offered
    FreedTime.objects.to_be_worked().filter(pk=freed.pk).update(worked_at=now)
    return made


def _offer_on(gap: OpenGap, day: date, now: datetime) -> tuple[OpenGap, int]:
    """One after another in their order, as many as fit; how many were made."""
    made = 0
    while first := gap.next_in_line(day):
        gap, offered = _offer_to(first, gap, now)
        made += offered
    return gap, made


def _offer_to(
    first: Candidate, gap: OpenGap, now: datetime, relayed: int | None = None
) -> tuple[OpenGap, bool]:
    """Whoever has looked elsewhere meanwhile, or has been overtaken, is not."""
    assert first.match is not None  # noqa: S101 - as next_in_line says
    start = first.match.start
    try:
        wanted = OfferRequest(entry=first.entry.pk, start=start, relayed=relayed)
        offer = offers.make(wanted, now=now)
    except Busy:
        raise  # the row stays to be worked
    except Refused:
        return gap.refused(first.entry.pk, start), False
    if relayed:
        return gap, True
    assert offer.hold is not None  # noqa: S101 - just made
    return gap.without(first.entry.pk, Placement.of(offer.hold)), True
