"""Why somebody on the list is not offered a time: codes, each with a whole sentence."""

from enum import StrEnum

from bookings.core.wording import Sentence


class WhyNot(StrEnum):
    """In the order in which they are asked: a later one is a nearer miss.

    Up to NOTICE they do not want it; from ON_SALE on they do, and no mail offers it.
    """

    TREATMENT = "treatment"
    DATES = "dates"
    THERAPIST = "therapist"
    WEEKDAY = "weekday"
    PART = "part"
    NOT_EARLIER = "not_earlier"
    NOT_BETTER = "not_better"
    BUSY = "busy"
    HAS_ONE = "has_one"
    NOTICE = "notice"
    ON_SALE = "on_sale"
    UNCONFIRMED = "unconfirmed"
    UNREACHABLE = "unreachable"
    TRIED = "tried"
    GIVEN_UP = "given_up"
    NEWCOMERS = "newcomers"
    TOO_NEAR = "too_near"
    HAS_AN_OFFER = "has_an_offer"
    ASKED_TODAY = "asked_today"
    OTHERS_FIRST = "others_first"

    @property
    def sentence(self) -> Sentence:
        return SENTENCES[self]

    @property
    def wants_it(self) -> bool:
        return ORDER[self] >= ORDER[WhyNot.ON_SALE]


ORDER = {code: number for number, code in enumerate(WhyNot)}
SENTENCES = {
    WhyNot.TREATMENT: Sentence("Their treatment does not fit in there."),
    WhyNot.DATES: Sentence("It is on none of the dates that they asked for."),
    WhyNot.THERAPIST: Sentence("They wait for another therapist."),
    WhyNot.WEEKDAY: Sentence("They want other days of the week."),
    WhyNot.PART: Sentence("They want another time of day."),
    WhyNot.NOT_EARLIER: Sentence("It is not earlier than the appointment that they have."),
    WhyNot.NOT_BETTER: Sentence(
        "Their training does not suit that day better than that of the appointment they have."
    ),
    WhyNot.BUSY: Sentence("They have another appointment then."),
    WhyNot.HAS_ONE: Sentence("They have booked one of that week since they joined the list."),
    WhyNot.NOTICE: Sentence("They want to know longer beforehand."),
    WhyNot.ON_SALE: Sentence(
        "It was free already when they joined the list: they can book it themselves."
    ),
    WhyNot.UNCONFIRMED: Sentence("They have not confirmed their address."),
    WhyNot.UNREACHABLE: Sentence("No mail reaches them: please ring."),
    WhyNot.TRIED: Sentence("They were offered this time already."),
    WhyNot.GIVEN_UP: Sentence("They have given up this time themselves."),
    WhyNot.NEWCOMERS: Sentence("It was kept for two newcomers already; now anybody can book it."),
    WhyNot.TOO_NEAR: Sentence("It is too near to write to anybody: please ring."),
    WhyNot.HAS_AN_OFFER: Sentence("They are thinking about another offer."),
    WhyNot.ASKED_TODAY: Sentence("They were offered a time today already."),
    WhyNot.OTHERS_FIRST: Sentence("Others come first."),
}
