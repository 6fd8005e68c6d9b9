"""Which training phase a client is in."""

from bookings.core import training
from bookings.models import Appointment, Clinic
from bookings.queries import protocol


def phase_at(visit: Appointment, clinic: Clinic) -> training.PhaseDay:
    """The phase of its client on the visit's day; off-season without any race."""
    races = [race.in_training for race in visit.client.races.all()]
    day = visit.starts_at.astimezone(clinic.tz).date()
    return training.phase_on(day, races, protocol.current())
