"""Who works in the demo, and who comes."""

from itertools import product
from random import Random

from bookings.core.roles import Role

DEMO_PASSWORD = "demo-password-only"  # noqa: S105 - printed by `make demo`, and loaded nowhere else
DEMO_LOGINS: list[tuple[Role, str]] = [
    (Role.OWNER, "owner@demo.example.com"),
    (Role.DESK, "desk@demo.example.com"),
    (Role.THERAPIST, "ines@demo.example.com"),
    (Role.RUNNER, "runner@demo.example.com"),
]

# Name, initials, bio.
THERAPISTS = [
    ("Ines Carrow", "IC", "Long-distance calves and hips. Works early, before the trains fill up."),
    ("Tom Ashdown", "TA", "Unhurried hour-long sessions. Runs the marshal tent at a spring half."),
    ("Mei Lindqvist", "ML", "Feet, ankles and everything above. Evenings for people with jobs."),
    ("Owen Bright", "OB", "Track runner turned therapist. Firm when you ask for it."),
    ("Sana Whitlock", "SW", "Light pre-race and post-race work is her favourite part."),
    ("Luca Fenn", "LF", "Weekends only, for those whose long run is on a Friday."),
]

FIRST = [
    "Ana", "Ben", "Chidi", "Dana", "Eoin", "Femi", "Grace", "Hana", "Ivo", "Jun", "Kofi", "Lena",
    "Maja", "Nils", "Olu", "Priya", "Quinn", "Rosa", "Søren", "Tariq", "Una", "Vera", "Wren",
    "Ximena", "Yusuf", "Zoë", "Łucja", "Αλέξης", "Олена", "美咲",
]  # fmt: skip
LAST = ["Demo", "Demoson", "Sample", "Example", "Placeholder"]
PLACES_AT_HOME = 8  # couples and families that share one address


def clients(how_many: int, chance: Random) -> list[tuple[str, str, str]]:
    """Name, address and phone (sometimes none) of each; some share an address."""
    names = [f"{first} {last}" for last, first in product(LAST, FIRST)][:how_many]
    addresses = [f"client{number}@example.com" for number in range(len(names))]
    for pair in range(PLACES_AT_HOME):
        addresses[-1 - pair] = addresses[pair]
    phones = [
        f"+44 20 7946 {number:04}" if chance.random() < 0.7 else "" for number in range(len(names))
    ]
    return list(zip(names, addresses, phones, strict=True))
