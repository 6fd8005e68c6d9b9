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
from bookings.web.forms import whole_number
from bookings.web.requests import SignedInRequest, StaffRequest
from therapists.actions import photos
from therapists.models import Note, Photo, Privacy
from therapists.pages.no_store import careful, of_a_therapist, refuse_unless_treated
from therapists.pages.reader import reader_of
from therapists.queries.care_access import therapist_of, treats

ADD, REMOVE = "photo", "remove-"  # what a button of the note's form asks for


def is_about_one(asked: str) -> bool:
    return asked == ADD or asked.startswith(REMOVE)


def carry_out(request: StaffRequest, asked: str, visit: Appointment, author: Therapist) -> None:
    """For whoever writes the visit's note; says what became of it."""
    try:
        act = _add if asked == ADD else _remove
        sentence = act(request, asked, visit, author)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)


def _add(request: StaffRequest, _asked: str, visit: Appointment, author: Therapist) -> str:
    sent = request.FILES.get(ADD)
    if sent is None:
        raise NoPhoto
    reader, now = reader_of(request), timezone.now()
    photos.add(visit, sent.read(), author=author, reader=reader, now=now)
    return _("The photo is kept, sealed like the note.")


def _remove(request: StaffRequest, asked: str, visit: Appointment, author: Therapist) -> str:
    own = Photo.objects.filter(note__appointment=visit, note__author=author)
    photo = get_object_or_404(own, pk=whole_number(asked.removeprefix(REMOVE)))
    photos.remove(photo, reader=reader_of(request), now=timezone.now())
    return _("The photo is gone.")


@require_POST
@of_a_therapist
def add(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """As pages that were opened before the note's own form has photos in it send it."""
    visit = get_object_or_404(Appointment.objects.visits().of_the_living(), pk=pk)
    refuse_unless_treated(therapist, visit.whose)
    carry_out(request, ADD, visit, therapist)
    return redirect("therapists:note", visit.pk)


@require_POST
@of_a_therapist
def remove(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """As `add`."""
    photo = get_object_or_404(Photo, pk=pk, note__author=therapist)
    visit = photo.note.appointment
    refuse_unless_treated(therapist, visit.whose)
    carry_out(request, f"{REMOVE}{pk}", visit, therapist)
    return redirect("therapists:note", visit.pk)


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
