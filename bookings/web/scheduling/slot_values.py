"""Chosen times as forms and sessions carry them: treatment, start and therapist in one text."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from bookings.models import Therapist, Treatment
from bookings.queries.scheduling.slots import Slot
from bookings.web.forms import InstantField

BETWEEN = "|"


def as_text(slot: Slot) -> str:
    therapist = slot.therapist.slug if slot.therapist else ""
    return BETWEEN.join([slot.treatment.slug, slot.start.isoformat(), therapist])


def read_slots(texts: Iterable[str]) -> list[Slot]:
    """What the texts name, each once; whatever makes no sense is left out."""
    treatments = {one.slug: one for one in Treatment.objects.bookable_online()}
    therapists = {one.slug: one for one in Therapist.objects.active()}
    slots = [_read(text, treatments, therapists) for text in texts]
    return list(dict.fromkeys(slot for slot in slots if slot))


def _read(
    text: str, treatments: dict[str, Treatment], therapists: dict[str, Therapist]
) -> Slot | None:
    slug, _, rest = text.partition(BETWEEN)
    start, _, therapist = rest.partition(BETWEEN)
    try:
        instant = InstantField().clean(start)
    except ValidationError:
        return None
    if slug not in treatments or (therapist and therapist not in therapists):
        return None
    return Slot(treatment=treatments[slug], start=instant, therapist=therapists.get(therapist))
