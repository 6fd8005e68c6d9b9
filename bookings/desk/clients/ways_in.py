"""What the desk does with a client's links when they have got into the wrong hands."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings.actions.clients import ways_in
from bookings.models import Client

DONE = gettext_lazy(
    "Done. The links in earlier mails and the calendar’s address open nothing any more, and they "
    "are signed out everywhere."
)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(Client, pk=pk)
    ways_in.withdraw_links(client)
    messages.success(request, DONE)
    return redirect("desk:mails_of_client", pk)
