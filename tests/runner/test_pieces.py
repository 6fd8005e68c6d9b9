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
    assert unseen_of(changes, client, "/") == []
    assert not any("csrf" in kept for kept in pieces._pieces.values())


def test_every_change_of_what_is_kept_of_a_newcomers_plan_is_seen_at_once(
    client, clinic, plan, suits_all, kim
):
    """Its times, fields and hills are those of anybody with such a race."""
    page = plan().context["page"]
    first = next(one for one in page.proposals if one.times)

    def protocol_says_something_else():
        data = protocol.default_data()
        for session in data["session_types"].values():
            session["why"] = "Because."
        ProtocolVersion.objects.create(number=2, data=data, change="a word", created_at=NOW, by="x")

    def first_is_taken():
        slot = first.times[0].slot
        factories.make_appointment(
            starts_at=slot.start,
            treatment=suits_all,
            therapist=kim,
            room=suits_all.rooms.first() or factories.make_room(),
        )

    week = {"long_run_weekday": "6", "weekly_volume_km": ""}
    changes = [
        *(
            lambda field=field, value=value: Treatment.objects.update(**{field: value})
            for field, value in {"name": "Legs", "price": 71, "slug": "legs"}.items()
        ),
        *(
            lambda field=field, value=value: Clinic.objects.update(**{field: value})
            for field, value in {"phone": "+44 20 7946 0123", "currency": "EUR"}.items()
        ),
        first_is_taken,
        lambda: Appointment.objects.update(status="cancelled"),
        lambda: Therapist.objects.update(name="Kim Other"),
        lambda: client.post("/plan/habits/", {**week, "usual_part": "1"}, follow=True),
        lambda: client.post(
            "/plan/habits/", {**week, "usual_therapist_id": str(kim.pk)}, follow=True
        ),
        lambda: client.post("/plan/habits/", {**week, "weekly_volume_km": "90"}, follow=True),
        lambda: client.post("/plan/choose/", {"other": str(first.offer.number)}),
        lambda: client.post(
            "/plan/sessions/",
            {"kind": first.id[0].value, "ideal": first.id[1].isoformat(), "do": "decline"},
        ),
        protocol_says_something_else,
        lambda: Treatment.objects.update(session_kinds=[]),
    ]
    assert unseen_of(changes, client, "/plan/") == []
    tokens = {one for kept in pieces._pieces.values() for one in TOKEN.findall(kept)}
    assert tokens == {f'name="csrfmiddlewaretoken" value="{pieces.A_TOKEN}"'}


def unseen_of(changes, client, url: str) -> list[int]:
    """Which of them the page does not show at once, or otherwise than with nothing kept."""
    before = shown(client, url)
    unseen = []
    for number, change in enumerate(changes):
        change()
        after = shown(client, url)
        pieces._pieces.clear()
        anew = shown(client, url)
        unseen += [number] if after == before or after != anew else []
        before = after
    return unseen


def shown(client, url: str) -> str:
    return TOKEN.sub("", client.get(url).content.decode())
