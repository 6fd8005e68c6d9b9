"""Kinds and states of mails, and what differs by kind: hours, consent, being sent again."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy

from bookings.models.mail.consents import MailGroup


class MailState(models.TextChoices):
    SCHEDULED = "scheduled", gettext_lazy("Scheduled")
    SENDING = "sending", gettext_lazy("Sending")
    SENT = "sent", gettext_lazy("Sent")
    AMBIGUOUS = "ambiguous", gettext_lazy("in doubt")
    FAILED = "failed", gettext_lazy("Failed")
    DEAD = "dead", gettext_lazy("could not be written")
    CANCELLED = "cancelled", gettext_lazy("no longer true")
    SUPERSEDED = "superseded", gettext_lazy("replaced by a newer one")
    MERGED = "merged", gettext_lazy("told in another mail")
    MISSED = "missed", gettext_lazy("too late to be of use")


ASKS_FOR_ATTENTION = (
    MailState.AMBIGUOUS,
    MailState.FAILED,
    MailState.DEAD,
    MailState.MISSED,
)
UNFINISHED = (MailState.SCHEDULED, MailState.SENDING)


class MailKind(models.TextChoices):
    CONFIRMED = "confirmed", gettext_lazy("appointment confirmed")
    MOVED = "moved", gettext_lazy("appointment moved")
    CANCELLED = "cancelled", gettext_lazy("appointment cancelled")
    PLAN_BOOKED = "plan_booked", gettext_lazy("several appointments confirmed")
    RELEASED = "released", gettext_lazy("appointments that nobody confirmed given back")
    LATE = "late", gettext_lazy("the therapist runs late")
    OFFER = "offer", gettext_lazy("other times for an appointment that cannot take place")
    REMINDER = "reminder", gettext_lazy("reminder of an appointment")
    PLAN = "plan", gettext_lazy("training plan")
    NUDGE = "nudge", gettext_lazy("sessions to book")
    RACE_CHECK = "race_check", gettext_lazy("how the race went")
    OFF_SEASON = "off_season", gettext_lazy("between two races")
    AGAINST_PLAN = "against_plan", gettext_lazy("appointments that the training plan is against")
    NEW_LINKS = "new_links", gettext_lazy("new links to appointments")
    DATA_LINK = "data_link", gettext_lazy("link to one's own data")
    ERASED = "erased", gettext_lazy("data erased")
    WAIT_JOINED = "wait_joined", gettext_lazy("joined the waiting list")
    WAIT_OFFER = "wait_offer", gettext_lazy("a time from the waiting list")
    WAIT_WITHDRAWN = "wait_withdrawn", gettext_lazy("an offered time withdrawn")
    WAIT_PASSED = "wait_passed", gettext_lazy("an offered time no longer kept")
    WAIT_LEFT = "wait_left", gettext_lazy("left the waiting list")
    SERIES_CHANGED = "series_changed", gettext_lazy("several appointments of a series changed")
    SERIES_MISSED = "series_missed", gettext_lazy("a date of a series that could not be booked")
    PLAN_SILENT = "plan_silent", gettext_lazy("a training plan that can no longer be read")
    RACE_NEWS = "race_news", gettext_lazy("a race that is moved or cancelled")


# As whoever got it would call it: some only ask for a press before anything is confirmed.
FOR_ITS_READER = {
    **dict(MailKind.choices),
    MailKind.CONFIRMED: gettext_lazy("your appointment"),
    MailKind.PLAN_BOOKED: gettext_lazy("your appointments"),
}
# The rest answer what somebody has just done, and go out at any hour.
KEEPS_TO_MAIL_HOURS = (
    MailKind.REMINDER,
    MailKind.NUDGE,
    MailKind.RACE_CHECK,
    MailKind.OFF_SEASON,
    MailKind.AGAINST_PLAN,
    MailKind.PLAN_SILENT,
)
# When it is, or that it is not.
TELLS_OF_A_VISIT = (
    MailKind.CONFIRMED,
    MailKind.PLAN_BOOKED,
    MailKind.MOVED,
    MailKind.CANCELLED,
    MailKind.SERIES_CHANGED,
)
# About the client, and no appointment.
ABOUT_THEIR_DATA = (MailKind.NEW_LINKS, MailKind.DATA_LINK, MailKind.ERASED)
# About an entry of the waiting list, and no appointment yet.
OF_THE_WAITING_LIST = (
    MailKind.WAIT_JOINED,
    MailKind.WAIT_OFFER,
    MailKind.WAIT_WITHDRAWN,
    MailKind.WAIT_PASSED,
    MailKind.WAIT_LEFT,
)
# About dates of a series, by its row and theirs.
OF_A_SERIES = (MailKind.SERIES_CHANGED, MailKind.SERIES_MISSED)
# About a race of the clinic's list, and by a row what has become of the client's own.
OF_A_RACE = (MailKind.RACE_NEWS,)
# Only to clients who have asked for them.
TIMED_TO_TRAINING = (
    MailKind.PLAN,
    MailKind.NUDGE,
    MailKind.RACE_CHECK,
    MailKind.OFF_SEASON,
    MailKind.AGAINST_PLAN,
)

# What a client may switch off; the rest answers what somebody has just done.
GROUP_OF: dict[str, MailGroup] = {
    MailKind.REMINDER: MailGroup.REMINDERS,
    **dict.fromkeys((*TIMED_TO_TRAINING, MailKind.PLAN_SILENT), MailGroup.NUDGES),
    **dict.fromkeys((MailKind.WAIT_OFFER, MailKind.WAIT_PASSED), MailGroup.NEWS),
}

# When nobody knows whether the server took a message, it is sent once more under the same
# Message-ID only where silence is worse than reading it twice. These are answers to what
# somebody has just done; a kind that is not named here is never resent, and the desk decides:
# a reminder read twice looks like a fault, and most have a second one.
RESENT_ONCE_IN_DOUBT = (
    MailKind.CONFIRMED,
    MailKind.MOVED,
    MailKind.CANCELLED,
    MailKind.PLAN_BOOKED,
    MailKind.RELEASED,
    *ABOUT_THEIR_DATA,
    MailKind.WAIT_JOINED,
    MailKind.WAIT_OFFER,
    MailKind.WAIT_WITHDRAWN,
    MailKind.WAIT_LEFT,
    *OF_A_SERIES,
)
RESENT_AFTER = timedelta(minutes=5)
