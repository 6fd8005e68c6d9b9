"""What would become of a mail that waits, as things stand: for whoever looks at it beforehand."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bookings.mail.contents import SUBJECTS
from bookings.models import Clinic, Mail, MailKind, MailState
from bookings.models.mail.kinds import TIMED_TO_TRAINING
from bookings.queries.mail.mail_status import not_wanted
from bookings.queries.mail.nudges import (
    NOTHING_LEFT,
    Standing,
    edition_of,
    listed,
    nudge_id,
    why_none_at_all,
)
from bookings.queries.training.misplaced import misplaced_visits

LISTS_SESSIONS = (MailKind.NUDGE, MailKind.RACE_CHECK)


@dataclass(frozen=True)
class Foreseen:
    """When it would be written, and why it would not go out after all, if so."""

    at: datetime
    objection: str = ""


def foresee(mail: Mail, clinic: Clinic, *, now: datetime) -> Foreseen:
    """Sets on the mail, which is not saved, what it would be about.

    Not whether it would be put off, or told in another mail: that is decided among all that is
    due on its day.
    """
    mail.claimed_at = now
    reason = SUBJECTS[mail.kind].why_not(mail)
    if mail.state != MailState.SCHEDULED:
        return Foreseen(mail.sent_at or now)
    at = max(now, mail.due_at)
    if reason:
        return Foreseen(at, reason[1])
    return Foreseen(at, not_wanted(mail) or _no_reason_to_write(mail, clinic, at))


def _no_reason_to_write(mail: Mail, clinic: Clinic, at: datetime) -> str:
    if mail.kind not in TIMED_TO_TRAINING:
        return ""
    if mail.kind == MailKind.AGAINST_PLAN:
        return why_none_at_all(mail.client) or _nothing_to_ask(mail, clinic, at)
    edition = edition_of(mail.client, clinic)
    if edition is None or edition.number != mail.about["edition"]:
        return _("There is a newer plan.")
    nothing_left = ""
    if mail.kind in LISTS_SESSIONS:
        nothing_left = _list_what_is_left(mail, Standing(mail.client, clinic, edition), at)
    return why_none_at_all(mail.client) or nothing_left


def _nothing_to_ask(mail: Mail, clinic: Clinic, at: datetime) -> str:
    left = any(one.can_be_answered for one in misplaced_visits(mail.client, clinic, now=at))
    return "" if left else _("It has been settled since.")


def _list_what_is_left(mail: Mail, standing: Standing, at: datetime) -> str:
    nudge = standing.nudges.get(nudge_id(mail.about))
    if nudge is None:
        return _("It is no longer part of the plan.")
    left = nudge.left_on(standing.clinic.day_of(at), standing.gone)
    mail.about = {**mail.about, "topics": [nudge.topic], "covers": listed(left.covers)}
    return str(NOTHING_LEFT) if mail.kind == MailKind.NUDGE and not left.covers else ""
