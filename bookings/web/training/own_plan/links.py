"""What is said to whoever pastes a link to a private calendar."""

from urllib.parse import SplitResult, urlsplit

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
    """A validator: of an address that cannot be a feed’s it says what is wrong, and of one that is
    the page of a calendar where the feed’s is.
    """
    try:
        parts = urlsplit(as_link(typed))
    except ValueError:
        return  # is refused as an address
    if wrong := _what_is_wrong(parts):
        raise ValidationError(wrong)
    is_a_feed = parts.path.endswith(".ics") or parts.path.startswith("/calendar/ical/")
    if not is_a_feed and (said := PAGES.get(parts.hostname or "")):
        raise ValidationError(said)


def _what_is_wrong(parts: SplitResult) -> str:
    """Nothing where it looks like an address that could be read."""
    if "@" in parts.netloc:
        return _("The address must not hold a name and a password.")
    if parts.scheme == "http":
        return _("The address begins with http://. Please try it with https:// instead.")
    if "." not in (parts.hostname or "") and parts.hostname != "localhost":
        return _("This is not an address. It looks like https://example.com/calendar.ics.")
    return ""


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
