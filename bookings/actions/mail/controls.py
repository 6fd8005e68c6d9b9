"""What staff do with mails: stop one, send one again, see to one, pause them all."""

from datetime import datetime

from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.refusals import Refused
from bookings.core.scheduling.statuses import Status
from bookings.mail.wake_worker import ring
from bookings.models import Clinic, Mail, MailKind, MailState
from bookings.models.mail.kinds import ASKS_FOR_ATTENTION

TELLS_OF_A_TIME = (MailKind.CONFIRMED, MailKind.MOVED, MailKind.REMINDER)


class NotAny(Refused):
    sentence = gettext_lazy("This mail has gone out or has been stopped meanwhile.")


class OfNoUse(Refused):
    sentence = gettext_lazy("It is too late for this mail to be of use; please ring the client.")


class NotTrueAnyMore(Refused):
    sentence = gettext_lazy(
        "The appointment has changed since: this mail would not go out. What holds now is on the "
        "appointment’s own page, from where the client can be told."
    )


def stop(mail: Mail, *, by: str) -> None:
    """It does not go out. Raises NotAny."""
    waiting = Mail.objects.filter(pk=mail.pk).not_gone_out()
    if not waiting.update(state=MailState.CANCELLED, why=_("Stopped by {who}.").format(who=by)):
        raise NotAny


def send_again(mail: Mail, *, by: str, now: datetime) -> None:
    """Due at once, with all its tries; decided anew like any other.

    Raises NotAny, OfNoUse, or NotTrueAnyMore where its visit was moved or cancelled since.
    """
    if _is_overtaken(mail):
        raise NotTrueAnyMore
    if mail.not_after <= now:
        raise OfNoUse
    failed = Mail.objects.filter(pk=mail.pk, state__in=ASKS_FOR_ATTENTION)
    again = failed.update(
        state=MailState.SCHEDULED,
        due_at=Now(),
        attempts=0,
        writing_errors=0,
        data_at=None,
        settled_at=None,
        why=_("Sent again by {who}.").format(who=by),
    )
    if not again:
        raise NotAny
    ring()


def _is_overtaken(mail: Mail) -> bool:
    """It tells of a time that its visit has no more."""
    visit = mail.appointment
    if visit is None or mail.kind not in TELLS_OF_A_TIME:
        return False
    return visit.status != Status.BOOKED or visit.revision != mail.revision


def settle(mail: Mail, *, by: str, now: datetime) -> None:
    """Somebody has seen to it: it asks for no attention any more."""
    failed = Mail.objects.filter(pk=mail.pk).asking_for_attention()
    failed.update(settled_at=now, why=_("Seen to by {who}.").format(who=by))


def pause(*, by: str, now: datetime) -> None:
    """No mail leaves until it is resumed; what is owed waits. A second pause changes nothing."""
    Clinic.objects.filter(mail_paused_at=None).update(mail_paused_at=now, mail_paused_by=by)


def resume() -> None:
    Clinic.objects.update(mail_paused_at=None, mail_paused_by="")
    ring()
