"""From where a series is looked at and changed: behind a runner's link, or at the desk."""

from collections.abc import Callable
from dataclasses import dataclass

from bookings.actions.mail.outbox import Notify
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment


@dataclass(frozen=True, kw_only=True)
class Door:
    """`page` gives the address of one of its pages, `url_of` that of another appointment.

    `plan_url` is where sessions of the plan are booked; nothing where that is not theirs to see.
    """

    visit: Appointment
    by: str
    at_the_desk: bool
    page: Callable[[str], str]
    url_of: Callable[[Appointment], str]
    plan_url: str = ""

    @property
    def frame(self) -> str:
        return "staff_base.html" if self.at_the_desk else "base.html"

    @property
    def rules(self) -> Rules:
        return Rules.DESK if self.at_the_desk else Rules.ONLINE

    @property
    def visit_url(self) -> str:
        return self.url_of(self.visit)

    @property
    def repeat_url(self) -> str:
        return self.page("repeat")

    @property
    def series_url(self) -> str:
        return self.page("series")

    @property
    def cancel_url(self) -> str:
        return self.page("series_cancel")

    @property
    def move_url(self) -> str:
        return self.page("series_move")

    def notify(self, tell: bool) -> Notify:
        """The desk may keep silent; what a runner does is answered at once."""
        if not self.at_the_desk:
            return Notify.NOW
        return Notify.from_the_desk() if tell and self.visit.whose.email else Notify.NONE
