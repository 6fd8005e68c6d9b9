"""What a note asks for in each training phase: presets that may be written over."""

from dataclasses import dataclass

from bookings.core.training import Phase


@dataclass(frozen=True)
class Prompts:
    """A line of help under each part of the note."""

    subjective: str
    objective: str
    plan: str


AS_EVER = Prompts(
    subjective="How they feel, what they ask for, what hurts and since when",
    objective="What you felt and did",
    plan="Next time; anything to do until then",
)
PROMPTS: dict[Phase, Prompts] = {
    Phase.BASE: Prompts(
        "New shoes or surfaces, old injuries, how the volume is rising",
        "Baseline: calves, hips and feet",
        "What to look at again in the build phase",
    ),
    Phase.BUILD: Prompts(
        "The last long run, the next hard day, anything one-sided",
        "Hot spots; one-finger bone pain and one-sided swelling looked for",
        "Which day after the long run suited",
    ),
    Phase.PEAK: Prompts(
        "Load this week, sleep, how long soreness lasted last time",
        "Hot spots; what was left alone because of the load",
        "Before the longest run, or after it",
    ),
    Phase.TAPER: Prompts(
        "How long tenderness lasted last time; nerves, niggles",
        "Only what this client already tolerates",
        "Nothing new from here; a light one in race week?",
    ),
    Phase.RACE_WEEK: Prompts(
        "How they feel about the race; anything that hurts is referred",
        "Light only",
        "After the race: when to come, what to watch for",
    ),
    Phase.ACUTE: Prompts(
        "Warning signs asked for: urine, swelling, confusion, breath, fever",
        "What was left alone",
        "When tenderness has faded",
    ),
    Phase.RECOVERY: Prompts(
        "What hurt in the race and what still does, at rest and walking",
        "Where it is still tender; injuries the race has hidden",
        "What must settle before running again",
    ),
    Phase.RETURN: Prompts(
        "What hurts when running, and after how long",
        "Against the baseline notes",
        "The next goal; what needs somebody else's eyes",
    ),
}


def prompts_for(phase: Phase) -> Prompts:
    return PROMPTS.get(phase, AS_EVER)
