"""What pages ask of a client: {{ client|lacks_consent:day }}."""

from datetime import date

from django import template

from bookings.models import Client

register = template.Library()


@register.filter
def lacks_consent(client: Client | None, on: date) -> bool:
    """Under 18 on that day, and no parent or guardian has agreed yet."""
    return client is not None and client.lacks_consent(on)
