"""What a therapist must see first, in a few words each."""

from dataclasses import dataclass

from bookings.models import Client
from therapists.core.content import Given
from therapists.core.private import Private
from therapists.queries.client_summary import Known

SHORT = {
    "clot_signs": "Signs of a clot",
    "rhabdo_signs": "Dark urine or muscle swelling",
    "post_race_illness": "Unwell after the race",
    "compartment_signs": "Tight leg, numb or cold foot",
    "fever_infection": "Fever or infection",
    "skin_infection_wounds": "Skin or wound",
    "acute_injury": "New injury",
    "stress_fracture_signs": "Bone pain",
    "fracture_surgery": "Fracture or operation",
    "anticoagulants_bleeding": "Blood thinners or bleeding",
    "clot_history": "Clot in the past",
    "pregnancy": "Pregnancy",
    "varicose_veins": "Varicose veins",
    "heart_circulation": "Heart or circulation",
    "cancer": "Cancer",
    "diabetes_neuropathy": "Diabetes or numbness",
    "osteoporosis": "Osteoporosis",
    "epilepsy_etc": "Long-term condition",
    "undiagnosed_pain_lump": "Pain or lump not looked at",
    "painkillers_alcohol": "Painkillers or alcohol",
    "allergy": "Allergy",
}
LIFTED_ONLY_BY_YOU = "On hold: check health before you start"


@dataclass(frozen=True, repr=False)
class Alert(Private):
    words: str
    is_serious: bool


def alerts_of(client: Client, known: Known) -> list[Alert]:
    """The hold, then every yes that counts, then what has not been answered."""
    found = [Alert(LIFTED_ONLY_BY_YOU, True)] if client.health_hold else []
    said = (one.given for one in known.said(on_hold=client.health_hold))
    found += [Alert(in_short(one), one.is_serious) for one in said]
    if any(told.answers.changed for told in known.since):
        found.append(Alert("Says that something has changed", True))
    if known.full is None:
        found.append(Alert("No health check yet", False))
    if known.last_visit is None:
        found.append(Alert("First visit", False))
    return found


def in_short(given: Given) -> str:
    """Also for a question that the clinic has added to its protocol."""
    return SHORT.get(given.key, given.key.replace("_", " ").capitalize())
