"""How high the training stands in each phase, 1 in the peak: what every drawing of a plan shows."""

from bookings.core.training.phases import Phase

LOAD = {
    Phase.OFF_SEASON: 0.22,
    Phase.BASE: 0.45,
    Phase.BUILD: 0.78,
    Phase.PEAK: 1.0,
    Phase.TAPER: 0.5,
    Phase.RACE_WEEK: 0.3,
    Phase.RACE_DAY: 0.3,
    Phase.ACUTE: 0.12,
    Phase.RECOVERY: 0.25,
    Phase.RETURN: 0.4,
}
