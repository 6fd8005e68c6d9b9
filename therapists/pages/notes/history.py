"""A client's visits over the build-up."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.core.roles import Role
from bookings.models import Client, Clinic
from therapists.health_audit import Reader
from therapists.pages.no_store import careful
from therapists.queries.care_access import therapist_of, treats
from therapists.queries.history import history_of


@require_safe
@careful
def history(request: HttpRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(Client, pk=pk)
    therapist = therapist_of(request.user)
    if therapist is None or not treats(therapist, client):
        if request.user.role != Role.OWNER:
            raise PermissionDenied
        therapist = None
    shown = history_of(
        client,
        Clinic.objects.the(),
        therapist=therapist,
        reader=Reader.of(request),
        now=timezone.now(),
    )
    return render(request, "therapists/notes/history.html", {"history": shown})
