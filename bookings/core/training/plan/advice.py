"""What a runner is advised of a day they might book: never a refusal."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bookings.core.training.phases import DAY
from bookings.core.training.plan.plan import Plan
from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.vocabulary import (
    Kind,
    Phase,
    Pressure,
    Priority,
)
from bookings.core.training.races import Runner
from bookings.core.wording import Sentence, isolated

FIRST_DEEPER_SESSION_BEFORE_RACE = 10  # days; nobody's first firm session is nearer than this


BothWords = tuple[Sentence, Sentence]  # to the runner, and about them
BY_THE_WEEKDAY = (
    (
        Sentence("This is the day of your long run."),
        Sentence("This is the day of their long run."),
    ),
    (Sentence("The day after is your long run."), Sentence("The day after is their long run.")),
)
ASSUMED = (
    (
        Sentence("We assume your long run on this day, of which your plan says nothing yet."),
        Sentence("We assume their long run on this day, of which their plan says nothing yet."),
    ),
    (
        Sentence("We assume your long run the day after, of which your plan says nothing yet."),
        Sentence("We assume their long run the day after, of which their plan says nothing yet."),
    ),
)


class Verdict(StrEnum):
    GOOD = "good"
    LIGHT_ONLY = "light only"
    NOT_ADVISED = "not advised"

    @property
    def label(self) -> Sentence:
        return VERDICTS[self]


VERDICTS = {
    Verdict.GOOD: Sentence("good"),
    Verdict.LIGHT_ONLY: Sentence("light only"),
    Verdict.NOT_ADVISED: Sentence("not advised"),
}

AROUND_A_RACE = ("P6", "P7", "S3")


@dataclass(frozen=True)
class Advice:
    """One day's verdict, the reason in a sentence for the runner, and the rule behind it.

    `of_them` is the same in the words of staff, where the sentence speaks to the runner.
    """

    verdict: Verdict
    reason: str
    rule: str
    of_them: str = ""

    @property
    def is_of_a_race(self) -> bool:
        """Whether `advice_on` has said it of the days around one."""
        return self.verdict is Verdict.NOT_ADVISED and self.rule in AROUND_A_RACE

    @property
    def for_staff(self) -> str:
        return self.of_them or self.reason


def advice_on(day: date, plan: Plan) -> Advice:
    """S1, P6 and P7 for a day; the first that holds decides."""
    known = plan.known_advice
    if day not in known:
        known[day] = _advice_on(day, plan)
    return known[day]


def _advice_on(day: date, plan: Plan) -> Advice:
    found = _not_advised(day, plan) or _beside_a_visit(day, plan)
    return found or _light_only(day, plan) or _good(day, plan)


def advice_for(kinds: frozenset[Kind], day: date, plan: Plan) -> Advice:
    """The same for a treatment for these kinds of session: one that does not fit is never good.

    Of a treatment without kinds nobody has said what it is for; the day alone decides.
    """
    advice = advice_on(day, plan)
    if advice.verdict is not Verdict.GOOD or not kinds or fits(kinds, day, plan):
        return advice
    return Advice(
        Verdict.NOT_ADVISED,
        Sentence("This treatment is meant for other weeks of your training."),
        "P7",
        Sentence("This treatment is meant for other weeks of their training."),
    )


def suits(kinds: frozenset[Kind], day: date, plan: Plan) -> bool:
    """Whether a treatment is well had that day: a light one also where only light ones are."""
    verdict = advice_for(kinds, day, plan).verdict
    if verdict is Verdict.LIGHT_ONLY and kinds:
        return kinds <= light_kinds(plan.protocol) and fits(kinds, day, plan)
    return verdict is Verdict.GOOD


def against(kinds: frozenset[Kind], day: date, plan: Plan) -> Advice | None:
    """Why a treatment is better not had that day; None where it may well be."""
    advice = advice_for(kinds, day, plan)
    return advice if advice.verdict is Verdict.NOT_ADVISED else None


def fits(kinds: frozenset[Kind], day: date, plan: Plan) -> bool:
    """Whether a treatment for these kinds of session is one that the day's phase asks for."""
    return not kinds.isdisjoint(plan.protocol.phases[plan.on(day).phase].sessions)


def light_kinds(protocol: Protocol) -> frozenset[Kind]:
    """The kinds of session that suit a day of light pressure."""
    types = protocol.session_types.items()
    return frozenset(kind for kind, rules in types if rules.pressure <= Pressure.LIGHT_MEDIUM)


def _not_advised(day: date, plan: Plan) -> Advice | None:
    here, tomorrow = plan.on(day), plan.on(day + DAY)
    name = isolated(here.race.name) if here.race else ""
    if here.phase is Phase.RACE_DAY:
        return Advice(Verdict.NOT_ADVISED, Sentence("This is the day of {race}.", race=name), "P7")
    if here.phase is Phase.ACUTE:
        return Advice(
            Verdict.NOT_ADVISED,
            Sentence(
                "These are the first days after {race}: let the tenderness fade first.", race=name
            ),
            "P6",
        )
    if tomorrow.phase is Phase.RACE_DAY and tomorrow.race:
        return Advice(
            Verdict.NOT_ADVISED,
            Sentence("The day after is {race}.", race=isolated(tomorrow.race.name)),
            "S3",
        )
    return _around_hard_days(day, plan.runner)


def _around_hard_days(day: date, runner: Runner) -> Advice | None:
    """S1 by the weekday, S10 where the runner's own plan says more."""
    if runner.schedule.says_no_more_than(runner.long_run_weekday):
        return _around_the_long_run(day, runner)
    for one in (day, day + DAY):
        if one in runner.schedule.long_runs:
            return _own(one, Sentence("Your plan has a long run on {day}.", day=one))
        if one in runner.schedule.hard_days:
            return _own(one, Sentence("Your plan has a hard session on {day}.", day=one))
    return _as_assumed(day, runner)


def _own(day: date, words: Sentence) -> Advice:
    of_them = Sentence("Their plan has a hard day on {day}.", day=day)
    return Advice(Verdict.NOT_ADVISED, words, "S10", of_them)


def _as_assumed(day: date, runner: Runner) -> Advice | None:
    """Beyond the days that the plan tells of."""
    return _beside_the_long_run(day, runner, ASSUMED, "S10")


def _around_the_long_run(day: date, runner: Runner) -> Advice | None:
    return _beside_the_long_run(day, runner, BY_THE_WEEKDAY, "S1")


def _beside_the_long_run(
    day: date, runner: Runner, words: tuple[BothWords, BothWords], rule: str
) -> Advice | None:
    """`words` are of its day and of the day before, to the runner and about them."""
    for run, (yours, theirs) in zip((day, day + DAY), words, strict=True):
        if runner.runs_long_on(run):
            return Advice(Verdict.NOT_ADVISED, yours, rule, theirs)
    return None


def _beside_a_visit(day: date, plan: Plan) -> Advice | None:
    """Whoever comes already needs nothing more for some days, as between two sessions (S7)."""
    near = min(plan.visits, key=lambda visit: abs(visit - day), default=None)
    if near is None or abs(near - day).days >= plan.protocol.placement.min_days_apart:
        return None
    return Advice(
        Verdict.NOT_ADVISED,
        Sentence("You have an appointment on {day} already.", day=near),
        "S7",
        Sentence("They have an appointment on {day} already.", day=near),
    )


def _light_only(day: date, plan: Plan) -> Advice | None:
    here = plan.on(day)
    if here.ceiling <= Pressure.LIGHT_MEDIUM:
        phase = plan.protocol.phases[here.phase].name
        words = Sentence(
            "{phase}: {pressure} pressure at most.", phase=phase, pressure=here.ceiling.label
        )
        return Advice(Verdict.LIGHT_ONLY, words, "P7")
    race = next((race for race in plan.races if _is_soon(race.days_to(day)) and
                 race.priority is Priority.A and race.is_run), None)  # fmt: skip
    if race and plan.runner.new_client:
        return Advice(
            Verdict.LIGHT_ONLY,
            Sentence(
                "A first firm session should be more than {days} days before {race}; the light one "
                "suits.",
                days=FIRST_DEEPER_SESSION_BEFORE_RACE,
                race=isolated(race.name),
            ),
            "S7",
        )
    return None


def _is_soon(days: int) -> bool:
    return 1 <= days <= FIRST_DEEPER_SESSION_BEFORE_RACE


def _good(day: date, plan: Plan) -> Advice:
    here = plan.on(day)
    phase = plan.protocol.phases[here.phase].name
    words = Sentence(
        "{phase}: up to {pressure} pressure.", phase=phase, pressure=here.ceiling.label
    )
    return Advice(Verdict.GOOD, words, "P7")
