"""One visit in a far year, mistyped or imported: no page costs by how far away it lies."""

import sys
from collections import Counter
from datetime import UTC, datetime
from types import CodeType

import pytest

from bookings.models import Client, Room, Therapist, Treatment
from tests import factories
from tests.roles.addresses import every_page
from tests.roles.world import make_world

MOST = 10_000  # calls of one function; a century has 36,525 days
WHOSE = {"desk": "uma", "diary": "uma", "office": "uma", "therapists": "kim", "runner": "ana"}
OF_ALL_TO_COME = {
    "desk:home", "desk:client", "diary:day", "diary:stranded", "diary:blocks", "diary:appointment",
    "office:zone", "office:closures", "office:checklist", "office:leave", "office:watch",
    "therapists:day", "runner:account", "runner:visits",
}  # fmt: skip


@pytest.mark.django_db
def test_no_page_costs_by_how_far_away_a_visit_lies(settings):
    settings.STAFF_NEED_A_SECOND_FACTOR = True
    world = make_world()
    treatment, room = Treatment.objects.get(), Room.objects.order_by("pk")[0]
    people = {one.name: one for one in Therapist.objects.all()}
    for year in (2099, 2199):
        for name in ("Kim Demo", "Uma Demo"):  # Uma has no hours: hers cannot stay
            factories.make_appointment(
                starts_at=datetime(year, 3, 4, 10 if name[0] == "K" else 13, tzinfo=UTC),
                treatment=treatment,
                therapist=people[name],
                room=room,
                client=Client.objects.get(pk=world.ana.pk),
            )
    found = {}
    for name, url in sorted(set(every_page(world.argument))):
        if name in OF_ALL_TO_COME:
            browser = world.browsers[WHOSE[name.split(":")[0]]]
            found[name] = most_calls_of_one(lambda browser=browser, url=url: browser.get(url))
    assert set(found) == OF_ALL_TO_COME
    assert {name: calls for name, calls in found.items() if calls > MOST} == {}


def most_calls_of_one(action) -> int:
    """How often the function of ours that is called most is called."""
    count: Counter[CodeType] = Counter()

    def note(frame, event, _more):
        if event == "call":
            count[frame.f_code] += 1

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    ours = [n for code, n in count.items() if "/bookings/" in code.co_filename]
    return max(ours, default=0)
