"""Rows with a name that somebody has typed."""

from bookings.core.wording import isolated


class Named:
    """In a sentence, f"{client}: 10:00", the name is isolated; `str(client)` is the name itself."""

    def __format__(self, spec: str) -> str:
        return isolated(format(str(self), spec))
