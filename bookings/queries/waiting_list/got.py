"""Who has got what they wait for by another way."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db.models import F, Max

from bookings.core.scheduling.parts_of_day import part_of_day
from bookings.core.scheduling.statuses import FREES_ITS_TIME, Status
from bookings.models import (
    Appointment,
    Client,
    Clinic,
    EntryState,
    OfferState,
    WaitlistEntry,
    WaitlistOffer,
)
from bookings.queries.waiting_list.wishes import changed_at

NOT_GOT = (*FREES_ITS_TIME, Status.HELD)


def got_since(
    *, client: Client | None = None, now: datetime
) -> Iterator[tuple[WaitlistEntry, Appointment]]:
    """Each, or each of a client’s, with a visit that is all that was asked for; whoever has waited
    longest first.

    Not what the list itself has given: that has ended the wish it was for. Nor what comes of a
    series, which comes besides, or what was booked before they last said that they wait.
    """
    visits = _booked_since(client, now)
    if not visits:
        return
    clinic = Clinic.objects.the()
    people = {visit.client_id for visit in visits}
    waiting = WaitlistEntry.objects.waiting().filter(client__in=people, appointment=None)
    entries = list(waiting.with_everything().order_by("joined_at"))
    said = _last_said(entries)
    for entry in entries:
        for visit in visits:
            is_after = visit.booked_at is not None and visit.booked_at >= said[entry.pk]
            if is_after and is_it(visit, entry, clinic):
                yield entry, visit
                break


def _booked_since(client: Client | None, now: datetime) -> list[Appointment]:
    """What might be it, of any who wait."""
    waits = "client__waits_for"
    booked = Appointment.objects.filter(
        status=Status.BOOKED,
        starts_at__gt=now,
        offer=None,
        series=None,
        **{f"{waits}__state": EntryState.WAITING, f"{waits}__treatment": F("treatment")},
        booked_at__gte=F(f"{waits}__joined_at"),
    ).distinct()
    if client:
        booked = booked.filter(client=client)
    return list(booked.order_by("booked_at"))


def what_was_got(entry: WaitlistEntry, clinic: Clinic) -> Appointment | None:
    """The visit that has ended a wish, while it stands."""
    if entry.state != EntryState.SERVED:
        return None
    offer = entry.offers.filter(state=OfferState.ACCEPTED).select_related("hold").last()
    if offer or entry.appointment:
        visit = entry.appointment or (offer and offer.hold)
        return visit if visit and visit.status not in NOT_GOT else None
    during = {"booked_at__gte": entry.joined_at, "booked_at__lte": entry.ended_at}
    booked = entry.client.appointments.filter(offer=None, series=None, **during)
    there = booked.exclude(status__in=NOT_GOT).order_by("-booked_at")
    return next((visit for visit in there if is_it(visit, entry, clinic)), None)


def is_it(visit: Appointment, entry: WaitlistEntry, clinic: Clinic) -> bool:
    """Whether it is on a day and at a time that they wait for, with whom they wait for."""
    day = clinic.day_of(visit.starts_at)
    part = part_of_day(visit.starts_at.astimezone(clinic.tz).time())
    return (
        visit.client_id == entry.client_id
        and visit.treatment_id == entry.treatment_id
        and entry.first_day <= day <= entry.last_day
        and entry.therapist_id in (None, visit.therapist_id)
        and (not entry.weekdays or day.weekday() in entry.weekdays)
        and (not entry.parts or part in entry.parts)
    )


def _last_said(entries: Sequence[WaitlistEntry]) -> dict[int, datetime]:
    """When they joined, asked for something else, or passed an offer on and stayed."""
    changed, stayed = changed_at(entries), _stayed_at([one.pk for one in entries])
    return {
        one.pk: max(
            one.joined_at, changed.get(one.pk, one.joined_at), stayed.get(one.pk, one.joined_at)
        )
        for one in entries
    }


def _stayed_at(entries: Collection[int]) -> dict[int, datetime]:
    declined = WaitlistOffer.objects.filter(entry__in=entries, state=OfferState.DECLINED)
    last = declined.order_by().values("entry").annotate(last=Max("ended_at"))
    return dict(last.values_list("entry", "last"))
