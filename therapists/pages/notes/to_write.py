"""*Notes to write*: what is not signed yet, of any day."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.models import Clinic, Therapist
from bookings.web.requests import StaffRequest
from therapists.pages.no_store import of_a_therapist
from therapists.queries import to_write


@require_safe
@of_a_therapist
def page(request: StaffRequest, therapist: Therapist) -> HttpResponse:
    waiting = to_write.to_write(therapist, Clinic.objects.the(), now=timezone.now())
    return render(request, "therapists/notes/to_write.html", {"waiting": waiting})
