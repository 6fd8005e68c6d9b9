"""A letter to a GP or a physiotherapist from a signed note; whoever it is about gets it, too."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.models import Appointment, Client, Clinic, Therapist
from bookings.web.forms import Textarea
from bookings.web.requests import SignedInRequest, StaffRequest
from bookings.web.responses import page_methods
from therapists import health_audit
from therapists.actions import letters, notes
from therapists.core.content import Content
from therapists.letter_pdf import LetterText, drawn, unprintable
from therapists.models import Letter, Note
from therapists.pages.no_store import careful, of_a_therapist, refuse_unless_treated
from therapists.pages.reader import reader_of
from therapists.queries.care_access import therapist_of, treats


def printable(text: str) -> None:
    """Raises ValidationError for letters that the file's type has not."""
    if missing := unprintable(text):
        sentence = _("This cannot be printed: {letters}. Please write it in Latin letters.")
        raise forms.ValidationError(sentence.format(letters=" ".join(missing)))


class LetterForm(forms.Form):
    """Asks for the client's name only where theirs cannot be printed."""

    name = forms.CharField(
        label=gettext_lazy("The client’s name in Latin letters"),
        max_length=200,
        validators=[printable],
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=gettext_lazy("As it stands at their GP’s: the file cannot print it as it is."),
    )
    to = forms.CharField(
        label=gettext_lazy("To"),
        max_length=400,
        validators=[printable],
        widget=Textarea(attrs={"rows": 4, "class": "form-control"}),
        help_text=gettext_lazy("Name and address, a line each."),
    )
    text = forms.CharField(
        label=gettext_lazy("Letter"),
        max_length=6000,
        validators=[printable],
        widget=Textarea(attrs={"rows": 14, "class": "form-control"}),
        help_text=gettext_lazy("Begun from your note; write it as they should read it."),
    )

    def __init__(self, *args: Any, client: Client, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not unprintable(client.name):
            del self.fields["name"]


@page_methods
@of_a_therapist
def write(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """From the author's own signed note, as it stands."""
    visit = get_object_or_404(Appointment.objects.visits().of_the_living(), pk=pk)
    refuse_unless_treated(therapist, visit.whose)
    note = Note.objects.filter(appointment=visit, author=therapist, versions__isnull=False).first()
    if note is None:
        raise PermissionDenied
    reader, now = reader_of(request), timezone.now()
    if request.method == "POST":
        form, status = LetterForm(request.POST, client=visit.whose), 422
        if form.is_valid():
            letters.keep(note, form.cleaned_data, by=therapist, reader=reader, now=now)
            messages.success(request, _has_it_too(visit.whose))
            return redirect("therapists:note", visit.pk)
    else:
        _version, content = notes.versions_of([note], reader=reader, now=now)[-1]
        form = LetterForm(initial={"text": _begun(content)}, client=visit.whose)
        status = 200
    context = {"visit": visit, "form": form}
    return render(request, "therapists/notes/letter.html", context, status=status)


def _has_it_too(client: Client) -> str:
    if client.is_certain:
        return _("The letter is kept, and the client has it, too.")
    return _("The letter is kept. The client will have it once their address is confirmed.")


def _begun(content: Content) -> str:
    """What the note says, as paragraphs; nothing of how it was for the client."""
    marked = "; ".join(mark.in_words for mark in content.marks)
    parts = {
        _("They told me"): content.subjective,
        _("I found"): content.objective,
        _("Marked, from 0 to 10"): marked,
        _("What I make of it"): content.assessment,
        _("What we have agreed"): content.plan,
    }
    return "\n\n".join(f"{title}: {text}" for title, text in parts.items() if text)


@require_safe
@careful
def pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """For who treats the client, and for the client."""
    every = Letter.objects.select_related("signed_by", "note__appointment__client")
    letter = get_object_or_404(every, pk=pk)
    now = timezone.now()
    if not (_is_the_clients_own(request, letter) or _treats(request, letter, now)):
        raise Http404
    [content] = health_audit.opened([letter], reader=reader_of(request), now=now)
    response = HttpResponse(
        drawn(letter, LetterText(**content), Clinic.objects.the()), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'attachment; filename="letter-{letter.pk}.pdf"'
    return response


def _is_the_clients_own(request: SignedInRequest, letter: Letter) -> bool:
    """Not while it is uncertain who signs in as them."""
    client = letter.note.appointment.whose
    return client.user_id == request.user.pk and client.is_certain


def _treats(request: SignedInRequest, letter: Letter, now: datetime) -> bool:
    """Who may read the note."""
    therapist, client = therapist_of(request.user), letter.note.appointment.whose
    if therapist is None or not treats(therapist, client, now=now):
        return False
    return Note.objects.readable_by(therapist).filter(pk=letter.note_id).exists()
