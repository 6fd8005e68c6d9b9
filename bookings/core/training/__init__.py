"""The training engine: from a race's date to phases, sessions and the dates of mails.

    plan = training.plan(races, runner, protocol, as_of=today)
    plan.sessions; plan.on(day).ceiling; plan.segments(start, end); plan.mailings()

Pure: no clock, no files, no database. Dates are civil dates in the clinic's calendar, ranges
are half-open. The rules that docstrings cite by id (P1, S1, N1 ...) are in rules.md here.
"""

from bookings.core.training.efforts import HARD_WORK
from bookings.core.training.files.inputs import Inputs
from bookings.core.training.files.outputs import as_data, as_text, end_of
from bookings.core.training.mails.mailings import Mailing
from bookings.core.training.mails.nudges import (
    Nudge,
    NudgeId,
    OffSeasonMail,
    Topic,
    blackout,
    nudges_of,
    off_season_mails,
)
from bookings.core.training.mails.pacing import Handled, LastCycle, Pace
from bookings.core.training.phases import PhaseDay, Segment, Timeline, phase_on, spans_of
from bookings.core.training.plan.advice import (
    Advice,
    Verdict,
    advice_for,
    advice_on,
    against,
    fits,
    light_kinds,
    suits,
)
from bookings.core.training.plan.better import Because, BetterDays
from bookings.core.training.plan.differences import Booked, Misfit, PlanChange
from bookings.core.training.plan.misplaced import misplaced, near_a_visit
from bookings.core.training.plan.plan import Plan, plan
from bookings.core.training.plan.reasons import around, suiting_days
from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.claims import claims_in, promised_nothing_about
from bookings.core.training.protocol.fields import FieldError
from bookings.core.training.protocol.vocabulary import (
    Distance,
    Kind,
    Outcome,
    Phase,
    Pressure,
    Priority,
    Weekday,
)
from bookings.core.training.races import Race, Rejection, Runner, rejections
from bookings.core.training.schedule import DayKind, Schedule, TrainingDay
from bookings.core.training.sessions import Session, SessionId
from bookings.core.training.typical import in_plain_words

__all__ = [
    "HARD_WORK",
    "Advice",
    "Because",
    "BetterDays",
    "Booked",
    "DayKind",
    "Distance",
    "FieldError",
    "Handled",
    "Inputs",
    "Kind",
    "LastCycle",
    "Mailing",
    "Misfit",
    "Nudge",
    "NudgeId",
    "OffSeasonMail",
    "Outcome",
    "Pace",
    "Phase",
    "PhaseDay",
    "Plan",
    "PlanChange",
    "Pressure",
    "Priority",
    "Protocol",
    "Race",
    "Rejection",
    "Runner",
    "Schedule",
    "Segment",
    "Session",
    "SessionId",
    "Timeline",
    "Topic",
    "TrainingDay",
    "Verdict",
    "Weekday",
    "advice_for",
    "advice_on",
    "against",
    "around",
    "as_data",
    "as_text",
    "blackout",
    "claims_in",
    "end_of",
    "fits",
    "in_plain_words",
    "light_kinds",
    "misplaced",
    "near_a_visit",
    "nudges_of",
    "off_season_mails",
    "phase_on",
    "plan",
    "promised_nothing_about",
    "rejections",
    "spans_of",
    "suiting_days",
    "suits",
]
