"""An appointment as an iCalendar file: for the mails about it, and to download from its page.

One UID for the appointment's life and a SEQUENCE that rises with its revision, so that a
calendar replaces its entry instead of adding another.
"""

from datetime import UTC, datetime
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vUri

from bookings.core.clients.addresses import ascii_address
from bookings.core.scheduling.statuses import Status
from bookings.core.wording import one_line
from bookings.links import calendar_token
from bookings.models import Appointment, Clinic
from bookings.queries.clients import strangers

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


def method(appointment: Appointment) -> str:
    """What a mail asks the client's calendar to do."""
    return CANCEL if appointment.status == Status.CANCELLED else REQUEST


def invitation(appointment: Appointment, clinic: Clinic, *, stamp: datetime) -> bytes:
    """For a mail: method() says which. `stamp` is when this version was made."""
    event = _event(appointment, clinic, stamp, calendar_token(appointment))
    event.add("attendee", _attendee(appointment))
    return _calendar(event, method(appointment))


def download(appointment: Appointment, clinic: Clinic, token: str) -> bytes:
    """For "add to calendar": an entry of one's own, to which nobody is invited, and its link."""
    booked_at = appointment.booked_at or appointment.created_at
    stamp = max(booked_at, appointment.whose.proved_at or booked_at)  # confirmed is newer
    return _calendar(_event(appointment, clinic, stamp, token), PUBLISH)


def on_the_web(appointment: Appointment, clinic: Clinic) -> list[tuple[str, str]]:
    """Calendars of others that take an entry by an address: name, address.

    Without the visit's own link, which is nobody else's to know.
    """
    name, place = summary(appointment, clinic), ", ".join(clinic.address.splitlines())
    start, end = appointment.starts_at.astimezone(UTC), appointment.ends_at.astimezone(UTC)
    google = {
        "action": "TEMPLATE",
        "text": name,
        "dates": f"{start:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}",
        "location": place,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": name,
        "startdt": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "location": place,
    }
    return [
        ("Google", f"https://calendar.google.com/calendar/render?{urlencode(google)}"),
        ("Outlook", f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(outlook)}"),
    ]


def status_of(appointment: Appointment, *, waits: bool) -> str:
    """As a calendar shows it; `waits` for its address to be proved."""
    if appointment.status == Status.CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if waits else "CONFIRMED"


def uid_of(appointment: Appointment) -> str:
    """The visit's own for life, wherever the site may move to (RFC 7986, 5.3)."""
    return appointment.public_id


def summary(appointment: Appointment, clinic: Clinic) -> str:
    """Sports massage 60 at Taper"""
    names = {"treatment": appointment.treatment, "clinic": clinic}
    return _("{treatment} at {clinic}").format(**names)


def _calendar(event: Event, method: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Taper//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical()


def _event(appointment: Appointment, clinic: Clinic, stamp: datetime, token: str) -> Event:
    link = urljoin(settings.SITE_URL, reverse("runner:appointment", args=[token]))
    event = Event()
    event.add("uid", uid_of(appointment))
    event.add("sequence", appointment.revision)
    event.add("dtstamp", stamp)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("summary", summary(appointment, clinic))
    event.add("location", ", ".join(clinic.address.splitlines()))
    event.add("description", _description(appointment, clinic, link))
    event.add("url", vUri(link))
    event.add("organizer", _organizer(clinic))
    event.add("status", status_of(appointment, waits=_waits(appointment)))
    event.add("transp", "OPAQUE")
    # A calendar shared with colleagues shows that the time is taken, and not for what.
    event.add("class", "PRIVATE")
    return event


def _waits(appointment: Appointment) -> bool:
    return strangers.asked_until(appointment) is not None


def _description(appointment: Appointment, clinic: Clinic, link: str) -> str:
    """A shared calendar must not carry the link that proves an address."""
    if appointment.status == Status.CANCELLED:
        return _("This appointment is cancelled.\nPhone: {phone}").format(phone=clinic.phone)
    facts = {"therapist": appointment.therapist, "link": link, "phone": clinic.phone}
    return _("With {therapist}.\nMove or cancel: {link}\nPhone: {phone}").format(**facts)


def _organizer(clinic: Clinic) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{ascii_address(clinic.email)}")
    organizer.params["CN"] = one_line(clinic.name)
    return organizer


def _attendee(appointment: Appointment) -> vCalAddress:
    """Who has booked, and is proved, has accepted; their calendar need not tell the clinic so."""
    attendee = vCalAddress(f"mailto:{ascii_address(appointment.whose.email)}")
    if appointment.whose.is_named:
        attendee.params["CN"] = one_line(appointment.whose.name)
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = "TENTATIVE" if _waits(appointment) else "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    return attendee
