"""Who of those on the list is one and the same, and who has been here."""

from collections.abc import Collection

from bookings.core.clients.addresses import mailbox_of
from bookings.core.scheduling.statuses import HAS_BEEN
from bookings.models import Appointment, Client


def mailbox_of_client(client: Client) -> str:
    """Who has no address shares it with nobody."""
    return mailbox_of(client.email) if client.email else f"client:{client.pk}"


def counted_as(client: Client, known: Collection[int]) -> str:
    """Who has been treated here is one for themselves, also of a couple with one mailbox; all
    other names at a mailbox are one together, since anybody can type them.
    """
    return f"client:{client.pk}" if client.pk in known else mailbox_of_client(client)


def have_been_here(clients: Collection[int]) -> set[int]:
    been = Appointment.objects.filter(client__in=clients, status__in=HAS_BEEN)
    return {pk for pk in been.values_list("client", flat=True) if pk is not None}
