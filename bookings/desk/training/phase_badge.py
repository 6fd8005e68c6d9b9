"""A client's training phase in a few words: "Taper, 12 days"."""

from bookings.core.training import PhaseDay


def badge(here: PhaseDay | None) -> str:
    """Nothing without a race."""
    if here is None or here.days_to_race is None:
        return ""
    return f"{here.phase.value.replace('_', ' ').capitalize()}, {_days(here.days_to_race)}"


def _days(days: int) -> str:
    if days == 0:
        return "race day"
    count = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"{count} to race" if days > 0 else f"{count} after race"
