"""Saying that an address is a client's: whoever treats them asks them, and presses once."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings.actions.clients import identity
from bookings.actions.refusals import Refused
from bookings.core.roles import Role
from bookings.models import Client, Therapist
from bookings.web.actor import who
from bookings.web.client_links import client_or_404
from bookings.web.days import instant_in
from bookings.web.requests import StaffRequest
from bookings.web.responses import private
from therapists.models import Note
from therapists.queries.care_access import therapist_of, treats


def _notes_of_others(client: Client, therapist: Therapist | None) -> bool:
    notes = Note.objects.filter(appointment__client=client)
    return notes.exclude(author=therapist).exists()


@require_POST
@private
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Kept in what was changed of the record. The owner may, and who treats the client.

    Not whoever has changed the lock; but where one person is the whole clinic, all that opens
    is what they have written themselves.
    """
    client, now = client_or_404(pk), timezone.now()
    therapist = therapist_of(request.user)
    is_treating = therapist is not None and treats(therapist, client, now=now)
    if not is_treating and request.user.role != Role.OWNER:
        raise PermissionDenied
    try:
        identity.confirm(
            client,
            seen=instant_in(request.POST.get("seen", "")),
            user=request.user,
            reads_it_anyway=is_treating and not _notes_of_others(client, therapist),
            by=who(request),
            now=now,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Noted. Signed in, they see their health data again."))
    return redirect("therapists:history" if is_treating else "desk:client", pk)
