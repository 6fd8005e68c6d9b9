"""Refusing what was decided on a page that is out of date, and saying what has changed."""

from django.utils.translation import gettext as _

from bookings.actions.refusals import Stale
from bookings.models import Appointment, Clinic
from bookings.queries.scheduling import event_text


def last_event(appointment: Appointment) -> int:
    """What a form keeps as `seen`: the last event that its page showed, 0 for none."""
    latest = appointment.events.order_by("-pk").values_list("pk", flat=True)
    return latest.first() or 0


def refuse_if_changed(
    clinic: Clinic, appointment: Appointment, seen: int | None, *, of: str = ""
) -> None:
    """Raises Stale with what happened since, or what of that kind; None asks for no such care."""
    if seen is None:
        return
    since = appointment.events.filter(pk__gt=seen).order_by("pk")
    if of:
        since = since.filter(kind=of)
    if happened := [event_text.signed(event, clinic) for event in since]:
        sentence = _("It has changed since the page was opened: {changes}.")
        raise Stale(sentence.format(changes="; ".join(happened)))
