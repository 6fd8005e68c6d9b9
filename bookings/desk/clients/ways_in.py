"""What the desk does with a client's links when they have got into the wrong hands."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings.actions.clients import ways_in
from bookings.web.client_links import client_or_404


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    client = client_or_404(pk)
    ways_in.withdraw_links(client)
    messages.success(request, _("Done. The links in earlier mails open nothing any more."))
    return redirect("desk:mails_of_client", pk)
