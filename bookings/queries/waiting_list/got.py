"""Who has got what they wait for by another way."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F

from bookings.core.scheduling.parts_of_day import part_of_day
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, EntryState, WaitlistEntry
from bookings.queries.waiting_list.wishes import serves


def got_since(
    *, client: Client | None = None, now: datetime
) -> Iterator[tuple[WaitlistEntry, Appointment]]:
    """Each, or each of a client’s, with a visit that is all that was asked for; whoever has waited
    longest first.

    Not what the list itself has given: that has ended the wish it was for.
    """
    waits = "client__waits_for"
    booked = Appointment.objects.filter(
        status=Status.BOOKED,
        starts_at__gt=now,
        offer=None,
        **{f"{waits}__state": EntryState.WAITING, f"{waits}__treatment": F("treatment")},
        booked_at__gte=F(f"{waits}__joined_at"),
    ).distinct()
    if client:
        booked = booked.filter(client=client)
    visits = list(booked.order_by("booked_at"))
    if not visits:
        return
    clinic = Clinic.objects.the()
    people = {visit.client_id for visit in visits}
    for entry in WaitlistEntry.objects.waiting().filter(client__in=people).order_by("joined_at"):
        for visit in visits:
            if visit.client_id == entry.client_id and _is_it(visit, entry, clinic):
                yield entry, visit
                break


def _is_it(visit: Appointment, entry: WaitlistEntry, clinic: Clinic) -> bool:
    day = clinic.day_of(visit.starts_at)
    part = part_of_day(visit.starts_at.astimezone(clinic.tz).time())
    return (
        serves(visit, entry)
        and entry.first_day <= day <= entry.last_day
        and entry.therapist_id in (None, visit.therapist_id)
        and (not entry.weekdays or day.weekday() in entry.weekdays)
        and (not entry.parts or part in entry.parts)
    )
