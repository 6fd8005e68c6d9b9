"""What a note asks for in each training phase: presets that may be written over."""

from dataclasses import dataclass

from bookings.core.training import Phase
from bookings.core.wording import Sentence


@dataclass(frozen=True)
class Prompts:
    """A line of help under each part of the note."""

    subjective: Sentence
    objective: Sentence
    plan: Sentence


AS_EVER = Prompts(
    subjective=Sentence("How they feel, what they ask for, what hurts and since when"),
    objective=Sentence("What you felt and did"),
    plan=Sentence("Next time; anything to do until then"),
)
PROMPTS: dict[Phase, Prompts] = {
    Phase.BASE: Prompts(
        Sentence("New shoes or surfaces, old injuries, how the volume is rising"),
        Sentence("Baseline: calves, hips and feet"),
        Sentence("What to look at again in the build phase"),
    ),
    Phase.BUILD: Prompts(
        Sentence("The last long run, the next hard day, anything one-sided"),
        Sentence("Hot spots; one-finger bone pain and one-sided swelling looked for"),
        Sentence("Which day after the long run suited"),
    ),
    Phase.PEAK: Prompts(
        Sentence("Load this week, sleep, how long soreness lasted last time"),
        Sentence("Hot spots; what was left alone because of the load"),
        Sentence("Before the longest run, or after it"),
    ),
    Phase.TAPER: Prompts(
        Sentence("How long tenderness lasted last time; nerves, niggles"),
        Sentence("Only what this client already tolerates"),
        Sentence("Nothing new from here; a light one in race week?"),
    ),
    Phase.RACE_WEEK: Prompts(
        Sentence("How they feel about the race; anything that hurts is referred"),
        Sentence("Light only"),
        Sentence("After the race: when to come, what to watch for"),
    ),
    Phase.ACUTE: Prompts(
        Sentence("Warning signs asked for: urine, swelling, confusion, breath, fever"),
        Sentence("What was left alone"),
        Sentence("When tenderness has faded"),
    ),
    Phase.RECOVERY: Prompts(
        Sentence("What hurt in the race and what still does, at rest and walking"),
        Sentence("Where it is still tender; injuries the race has hidden"),
        Sentence("What must settle before running again"),
    ),
    Phase.RETURN: Prompts(
        Sentence("What hurts when running, and after how long"),
        Sentence("Against the baseline notes"),
        Sentence("The next goal; what needs somebody else's eyes"),
    ),
}


def prompts_for(phase: Phase) -> Prompts:
    return PROMPTS.get(phase, AS_EVER)
