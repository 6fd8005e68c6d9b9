"""An appointment as an iCalendar file: for the mails about it, and to download from its page.

One UID for the appointment's life and a SEQUENCE that rises with its revision, so that a
calendar replaces its entry instead of adding another.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from bookings.core.clients.addresses import ascii_address
from bookings.core.mail.calendar_file import file_of, instant, quoted, text
from bookings.core.scheduling.statuses import Status
from bookings.core.wording import one_line
from bookings.links import calendar_token, mailed_url
from bookings.models import Appointment, Clinic
from bookings.queries.clients import strangers

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


def method(appointment: Appointment) -> str:
    """What a mail asks the client's calendar to do."""
    return CANCEL if appointment.status == Status.CANCELLED else REQUEST


def invitation(appointment: Appointment, clinic: Clinic, *, stamp: datetime) -> bytes:
    """For a mail: method() says which. `stamp` is when this version was made."""
    token, invited = calendar_token(appointment), [_attendee(appointment)]
    event = _event(appointment, clinic, stamp, token, invited=invited)
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


def _calendar(event: Sequence[str], method: str) -> bytes:
    return file_of(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Taper//Appointments//EN",
            "CALSCALE:GREGORIAN",
            f"METHOD:{method}",
            "BEGIN:VEVENT",
            *event,
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    )


def _event(
    appointment: Appointment,
    clinic: Clinic,
    stamp: datetime,
    token: str,
    *,
    invited: Sequence[str] = (),
) -> list[str]:
    link = mailed_url(appointment, token=token)
    return [
        f"SUMMARY:{text(summary(appointment, clinic))}",
        f"DTSTART:{instant(appointment.starts_at)}",
        f"DTEND:{instant(appointment.ends_at)}",
        f"DTSTAMP:{instant(stamp)}",
        f"UID:{text(uid_of(appointment))}",
        f"SEQUENCE:{appointment.revision}",
        *invited,
        # A calendar shared with colleagues shows that the time is taken, and not for what.
        "CLASS:PRIVATE",
        f"DESCRIPTION:{text(_description(appointment, clinic, link))}",
        f"LOCATION:{text(', '.join(clinic.address.splitlines()))}",
        _organizer(clinic),
        f"STATUS:{status_of(appointment, waits=_waits(appointment))}",
        "TRANSP:OPAQUE",
        f"URL:{link}",
    ]


def _waits(appointment: Appointment) -> bool:
    return strangers.asked_until(appointment) is not None


def _description(appointment: Appointment, clinic: Clinic, link: str) -> str:
    """A shared calendar must not carry the link that proves an address."""
    if appointment.status == Status.CANCELLED:
        return _("This appointment is cancelled.\nPhone: {phone}").format(phone=clinic.phone)
    facts = {"therapist": appointment.therapist, "link": link, "phone": clinic.phone}
    return _("With {therapist}.\nMove or cancel: {link}\nPhone: {phone}").format(**facts)


def _organizer(clinic: Clinic) -> str:
    named = quoted(one_line(clinic.name))
    return f"ORGANIZER;CN={named}:mailto:{ascii_address(clinic.email)}"


def _attendee(appointment: Appointment) -> str:
    """Who has booked, and is proved, has accepted; their calendar need not tell the clinic so."""
    whose = appointment.whose
    named = f"CN={quoted(one_line(whose.name))};" if whose.is_named else ""
    answer = "TENTATIVE" if _waits(appointment) else "ACCEPTED"
    said = f"{named}PARTSTAT={answer};ROLE=REQ-PARTICIPANT;RSVP=FALSE"
    return f"ATTENDEE;{said}:mailto:{ascii_address(whose.email)}"
