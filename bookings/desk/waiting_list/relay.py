"""On the panel of a visit: its time is passed on through the list, or kept after all."""

from django.utils.translation import gettext as _

from bookings.actions.waiting_list import relays
from bookings.desk.scheduling.appointment import answering, circumstances
from bookings.models import Appointment
from bookings.web.requests import StaffRequest


@answering
def pass_on(request: StaffRequest, visit: Appointment) -> str:
    relays.relay(visit, **circumstances(request))
    said = _("The time is offered to the waiting list. {client} keeps it until somebody takes it.")
    return said.format(client=visit.client)


@answering
def keep(request: StaffRequest, visit: Appointment) -> str:
    relays.take_back(visit, **circumstances(request))
    said = _("It is offered to nobody any more. {client}’s appointment stands as before.")
    return said.format(client=visit.client)
