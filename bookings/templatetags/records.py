"""What pages ask of a client's record: {{ client|lacks_consent:day }}."""

from collections.abc import Mapping
from datetime import date

from django import template

from bookings.actions.clients.details import FIELDS
from bookings.models import Client
from bookings.queries import actors

register = template.Library()


@register.filter
def lacks_consent(client: Client | None, on: date) -> bool:
    """Under 18 on that day, and no parent or guardian has agreed yet."""
    return client is not None and client.lacks_consent(on)


@register.filter
def named(by: str, names: Mapping[int, str]) -> str:
    """Who acted: {{ event.by|named:staff_names }}."""
    return actors.named(by, names)


@register.filter
def field_name(name: str) -> str:
    """The word for a field of a record."""
    return FIELDS.get(name, name)


@register.filter
def in_words(value) -> str:
    """A value as an event keeps it."""
    if isinstance(value, bool):
        return "given" if value else "not given"
    return str(value) if value else "nothing"
