"""A health question in a few words, and how firm a yes to it lets anybody work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bookings.core.training.protocol.vocabulary import Pressure
from bookings.core.wording import Sentence
from therapists.core.content import Given
from therapists.core.private import Private

SHORT = {
    "clot_signs": Sentence("Signs of a clot"),
    "rhabdo_signs": Sentence("Dark urine or muscle swelling"),
    "post_race_illness": Sentence("Unwell after the race"),
    "compartment_signs": Sentence("Tight leg, numb or cold foot"),
    "fever_infection": Sentence("Fever or infection"),
    "skin_infection_wounds": Sentence("Skin or wound"),
    "acute_injury": Sentence("New injury"),
    "stress_fracture_signs": Sentence("Bone pain"),
    "fracture_surgery": Sentence("Fracture or operation"),
    "anticoagulants_bleeding": Sentence("Blood thinners or bleeding"),
    "clot_history": Sentence("Clot in the past"),
    "pregnancy": Sentence("Pregnancy"),
    "varicose_veins": Sentence("Varicose veins"),
    "heart_circulation": Sentence("Heart or circulation"),
    "cancer": Sentence("Cancer"),
    "diabetes_neuropathy": Sentence("Diabetes or numbness"),
    "osteoporosis": Sentence("Osteoporosis"),
    "epilepsy_etc": Sentence("Long-term condition"),
    "undiagnosed_pain_lump": Sentence("Pain or lump not looked at"),
    "painkillers_alcohol": Sentence("Painkillers or alcohol"),
    "allergy": Sentence("Allergy"),
}
# What the protocol's `action` of the question says of pressure, each no firmer than its words.
FIRMEST = {
    "anticoagulants_bleeding": Pressure.LIGHT,  # "light pressure only"
    "osteoporosis": Pressure.LIGHT,  # "light pressure"
    "painkillers_alcohol": Pressure.LIGHT,  # "light pressure (dulled feedback)"
    "diabetes_neuropathy": Pressure.LIGHT_MEDIUM,  # "light to medium"
    "pregnancy": Pressure.MEDIUM,  # "no deep leg work"
    "epilepsy_etc": Pressure.FIRM,  # "therapist decides"
    "allergy": Pressure.FIRM,  # another medium, not another pressure
}
# What `bookings.core.training.protocol.evidence.Contraindication` says of the rules, for the rest:
# a doctor's agreement and a place to avoid say nothing of pressure once a therapist has decided.
BY_RULE = {
    "wait": Pressure.NONE,
    "adapt": Pressure.MEDIUM,
    "stop": Pressure.FIRM,
    "clearance": Pressure.FIRM,
    "local": Pressure.FIRM,
}
THE_HOLD = Sentence("The hold")
THE_PHASE = Sentence("The phase of their training")


@dataclass(frozen=True, repr=False)
class Firmest(Private):
    """How firm a visit may be at most, and for which yes; for none where it is the phase's, but
    where that allows none at all."""

    pressure: Pressure
    because: Sequence[str]


def in_short(given: Given) -> str:
    """Also for a question that the clinic has added to its protocol."""
    return SHORT.get(given.key, given.key.replace("_", " ").capitalize())


def firmest(of_the_phase: Pressure, said: Iterable[Given], *, on_hold: bool) -> Firmest:
    """The lowest of the phase's ceiling and of what each yes in force allows.

    Nothing is advised on hold: a decision to treat all the same is the therapist's own.
    """
    limits = [(_limit(one, on_hold), in_short(one)) for one in said if one.yes]
    lowest = min([of_the_phase, *(limit for limit, _ in limits)])
    if on_hold:
        lowest = Pressure.NONE
    because = [words for limit, words in limits if limit == lowest < Pressure.FIRM]
    if lowest is Pressure.NONE and not because:
        because = [THE_HOLD if on_hold else THE_PHASE]
    return Firmest(lowest, because)


def _limit(given: Given, on_hold: bool) -> Pressure:
    if on_hold and given.is_serious:
        return Pressure.NONE
    return FIRMEST.get(given.key, BY_RULE.get(given.rule, Pressure.NONE))
