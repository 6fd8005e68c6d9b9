"""Which health questions to ask when. What a yes means is the protocol's to say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from bookings.core.training import Phase, Protocol
from bookings.core.training.protocol.evidence import Contraindication
from bookings.models import Client
from therapists.models import Form, HealthCheck

GOOD_FOR = timedelta(days=365)
JUST_NOW = timedelta(days=1)
AT_EVERY_VISIT = ("fever_infection", "acute_injury", "painkillers_alcohol")
ASKED_IN_PERSON = ("clot_signs", "acute_injury", "fever_infection")
AFTER_A_RACE = (Phase.RACE_DAY, Phase.ACUTE, Phase.RECOVERY)
ASKED_AFTER_A_RACE = ("stress_fracture_signs",)
OF_THESE_DAYS = ("wait", "local")
NOW, THESE_DAYS, IN_GENERAL = (
    gettext_noop("Right now"),
    gettext_noop("These days"),
    gettext_noop("In general"),
)


@dataclass(frozen=True)
class Group:
    """Questions that belong together, under a title."""

    title: str
    questions: tuple[Contraindication, ...]

    @property
    def none(self) -> str:
        """The name of its "none of these"."""
        return f"none-{self.questions[0].key}"


def form_for(client: Client, *, now: datetime) -> Form:
    """The long form once a year, the short one in between; it tells no stranger of an earlier."""
    told = HealthCheck.objects.shown_to(client)
    recent = told.filter(form=Form.FULL, given_at__gt=now - GOOD_FOR)
    return Form.CHANGED if recent.exists() else Form.FULL


def answered_just_now(client: Client, *, now: datetime) -> datetime | None:
    """When, if it is so short ago that nobody wants to be asked again."""
    told = HealthCheck.objects.shown_to(client).filter(given_at__gt=now - JUST_NOW)
    return told.values_list("given_at", flat=True).order_by("given_at").last()


def questions_of(form: Form, rules: Protocol, phases: Iterable[Phase]) -> list[Contraindication]:
    """In the protocol's order; after a race the short form asks for its warning signs too."""
    if form == Form.FULL:
        return list(rules.contraindications)
    after_a_race = any(phase in AFTER_A_RACE for phase in phases)
    return [
        one
        for one in rules.contraindications
        if one.key in AT_EVERY_VISIT or (after_a_race and _warns_after_a_race(one))
    ]


def questions_in_the_room(
    form: Form, rules: Protocol, phases: Iterable[Phase]
) -> list[Contraindication]:
    """With all that a therapist asks in person, so that nothing is asked twice."""
    phases = list(phases)
    asked = questions_of(form, rules, phases)
    in_person = [one for phase in phases for one in asked_in_person(rules, phase)]
    return [one for one in rules.contraindications if one in asked or one in in_person]


def asked_in_person(rules: Protocol, phase: Phase) -> list[Contraindication]:
    """Red flags: a few at every visit, after a race its warning signs as well."""
    after_a_race = phase in AFTER_A_RACE
    return [
        one
        for one in rules.contraindications
        if one.key in ASKED_IN_PERSON or (after_a_race and _warns_after_a_race(one))
    ]


def _warns_after_a_race(one: Contraindication) -> bool:
    return one.urgent or one.key in ASKED_AFTER_A_RACE


def grouped(questions: Iterable[Contraindication]) -> list[Group]:
    """What needs help at once first, then what passes, then what stays."""
    by_title: dict[str, list[Contraindication]] = {NOW: [], THESE_DAYS: [], IN_GENERAL: []}
    for one in questions:
        by_title[_title(one)].append(one)
    return [Group(title, tuple(inside)) for title, inside in by_title.items() if inside]


def _title(one: Contraindication) -> str:
    if one.urgent:
        return NOW
    return THESE_DAYS if one.rule in OF_THESE_DAYS else IN_GENERAL
