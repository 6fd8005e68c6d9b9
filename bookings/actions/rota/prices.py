"""New prices of all treatments at once, from a day to come."""

from django.utils.translation import gettext as _

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.refusals import Stale
from bookings.models import Clinic, Treatment
from bookings.queries.office.price_rise import PriceRise, digest_of, raised


@changes_the_diary
def raise_all(_clinic: Clinic, rise: PriceRise, *, seen: str) -> int:
    """How many treatments get a new price. Raises Stale unless that is what was `seen`."""
    prices = raised(rise)
    if digest_of(rise, prices) != seen:
        raise Stale(_("Prices have changed meanwhile: please look at these again."))
    changed = [one for one in prices if one.changes]
    for one in changed:
        one.treatment.next_price, one.treatment.next_price_from = one.new, rise.first
    Treatment.objects.bulk_update(
        [one.treatment for one in changed], ["next_price", "next_price_from"]
    )
    return len(changed)
