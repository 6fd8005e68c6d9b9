"""What the rota's pages say where something was not saved, and where they lead when it was."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from bookings.actions.refusals import Refused, Stale
from bookings.actions.rota.impact import VisitsAffected
from bookings.models import Therapist


def asked(refusal: Refused | None) -> dict[str, Any]:
    """For office/_asked.html: why it was not saved, whom it would touch, where they could go."""
    touched = refusal if isinstance(refusal, VisitsAffected) else None
    return {
        "said": refusal and str(refusal),
        "impact": touched and touched.impact,
        "places": touched.places if touched else (),
        "stale": isinstance(refusal, Stale),
    }


def settle(accepted: str, back: str, therapist: Therapist | None = None) -> HttpResponse:
    """Whoever saved all the same goes to the list of those who could not stay."""
    if not accepted:
        return redirect(back)
    query = urlencode({"therapist": therapist.pk}) if therapist else ""
    return redirect(f"{reverse('diary:stranded')}?{query}".rstrip("?"))
