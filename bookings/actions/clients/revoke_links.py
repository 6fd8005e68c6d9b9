"""Ending the links that somebody holds: a mailbox that others read, a mail that was passed on."""

from django.db import transaction
from django.db.models import F

from bookings.models import Client


@transaction.atomic
def withdraw_links(client: Client) -> None:
    """Every link to the client's appointments and plan made so far; the next mails bring new ones.

    What can only stop mails goes on working.
    """
    one_up = {"links_edition": F("links_edition") + 1}
    Client.objects.filter(pk=client.pk).update(**one_up)
    client.appointments.update(**one_up)
