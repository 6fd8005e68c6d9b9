"""A client's training phase in a few words: "Taper, 12 days"."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.core.training import PhaseDay


def badge(here: PhaseDay | None) -> str:
    """Nothing without a race."""
    if here is None or here.days_to_race is None:
        return ""
    if here.days_to_race == 0:
        return _("Race day")
    phase = here.phase.value.replace("_", " ").capitalize()
    return _("{phase}, {days}").format(phase=phase, days=_days(here.days_to_race))


def badges(phases: Mapping[int, PhaseDay]) -> dict[int, str]:
    """The same of many clients, each that several share put into words once."""
    words: dict[tuple, str] = {}
    found = {}
    for client, here in phases.items():
        said = (here.phase, here.days_to_race)
        if said not in words:
            words[said] = badge(here)
        found[client] = words[said]
    return found


def _days(days: int) -> str:
    words = (
        ngettext("{count} day to race", "{count} days to race", days)
        if days > 0
        else ngettext("{count} day after race", "{count} days after race", -days)
    )
    return words.format(count=abs(days))
