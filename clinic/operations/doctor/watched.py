"""What stands on the owner's page \"Is all well?\", for the doctor."""

from collections.abc import Iterator

from django.utils import timezone

from bookings.models import Clinic, Part
from bookings.queries.office import watch
from clinic.operations.doctor.told import BETTER, WELL, WRONG, Told

STATES = {
    watch.State.WELL: WELL,
    watch.State.COULD_BE_BETTER: BETTER,
    watch.State.TROUBLE: WRONG,
}
LOOKED_AT_ITSELF = (Part.BROKER, Part.CERTIFICATE)


def of_what_the_owner_sees() -> Iterator[Told]:
    clinic = Clinic.objects.first()
    if clinic is None:
        return
    for one in watch.standings(clinic, now=timezone.now()):
        if one.part not in LOOKED_AT_ITSELF:
            yield Told(str(one.part.label), STATES[one.state], one.says, one.do)
