"""The home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings.models import Clinic, Therapist, Treatment
from bookings.queries.training import protocol
from bookings.runner.training.training_guide import advice


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    treatments = Treatment.objects.bookable_online()
    return render(
        request,
        "runner/home.html",
        {
            "clinic": Clinic.objects.the(),
            "treatments": treatments,
            "training": advice(treatments, protocol.current()),
            "therapists": Therapist.objects.active(),
        },
    )
