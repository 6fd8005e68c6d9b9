"""A press on one of the times to book again, at the desk and on Today."""

from datetime import datetime

from django.utils.translation import gettext as _

from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import booking
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.waiting_list.tending import end_what_was_got
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment
from bookings.queries.scheduling.slots import Slot
from bookings.queries.training.book_again import BookAgain
from bookings.web.actor import who
from bookings.web.days import instant_in
from bookings.web.forms import A_KEY
from bookings.web.requests import StaffRequest


def key_of(request: StaffRequest) -> str:
    """What makes a form that is sent twice count once; nothing where it is none of ours."""
    key = request.POST.get("key", "")
    return key if A_KEY.fullmatch(key) else ""


def book_offered(
    request: StaffRequest, visit: Appointment, offered: BookAgain, *, now: datetime
) -> Appointment:
    """The client is told in three minutes, and until then it can be undone. Raises Refused."""
    start, key = instant_in(request.POST.get("start", "")), key_of(request)
    if not key or start not in [one.starts_at for one in offered.openings]:
        raise Refused(_("That time has just been taken. Please choose another."))
    wanted = BookingRequest(
        slots=[Slot(treatment=offered.treatment, start=start, therapist=visit.therapist)],
        client=visit.whose,
        key=key,
        rules=Rules.DESK,
        notify=Notify.from_the_desk(),
        by=who(request),
    )
    [booked] = booking.book(wanted, now=now)
    end_what_was_got(client=booked.whose, now=now)
    return booked
