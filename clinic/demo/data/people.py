"""Who works in the demo, and who comes."""

from itertools import product
from random import Random

from clinic.demo.logins import RUNNER_LOGIN

# Name, initials, speciality, bio, qualifications. The first has the therapist's login.
THERAPISTS = [
    ("Ines Carrow", "IC", "Calves and hips of long-distance runners.",
     "Starts early, before work, and likes a session that has a plan to it.",
     ["Level 5 diploma in sports massage (demo), 2014", "Leader in running fitness (demo), 2019"]),
    ("Tom Ashdown", "TA", "Unhurried hour-long sessions.",
     "A marshal at the same spring half marathon every year.",
     ["Level 4 diploma in sports massage (demo), 2016"]),
    ("Mei Lindqvist", "ML", "Feet, ankles and everything above them.",
     "Here in the evenings, for people with day jobs.",
     ["BSc in sports therapy (demo), 2012", "Level 5 diploma in sports massage (demo), 2013"]),
    ("Owen Bright", "OB", "Firm when you ask for it, and only then.",
     "Ran the 800 metres before he trained as a therapist.",
     ["Level 4 diploma in sports massage (demo), 2021"]),
    ("Sana Whitlock", "SW", "Mostly light sessions around a race.",
     "Happy to explain what she does and why.",
     ["Level 5 diploma in sports massage (demo), 2018"]),
    ("Luca Fenn", "LF", "Weekends, for those who work all week.",
     "Runs slowly and likes to talk about it.",
     ["Level 4 diploma in sports massage (demo), 2020"]),
]  # fmt: skip

RUNNER = "Robin Demo"
FIRST = [
    "Ana", "Bo", "Chidi", "Dana", "Eoin", "Femi", "Grace", "Hana", "Ivo", "Jun", "Kofi", "Lena",
    "Maja", "Nguyễn", "Maximilian-Alexander", "Priya", "Quinn", "Rosa", "Søren", "Tariq", "Una",
    "María Fernanda", "Wren", "Zoë", "Łucja", "Αλέξης", "Олена", "ليلى", "美咲", "지민",
]  # fmt: skip
LAST = ["Demo", "Demoson", "Sample", "Example", "Placeholder-Featherstonehaugh"]
# Their places in the list, behind the couples.
WITHOUT_EMAIL = (24, 27, 33)
UNDER_AGE = {20: (16, "Pat Demo"), 21: (17, "")}  # years, and which guardian has agreed
DESK_NOTES = {
    0: "Prefers to be rung after five (demo).",
    18: "Comes by bicycle; may be five minutes late (demo).",
    24: "Has no e-mail: rings on Mondays (demo).",
    29: "Pays by transfer at the end of the month (demo).",
}
COUPLES = 8  # neighbours in the list, who share a surname and an address


def clients(how_many: int, chance: Random) -> list[tuple[str, str, str]]:
    """Name, address and phone (sometimes none) of each: the runner, the couples, the rest."""
    names = [RUNNER, *(f"{first} {last}" for last, first in product(LAST, FIRST))][:how_many]
    addresses = [RUNNER_LOGIN, *(f"client{n}@example.com" for n in range(1, len(names)))]
    for one, other in couples():
        addresses[other] = addresses[one]
    phones = [
        f"+44 20 7946 {number:04}" if chance.random() < 0.7 else "" for number in range(len(names))
    ]
    return list(zip(names, addresses, phones, strict=True))


def couples() -> list[tuple[int, int]]:
    """Their places in the list of clients."""
    return [(place, place + 1) for place in range(1, 2 * COUPLES, 2)]
