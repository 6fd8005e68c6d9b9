"""Why something was not done, each in a sentence for the person who asked."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.utils.translation import gettext_lazy

from bookings.core.scheduling.codes import TAKEN, Code, Problem, Severity
from bookings.queries.scheduling.diary import Opening


class Refused(Exception):
    """Nothing was changed. `str()` is the sentence; `nearest` are free starts to offer instead.

    `look_around` finds those; it is called once the diary's lock has been given back.
    """

    sentence = gettext_lazy("That could not be done.")
    signing_in_helps = False
    wait: timedelta | None = None  # after which the same may be asked again, where that is known

    def __init__(
        self,
        sentence: str = "",
        *,
        problems: Sequence[Problem] = (),
        nearest: tuple[Opening, ...] = (),
    ):
        told = " ".join(dict.fromkeys(problem.sentence for problem in problems))
        super().__init__(sentence or told or str(self.sentence))
        self.problems = problems
        self.nearest = nearest
        self.look_around: Callable[[], tuple[Opening, ...]] | None = None

    def find_nearest(self) -> None:
        if self.look_around is not None:
            self.nearest, self.look_around = self.look_around(), None


class SlotTaken(Refused):
    sentence = gettext_lazy("That time has just been taken.")


class ClientBusy(Refused):
    sentence = gettext_lazy("There is already an appointment for this person at that time.")


class NotBookable(Refused):
    sentence = gettext_lazy("That time cannot be booked.")


class AgainstTheRules(NotBookable):
    """Only a rule of the clinic's own, which the desk may set aside knowingly."""


class TooLate(Refused):
    sentence = gettext_lazy("It is too late to change this appointment online.")


class TooEarly(Refused):
    sentence = gettext_lazy(
        "That can only be said on the day of the appointment, once it has come."
    )


class Stale(Refused):
    sentence = gettext_lazy("This appointment has changed since the page was opened.")


class MovedMeanwhile(Stale):
    sentence = gettext_lazy("This appointment has been moved since the page was opened.")


class OnHold(Refused):
    """Its client's health is to be looked at by somebody who treats them, before anything else."""

    sentence = gettext_lazy(
        "This client is on hold: a therapist must look first and say what is decided. Nothing was "
        "changed."
    )


class TooManyHolds(Refused):
    sentence = gettext_lazy(
        "A lot of times are being held for you, or for others on your network, at the moment."
    )
    signing_in_helps = True


class TooManyUnproved(Refused):
    """A mailbox that nobody has answered from has as much booked, or mailed, as it may."""

    sentence = gettext_lazy(
        "We have written to this address already, and nobody has confirmed it yet. Please "
        "press the button in our email, sign in, or ring us."
    )
    signing_in_helps = True


class MailedEnough(Refused):
    """A mailbox that nobody has answered from has had as many mails as go there in a day."""

    sentence = gettext_lazy(
        "We have written there as often as we do in a day. Please look in your spam folder, "
        "correct the address, or ring us."
    )


class TooManyAhead(Refused):
    """One mailbox has as much to come as may be booked online."""

    sentence = gettext_lazy(
        "You have as many appointments to come as can be booked online. Please ring us for more."
    )


class NewcomersPaused(Refused):
    """More strangers have booked within the hour than the clinic wants."""

    sentence = gettext_lazy(
        "A lot of people are booking for the first time at the moment. Please try again in a "
        "while, sign in if you have been here before, or ring us."
    )
    signing_in_helps = True


class NetworkPaused(NewcomersPaused):
    """One network has its share of them, so that it closes nobody else out."""

    sentence = gettext_lazy(
        "A lot of people are booking for the first time from your network at the moment. Please "
        "confirm what is booked already, try again in a while, sign in if you have been here "
        "before, or ring us."
    )


class Busy(Refused):
    sentence = gettext_lazy("We are very busy right now; nothing was booked. Please try again.")


class RaceRefused(Refused):
    """No plan can be made for the race; `field` is the one at fault."""

    def __init__(self, sentence: str, *, field: str):
        super().__init__(sentence)
        self.field = field


def refusal_of(problems: Sequence[Problem]) -> Refused:
    """The refusal that says them all, of the kind that the gravest of them is."""
    codes = {one.code for one in problems if one.severity is Severity.IMPOSSIBLE}
    if not codes:
        return AgainstTheRules(problems=problems)
    if codes == {Code.CLIENT_BUSY}:
        return ClientBusy(problems=problems)
    return (SlotTaken if codes & TAKEN else NotBookable)(problems=problems)
