"""Photos of a finding: added to a note that is being written, looked at by who may read it."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.pictures import NoPhoto
from bookings.actions.refusals import Refused
from bookings.models import Appointment, Therapist
from bookings.web.requests import SignedInRequest, StaffRequest
from therapists.actions import photos
from therapists.models import Note, Photo, Privacy
from therapists.pages.no_store import careful, of_a_therapist, refuse_unless_treated
from therapists.pages.reader import reader_of
from therapists.queries.care_access import therapist_of, treats


@require_POST
@of_a_therapist
def add(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    visit = get_object_or_404(Appointment.objects.visits().of_the_living(), pk=pk)
    refuse_unless_treated(therapist, visit.whose)
    sent = request.FILES.get("photo")
    try:
        if sent is None:
            raise NoPhoto
        reader, now = reader_of(request), timezone.now()
        photos.add(visit, sent.read(), author=therapist, reader=reader, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The photo is kept, sealed like the note."))
    return redirect("therapists:note", visit.pk)


@require_POST
@of_a_therapist
def remove(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    own = Photo.objects.select_related("note__appointment__client")
    photo = get_object_or_404(own, pk=pk, note__author=therapist)
    refuse_unless_treated(therapist, photo.note.appointment.whose)
    try:
        photos.remove(photo, reader=reader_of(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The photo is gone."))
    return redirect("therapists:note", photo.note.appointment_id)


@require_safe
@careful
def picture(request: SignedInRequest, pk: int) -> HttpResponse:
    found = Photo.objects.select_related("note__appointment__client")
    photo, now = get_object_or_404(found, pk=pk), timezone.now()
    if not _may_look(request, photo, now):
        raise Http404
    data = photos.picture(photo, reader=reader_of(request), now=now)
    return HttpResponse(data, content_type="image/jpeg")


def _may_look(request: SignedInRequest, photo: Photo, now: datetime) -> bool:
    """As with the note: its author while it is a draft, then by its privacy; and the client."""
    client, note = photo.note.appointment.whose, photo.note
    is_signed = note.versions.exists()
    if client.user_id == request.user.pk:
        return is_signed and client.is_certain and note.privacy != Privacy.AUTHOR
    therapist = therapist_of(request.user)
    if therapist is None or not treats(therapist, client, now=now):
        return False
    is_readable = Note.objects.readable_by(therapist).filter(pk=note.pk).exists()
    return note.author_id == therapist.pk or (is_signed and is_readable)
