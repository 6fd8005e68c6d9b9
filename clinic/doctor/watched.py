"""What stands on the owner's page \"Is all well?\", for the doctor."""

from collections.abc import Iterator

from django.utils import timezone

from bookings.models import Clinic, WatchedPart
from bookings.queries.office import watch
from clinic.doctor.told import BETTER, WELL, WRONG, Diagnosis

STATES = {
    watch.State.WELL: WELL,
    watch.State.COULD_BE_BETTER: BETTER,
    watch.State.TROUBLE: WRONG,
}
LOOKED_AT_ITSELF = (WatchedPart.BROKER, WatchedPart.CERTIFICATE)


def of_what_the_owner_sees() -> Iterator[Diagnosis]:
    """Before there is a clinic, too: the machine can be looked at already."""
    clinic = Clinic.objects.first() or Clinic()
    for one in watch.standings(clinic, now=timezone.now()):
        if one.part not in LOOKED_AT_ITSELF:
            yield Diagnosis(str(one.part.label), STATES[one.state], one.says, one.do)
