"""What was typed into a form that is refused at the door may be kept by whoever owns the form."""

from collections.abc import Callable

from django.http import HttpRequest

# Each keeps what it knows how to keep, and says whether it did.
keepers: list[Callable[[HttpRequest], bool]] = []


def keep(request: HttpRequest) -> bool:
    """Whether one of the keepers, asked in turn, has kept what was sent."""
    return any(one(request) for one in keepers)
