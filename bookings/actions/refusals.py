"""Why something was not done, each in a sentence for the person who asked."""

from bookings.queries.scheduling.openings import Opening


class Refused(Exception):
    """Nothing was changed. `str()` is the sentence; `nearest` are free starts to offer instead."""

    sentence = "That could not be done."

    def __init__(self, sentence: str = "", *, nearest: tuple[Opening, ...] = ()):
        super().__init__(sentence or self.sentence)
        self.nearest = nearest


class SlotTaken(Refused):
    sentence = "That time has just been taken."


class ClientBusy(Refused):
    sentence = "There is already an appointment for this person at that time."


class NotBookable(Refused):
    sentence = "That time cannot be booked."


class AgainstTheRules(NotBookable):
    """Only a rule of the clinic's own, which the desk may set aside knowingly."""


class TooLate(Refused):
    sentence = "It is too late to change this appointment online."


class TooEarly(Refused):
    sentence = "That can only be said on the day of the appointment, once it has come."


class Stale(Refused):
    sentence = "This appointment has changed since the page was opened."


class TooManyHolds(Refused):
    sentence = (
        "A lot of times are being held from your network at the moment. "
        "Please try again in a few minutes, or ring us."
    )


class Busy(Refused):
    sentence = "We are very busy this moment; nothing was booked. Please try again."


class RaceRefused(Refused):
    """No plan can be made for the race; `field` is the one at fault."""

    def __init__(self, sentence: str, *, field: str):
        super().__init__(sentence)
        self.field = field
