"""What a page says of something done: that it is mailed, or what to do where nothing is."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Client, Clinic
from bookings.queries.clients import strangers


def say_done(request: HttpRequest, done: str, mailed: str, client: Client) -> None:
    """Asked when the mail has been written down. `mailed` is a sentence of its own."""
    if strangers.gets_what_is_owed(client, timezone.now()):
        messages.success(request, f"{done} {mailed}")
        return
    messages.success(request, done)
    if client.email:
        messages.warning(request, why_not_mailed(Clinic.objects.the()))


def why_not_mailed(clinic: Clinic) -> str:
    sentence = _(
        "No email about it comes: until somebody confirms an address, it gets three emails a day, "
        "and yours has had them. Please press the button in an earlier email from us, or ring us "
        "on {phone}."
    )
    return sentence.format(phone=clinic.phone)
