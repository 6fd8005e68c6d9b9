"""What is said to whoever pastes a link to a private calendar."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models.pasted_links import NotRead

LONGEST_LINK = 2_000
MANY_AT_ONCE = gettext_lazy(
    "Other calendars are being read just now. Please press again in a moment."
)
# What the browser shows while one looks at one's own calendar: by host, with where the address of
# its feed is found.
PAGES = {
    "calendar.google.com": gettext_lazy(
        "This is the address of the page. In Google Calendar’s settings choose your calendar: "
        "under “Integrate calendar” stands its “Secret address in iCal format”."
    ),
    "www.icloud.com": gettext_lazy(
        "This is the address of the page. In iCloud share the calendar as a public calendar, and "
        "copy the link that it shows then."
    ),
    **dict.fromkeys(
        ("outlook.live.com", "outlook.office.com", "outlook.office365.com"),
        gettext_lazy(
            "This is the address of the page. In Outlook’s settings, under “Shared calendars”, "
            "publish the calendar and copy its ICS link."
        ),
    ),
}


def no_page(typed: str) -> None:
    """A validator: of an address that is the page of a calendar it says where the feed's is."""
    try:
        parts = urlsplit(as_link(typed))
    except ValueError:
        return  # is refused as an address
    is_a_feed = parts.path.endswith(".ics") or parts.path.startswith("/calendar/ical/")
    if not is_a_feed and (said := PAGES.get(parts.hostname or "")):
        raise ValidationError(said)


def as_link(typed: str) -> str:
    """What begins with the host has been copied without its https."""
    link = typed.strip()
    return link if "://" in link else f"https://{link}"


def refusal_of(why: NotRead) -> str:
    """With what does work, where that is not said by itself."""
    said = str(why.label)
    if why is NotRead.HOST:
        sites = ", ".join(settings.CALENDAR_SITES)
        works = _("Links of these can be read: {sites}.").format(sites=sites)
    elif why in (NotRead.GONE, NotRead.REFUSED):
        works = _("Please copy the link again where the calendar is.")
    elif why in (NotRead.UNREACHABLE, NotRead.SLOW):
        works = _("Please try again in a few minutes.")
    else:
        return said
    return f"{said} {works}"
