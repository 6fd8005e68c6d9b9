"""What pages ask of a client's record: {{ client|lacks_consent:day }}."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.actions.clients.details import FIELDS
from bookings.actions.clients.identity import TooNew
from bookings.models import Client, User
from bookings.queries import actors
from bookings.queries.logins import SETTLED_AFTER, is_settled

register = template.Library()


@register.filter
def lacks_consent(client: Client | None, on: date) -> bool:
    """Under 18 on that day, and no parent or guardian has agreed yet."""
    return client is not None and client.lacks_consent(on)


@register.filter
def with_address(client: Client) -> SafeString:
    """Ana Runner (ana@example.com), each on its own in the text around it."""
    name = format_html('<b class="who"><bdi>{}</bdi></b>', client.name)
    return format_html("{} (<bdi>{}</bdi>)", name, client.email) if client.email else name


@register.filter
def why_too_new(user: User, client: Client) -> str:
    """Why a login cannot say that the client's address is theirs, if it is for its age; else ""."""
    since = client.unconfirmed_since
    if since is None or is_settled(user, since=since - SETTLED_AFTER):
        return ""
    return str(TooNew.sentence)


@register.filter
def named(by: str, names: Mapping[int, str]) -> str:
    """Who acted: {{ event.by|named:staff_names }}."""
    return actors.named(by, names)


@register.filter
def field_name(name: str) -> str:
    """The word for a field of a record."""
    return str(FIELDS.get(name, name))


@register.filter
def in_words(value: Any) -> str:
    """A value as an event keeps it."""
    if isinstance(value, bool):
        return "given" if value else "not given"
    return str(value) if value else "nothing"
