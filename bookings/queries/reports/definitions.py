"""The reports there are: of which rows, what is counted or added up of them, and by what cut.

A definition is said once, here, and stands on the page as the sentence under the figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from bookings.queries.reports.sources import RowSource

Words = str | Promise
CALENDAR = ("date", "week", "month")  # cuts of which nothing is left out, however little there is
MONEY = ("cash", "card", "transfer")


@dataclass(frozen=True)
class Counted:
    """Of the rows whose columns are `of` these values: how many, or what they `add` up to."""

    name: str
    label: Words
    of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    adds: str = "one"


@dataclass(frozen=True)
class Share:
    """One figure of what others come to together; all by name. What `waits` is not in it yet."""

    label: Words
    part: str
    whole: tuple[str, ...]
    waits: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """`drawn` are the figures in its charts; without any it is the share."""

    name: str
    title: Words
    says: Words
    source: RowSource
    figures: tuple[Counted, ...]
    cuts: tuple[str, ...]
    share: Share | None = None
    drawn: tuple[str, ...] = ()

    def figure(self, name: str) -> Counted:
        """Raises KeyError."""
        return {one.name: one for one in self.figures}[name]


CUTS: dict[str, Words] = {
    "date": gettext_lazy("Day"),
    "week": gettext_lazy("Week, by its Monday"),
    "month": gettext_lazy("Month"),
    "weekday": gettext_lazy("Weekday"),
    "hour": gettext_lazy("Hour"),
    "therapist": gettext_lazy("Therapist"),
    "treatment": gettext_lazy("Treatment"),
    "method": gettext_lazy("How it was paid"),
    "phase": gettext_lazy("Training phase"),
    "race": gettext_lazy("Race"),
    "newness": gettext_lazy("New or returning"),
    "lead": gettext_lazy("Booked before"),
}

TAKINGS = Report(
    name="takings",
    title=gettext_lazy("Takings"),
    says=gettext_lazy(
        "Money counts on the day that it was taken, and for whoever it was taken for; refunds and "
        "what was taken back are off. What was waived is no money and stands apart. The phase and "
        "the race are those of the visit’s day."
    ),
    source=RowSource.PAYMENTS,
    figures=(
        Counted("payments", gettext_lazy("Payments and refunds"), {"method": MONEY}),
        Counted("taken", gettext_lazy("Taken"), {"method": MONEY}, "amount"),
        Counted("waived", gettext_lazy("Waived"), {"method": ("waived",)}, "amount"),
    ),
    cuts=(*CALENDAR, "method", "therapist", "treatment", "phase", "race"),
    drawn=("taken",),
)

UTILISATION = Report(
    name="utilisation",
    title=gettext_lazy("Hours booked"),
    says=gettext_lazy(
        "Booked: how long visits last, without the pause after them; those who did not come are "
        "in it, who cancelled is not. At work: hours of the rota and extra hours, less breaks, "
        "time off and closures; of whoever has left, until their last visit. What is booked "
        "outside of hours counts as booked, so that a share can be above 100 %."
    ),
    source=RowSource.TIME,
    figures=(
        Counted("rostered", gettext_lazy("At work"), {"kind": ("rostered",)}, "seconds"),
        Counted("booked", gettext_lazy("Booked"), {"kind": ("booked",)}, "seconds"),
    ),
    cuts=("therapist", "weekday", "hour", *CALENDAR),
    share=Share(gettext_lazy("Share booked"), "booked", ("rostered",)),
)

CAME = Counted("came", gettext_lazy("Came"), {"outcome": ("came",)})
WHO_CAME = (
    Counted("booked", gettext_lazy("Booked")),
    CAME,
    Counted("no_show", gettext_lazy("Did not come"), {"outcome": ("no_show",)}),
    Counted("late", gettext_lazy("Cancelled late"), {"outcome": ("late",)}),
)

ATTENDANCE = Report(
    name="attendance",
    title=gettext_lazy("Who came"),
    says=gettext_lazy(
        "Every visit that was booked for these days. Cancelled late: after the clinic’s deadline "
        "for cancelling as it is set now, whoever cancelled it. Not confirmed: given back because "
        "no newcomer answered from the mailbox. The share is of those who came or did not come."
    ),
    source=RowSource.VISITS,
    figures=(
        *WHO_CAME,
        Counted("in_time", gettext_lazy("Cancelled in time"), {"outcome": ("in_time",)}),
        Counted("unproved", gettext_lazy("Not confirmed"), {"outcome": ("unproved",)}),
        Counted("unmarked", gettext_lazy("Not marked yet"), {"outcome": ("unmarked",)}),
        Counted("ahead", gettext_lazy("To come"), {"outcome": ("ahead",)}),
    ),
    cuts=("week", "month", "therapist", "treatment", "weekday", "newness", "phase", "race"),
    share=Share(gettext_lazy("Share that did not come"), "no_show", ("came", "no_show")),
    drawn=("no_show", "late"),
)

AGAIN = Report(
    name="again",
    title=gettext_lazy("Who comes again"),
    says=gettext_lazy(
        "Of the visits that took place: whether another visit of the same client begins within so "
        "many weeks after the day, cancelled and missed ones aside. Too soon to say: those weeks "
        "are not over yet, whether another is booked by now or not, for whoever books at once "
        "would else count before whoever does not. The share is of those whose weeks are over."
    ),
    source=RowSource.VISITS,
    figures=(
        CAME,
        Counted("again", gettext_lazy("Again"), {"outcome": ("came",), "again": ("again",)}),
        Counted("not", gettext_lazy("Not again"), {"outcome": ("came",), "again": ("not",)}),
        Counted(
            "open", gettext_lazy("Too soon to say"), {"outcome": ("came",), "again": ("open",)}
        ),
    ),
    cuts=("phase", "race", "therapist", "treatment", "newness", "month"),
    share=Share(gettext_lazy("Share that came again"), "again", ("again", "not"), "open"),
)

STANDS = ("came", "ahead", "unmarked")
NEW = Report(
    name="new",
    title=gettext_lazy("New and returning"),
    says=gettext_lazy(
        "Visits that took place or still may. New: no visit of the client that took place or "
        "still may comes before it, as far back as the records go; so whoever was brought in from "
        "another system is new once."
    ),
    source=RowSource.VISITS,
    figures=(
        Counted("visits", gettext_lazy("Visits"), {"outcome": STANDS}),
        Counted("new", gettext_lazy("New"), {"outcome": STANDS, "newness": ("new",)}),
        Counted("back", gettext_lazy("Returning"), {"outcome": STANDS, "newness": ("returning",)}),
    ),
    cuts=("week", "month", "therapist", "treatment", "phase", "race"),
    share=Share(gettext_lazy("Share of new ones"), "new", ("visits",)),
    drawn=("new", "back"),
)

LEAD = Report(
    name="lead",
    title=gettext_lazy("How long before they book"),
    says=gettext_lazy(
        "Days of the calendar from the day on which a visit was booked to its own; a visit that "
        "was moved counts for the day it has now."
    ),
    source=RowSource.VISITS,
    figures=WHO_CAME,
    cuts=("lead", "treatment", "newness", "therapist"),
    drawn=("booked",),
)

UNPAID = Report(
    name="unpaid",
    title=gettext_lazy("Not paid yet"),
    says=gettext_lazy(
        "Visits of these days that took place, or cost a fee, of which something is left to pay "
        "now: the price or the fee, less what was paid and what was waived of it."
    ),
    source=RowSource.VISITS,
    figures=(
        Counted("visits", gettext_lazy("Visits"), {"owes": ("yes",)}),
        Counted("left", gettext_lazy("Left to pay"), {"owes": ("yes",)}, "amount"),
    ),
    cuts=("month", "therapist", "treatment"),
    drawn=("left",),
)

MAILS = Report(
    name="mails",
    title=gettext_lazy("What reminders to book come to"),
    says=gettext_lazy(
        "Mails about sessions to book that went out on these days, or may have. Booked: a later "
        "visit of the client was booked within 14 days after, whatever became of it. Too soon to "
        "say: those days are not over, whether a visit is booked by now or not. The share is of "
        "those whose days are over. It does not tell who would have booked without the mail. The "
        "therapist is who had seen the client last by then."
    ),
    source=RowSource.MAILS,
    figures=(
        Counted("sent", gettext_lazy("Sent")),
        Counted("booked", gettext_lazy("Booked"), {"booked": ("booked",)}),
        Counted("not", gettext_lazy("Not booked"), {"booked": ("not",)}),
        Counted("open", gettext_lazy("Too soon to say"), {"booked": ("open",)}),
    ),
    cuts=("week", "month", "therapist", "phase", "race"),
    share=Share(gettext_lazy("Share that booked"), "booked", ("booked", "not"), "open"),
)

REPORTS: dict[str, Report] = {
    one.name: one for one in (TAKINGS, UTILISATION, ATTENDANCE, AGAIN, NEW, LEAD, UNPAID, MAILS)
}
CROSSED = ("therapist", "treatment", "phase")


def can_be_crossed(report: Report) -> bool:
    return all(cut in report.cuts for cut in CROSSED)
