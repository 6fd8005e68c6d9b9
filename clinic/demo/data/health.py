"""What the demo's clients have told of their health, and what its therapists have noted.

Plainly made up, and quick to read: a few phrases, drawn anew for each visit.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from random import Random

from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.core.training.protocol.phases import PhaseRules
from bookings.models import Appointment, Client, Clinic, Race
from bookings.queries.training import protocol
from therapists.core.content import Answers, Content, Given, Mark
from therapists.models import Form, HealthCheck, Note, NoteVersion, Privacy
from therapists.models.sealed import Sealed

SAY_YES_TO = [
    ("allergy", "Nut oils (demo)."),
    ("varicose_veins", "Behind the right knee (demo)."),
    ("anticoagulants_bleeding", "A small dose since last year; my doctor knows (demo)."),
    ("epilepsy_etc", "Asthma, well controlled (demo)."),
    ("acute_injury", "Turned my ankle on Sunday (demo)."),
    ("stress_fracture_signs", "A sore spot on one shin (demo)."),
]
FREELY = [
    "",
    "",
    "I am ticklish behind the knees (demo).",
    "Please warn me before the calves (demo).",
]
WRITTEN = 0.8  # of the visits that took place
ANSWERED = 0.7  # of the clients
SORE = ["left-calf", "right-calf", "left-hamstring", "right-quad", "left-glute", "right-lower-back"]
SAID = {
    training.Phase.BUILD: "Long run of 26 km on Sunday, calves tight since (demo).",
    training.Phase.PEAK: "Biggest week so far; sleeps well, legs heavy (demo).",
    training.Phase.TAPER: "Nervous, legs feel good; no tenderness after last time (demo).",
    training.Phase.RACE_WEEK: "Ready; wants to feel loose (demo).",
    training.Phase.RECOVERY: "Race went well; stairs are fine again (demo).",
}
AS_EVER = "Easy weeks, a little stiff in the mornings (demo)."
PLANS = [
    "Calves again, slower (demo).",
    "Lighter on the left side (demo).",
    "Look at hips first (demo).",
    "Ask how long the soreness lasted (demo).",
]
COMFORTS = ["right", "right", "lighter", "firmer"]


def make_health(
    visits: Iterable[Appointment], clients: Sequence[Client], clinic: Clinic, chance: Random
) -> None:
    """Answers and signed notes; the races must be there already."""
    rules = protocol.current()
    HealthCheck.objects.bulk_create(_checks(clients, rules, chance))
    timelines = _timelines(clients, rules)

    def phase_at(visit: Appointment) -> PhaseRules:
        phase = timelines[visit.whose.pk].on(clinic.day_of(visit.starts_at)).phase
        return rules.phases[phase]

    been = [v for v in visits if v.status == Status.COMPLETED and chance.random() < WRITTEN]
    notes = Note.objects.bulk_create(_note(visit) for visit in been)
    NoteVersion.objects.bulk_create(
        NoteVersion(
            note=note,
            number=1,
            signed_by=note.author,
            signed_at=note.saved_at,
            content=Sealed.of(
                _content(note.appointment, phase_at(note.appointment), chance).as_data()
            ),
        )
        for note in notes
    )


def _checks(
    clients: Sequence[Client], rules: training.Protocol, chance: Random
) -> Iterator[HealthCheck]:
    """Mostly no to everything. Those who said yes to something serious were talked to since."""
    for client in clients:
        if chance.random() > ANSWERED:
            continue
        yes = dict([chance.choice(SAY_YES_TO)]) if chance.random() < 0.3 else {}
        given = tuple(
            Given(q.key, q.ask, q.rule, q.urgent, q.action, q.key in yes, yes.get(q.key, ""))
            for q in rules.contraindications
        )
        pressure = chance.choice(["", "light", "medium", "firm"])
        answers = Answers(rules.version, given, chance.choice(FREELY), pressure)
        yield HealthCheck(
            client=client,
            form=Form.FULL,
            given_at=client.created_at + timedelta(hours=1),
            by="runner, by the mailed link",
            content=Sealed.of(answers.as_data()),
        )


def _timelines(clients: Sequence[Client], rules: training.Protocol) -> dict[int, training.Timeline]:
    races: dict[int, list[training.Race]] = {client.pk: [] for client in clients}
    for race in Race.objects.filter(client__in=clients):
        races[race.client_id].append(race.in_training)
    return {pk: training.Timeline.of(found, rules) for pk, found in races.items()}


def _note(visit: Appointment) -> Note:
    written = visit.ends_at + timedelta(minutes=4)
    return Note(
        appointment=visit,
        author=visit.therapist,
        privacy=Privacy.THERAPISTS,
        created_at=written,
        saved_at=written,
    )


def _content(visit: Appointment, rules: PhaseRules, chance: Random) -> Content:
    usual = SORE[visit.whose.pk % len(SORE)]
    places = dict.fromkeys([usual, chance.choice(SORE)] if chance.random() < 0.8 else [usual])
    return Content(
        subjective=SAID.get(rules.phase, AS_EVER),
        objective="Legs and back; eased by the end (demo).",
        pressure=rules.pressure.key,
        techniques=rules.techniques[:2],
        comfort=chance.choice(COMFORTS),
        plan=chance.choice(PLANS),
        marks=tuple(
            Mark(place, chance.choice(["tightness", "soreness", "tightness", "pain"]), level)
            for place, level in ((place, chance.randint(2, 8)) for place in places)
        ),
    )
