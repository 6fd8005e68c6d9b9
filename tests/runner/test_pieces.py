"""What is kept of the home page is another as soon as anything that it shows has changed."""

import re
from datetime import time

from bookings import pieces
from bookings.models import Appointment, Clinic, ProtocolVersion, Therapist, Treatment, WeeklyShift
from bookings.queries.scheduling.soonest import soonest
from bookings.queries.training import protocol
from tests import factories
from tests.clock import NOW

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


def test_every_change_of_what_a_kept_piece_shows_is_seen_at_once(client, clinic, massage, kim):
    massage.session_kinds = ["training"]
    massage.save()

    def next_free_is_taken():
        free = soonest(clinic, [massage], now=NOW).of_therapist[kim.pk].opening.starts_at
        factories.make_appointment(
            starts_at=free,
            treatment=massage,
            therapist=kim,
            room=factories.make_room(),
        )

    def protocol_says_something_else():
        data = protocol.default_data()
        data["phases"][1]["name"] = "Beginning"
        ProtocolVersion.objects.create(number=2, data=data, change="a word", created_at=NOW, by="x")

    changes = [
        *(
            lambda field=field, value=value: Treatment.objects.update(**{field: value})
            for field, value in {
                "name": "Legs 50", "need": "Heavy legs", "description": "Slowly.", "minutes": 75,
                "price": 71, "session_kinds": ["maintenance"], "slug": "legs",
            }.items()
        ),
        *(
            lambda field=field, value=value: Therapist.objects.update(**{field: value})
            for field, value in {
                "name": "Kim Other", "initials": "KO", "slug": "kim-o", "speciality": "Calves",
            }.items()
        ),
        *(
            lambda field=field, value=value: Clinic.objects.update(**{field: value})
            for field, value in {
                "phone": "+44 20 7946 0123", "address": "2 Tow Path", "currency": "EUR",
                "hours_text": "Daily", "how_to_find_us": "By the lock.",
                "map_url": "https://maps.example.com/a",
            }.items()
        ),
        next_free_is_taken,
        lambda: Appointment.objects.update(status="cancelled"),
        lambda: WeeklyShift.objects.update(end=time(21)),
        lambda: WeeklyShift.objects.update(start=time(15)),
        protocol_says_something_else,
        lambda: factories.make_treatment("Feet 20", therapists=[kim]),
        lambda: Therapist.objects.update(active=False),
    ]  # fmt: skip
    before = shown(client)
    unseen = []
    for number, change in enumerate(changes):
        change()
        after = shown(client)
        pieces._pieces.clear()
        anew = shown(client)
        unseen += [number] if after == before or after != anew else []
        before = after
    assert unseen == []
    assert not any("csrf" in kept for kept in pieces._pieces.values())


def shown(client) -> str:
    return TOKEN.sub("", client.get("/").content.decode())
