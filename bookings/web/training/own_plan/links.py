"""What is said to whoever pastes a link to a private calendar."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models.pasted_links import NotRead

LONGEST_LINK = 2_000
MANY_AT_ONCE = gettext_lazy(
    "Other calendars are being read just now. Please press again in a moment."
)


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
