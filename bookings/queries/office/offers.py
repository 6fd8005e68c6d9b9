"""Treatments, rooms and therapists as the owner looks after them, and what each of them lacks."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from bookings.models import (
    Appointment,
    ExtraShift,
    Room,
    RoomLoan,
    Therapist,
    Treatment,
    WeeklyShift,
)

LONGEST_SLUG = 40  # so that a number has room behind it


def treatments() -> QuerySet[Treatment]:
    """Each says `is_offered`, by anybody who works here, and `has_a_room` that is in use.

    With their therapists and rooms: three queries.
    """
    offering = Therapist.objects.active().filter(treatments=OuterRef("pk"))
    chosen = Room.objects.filter(treatments=OuterRef("pk"))
    in_use = Room.objects.filter(active=True)
    rows: QuerySet = Treatment.objects.all()
    return rows.annotate(
        is_offered=Exists(offering),
        has_a_room=Exists(chosen.filter(active=True)) | (~Exists(chosen) & Exists(in_use)),
    ).prefetch_related("therapists", "rooms")


def therapists(today: date) -> QuerySet[Therapist]:
    """Each says whether they offer a treatment, have hours from today on, and have a picture."""
    rows: QuerySet = Therapist.objects.with_portraits()
    still = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    weekly = WeeklyShift.objects.filter(still, therapist=OuterRef("pk"))
    extra = ExtraShift.objects.filter(therapist=OuterRef("pk"), day__gte=today)
    offered = Treatment.objects.filter(therapists=OuterRef("pk"), active=True)
    return rows.annotate(
        offers_something=Exists(offered),
        has_hours=Exists(weekly) | Exists(extra),
    ).select_related("user")


def lacking(therapist: Therapist | None) -> list[str]:
    """What somebody of `therapists` who treats here still needs to be booked, and to be known."""
    if therapist is None or not therapist.active:
        return []
    needs = (
        (therapist.offers_something, _("a treatment")),
        (therapist.has_hours, _("hours of work")),
        (therapist.user, _("a login")),
        (therapist.portrait_digest, _("a photo")),
    )
    return [name for there, name in needs if not there]


@dataclass(frozen=True)
class RoomInUse:
    room: Room
    fits: list[Treatment]  # of those that can be booked
    fits_all: bool
    next_loan: RoomLoan | None


def rooms(now: datetime) -> list[RoomInUse]:
    """With what can be booked there, and when it is lent out next; four queries."""
    bookable = list(Treatment.objects.filter(active=True).prefetch_related("rooms"))
    found = []
    loans = {one.room_id: one for one in RoomLoan.objects.filter(ends_at__gt=now).reverse()}
    for room in Room.objects.all():
        fits = [one for one in bookable if not one.rooms.all() or room in one.rooms.all()]
        found.append(RoomInUse(room, fits, fits == bookable, loans.get(room.pk)))
    return found


def fitting(room: Room) -> QuerySet[Treatment]:
    """What may take place there: whatever names it, or no room at all."""
    named = Q(rooms=None) if room.pk is None else Q(rooms=None) | Q(rooms=room.pk)
    return Treatment.objects.filter(named).distinct()


def bound_to(room: Room) -> QuerySet[Treatment]:
    """What may take place nowhere else."""
    if room.pk is None:
        return Treatment.objects.none()
    elsewhere = Room.objects.exclude(pk=room.pk)
    named = Treatment.objects.filter(rooms=room.pk).exclude(rooms__in=elsewhere)
    return named if elsewhere.exists() else fitting(room)


def booked_ahead(treatment: Treatment, *, now: datetime) -> int:
    """How many visits to come are booked of it."""
    return Appointment.objects.upcoming(now).filter(treatment=treatment).count()


def booked_in(room: Room, *, now: datetime) -> int:
    """How many visits to come are booked there."""
    return Appointment.objects.upcoming(now).filter(room=room).count()


def booked_with(therapist: Therapist, *, now: datetime) -> int:
    """How many visits to come are booked with them."""
    return Appointment.objects.upcoming(now).filter(therapist=therapist).count()


def free_slug(model: type[Treatment] | type[Therapist], name: str) -> str:
    """The name as an address has it, with a number where another row has that."""
    slug = slugify(name)[:LONGEST_SLUG].strip("-") or model.__name__.lower()
    taken = set(model.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    numbered = (f"{slug}-{number}" for number in count(2))
    return slug if slug not in taken else next(one for one in numbered if one not in taken)
