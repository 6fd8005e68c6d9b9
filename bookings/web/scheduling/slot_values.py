"""Chosen times as forms and sessions carry them: treatment, start and therapist in one text."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from bookings.actions.scheduling.allocation import Choice
from bookings.models import Therapist, Treatment
from bookings.web.forms import InstantField

BETWEEN = "|"


def as_text(choice: Choice) -> str:
    therapist = choice.therapist.slug if choice.therapist else ""
    return BETWEEN.join([choice.treatment.slug, choice.start.isoformat(), therapist])


def read_choices(texts: Iterable[str]) -> list[Choice]:
    """What the texts name, each once; whatever makes no sense is left out."""
    treatments = {one.slug: one for one in Treatment.objects.bookable_online()}
    therapists = {one.slug: one for one in Therapist.objects.active()}
    choices = [_read(text, treatments, therapists) for text in texts]
    return list(dict.fromkeys(choice for choice in choices if choice))


def _read(
    text: str, treatments: dict[str, Treatment], therapists: dict[str, Therapist]
) -> Choice | None:
    slug, _, rest = text.partition(BETWEEN)
    start, _, therapist = rest.partition(BETWEEN)
    try:
        instant = InstantField().clean(start)
    except ValidationError:
        return None
    if slug not in treatments or (therapist and therapist not in therapists):
        return None
    return Choice(treatments[slug], instant, therapists.get(therapist))
