"""E-mails owed, sent, or skipped with the reason: the outbox and the history at once."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import connection, models
from django.db.models import F, Q, Value
from django.db.models.functions import Least, Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models.clients.clients import Client
from bookings.models.mail.kinds import (
    ASKS_FOR_ATTENTION,
    FOR_ITS_READER,
    RESENT_AFTER,
    RESENT_ONCE_IN_DOUBT,
    TELLS_OF_A_VISIT,
    TIMED_TO_TRAINING,
    UNFINISHED,
    MailKind,
    MailState,
)
from bookings.models.mail.wordings import MailWording
from bookings.models.scheduling.appointments import Appointment

# How long a sender has a mail to itself; it waits for the server at most a third of that.
LEASE = timedelta(seconds=120)

IN_DOUBT = gettext_lazy("Nobody can know whether it arrived: send it again, or ring this client.")

# One statement: what is due is looked for once, passing over what another sender is claiming, and
# every time is the database's, because the clocks of workers differ. It asks each time whether
# mail is paused or the server rests, and how much has left within the hour; kinds that this sender
# does not know are left to newer ones. Where an hour has its cap, one at a time is counted; and one
# that has been tried before goes alone, lest it takes its neighbours along should it kill senders.
CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT id, due_at, attempts FROM bookings_mail
        WHERE state = 'scheduled' AND due_at <= statement_timestamp() AND kind = ANY(%s)
          AND (SELECT mail_paused_at FROM bookings_clinic) IS NULL
          AND NOT EXISTS (SELECT FROM bookings_mailserver
                          WHERE rests_until > statement_timestamp())
          AND CASE (SELECT mails_per_hour FROM bookings_clinic)
              WHEN 0 THEN true
              ELSE (SELECT count(*) FROM bookings_mail
                    WHERE data_at > statement_timestamp() - interval '1 hour')
                   < (SELECT mails_per_hour FROM bookings_clinic) END
        ORDER BY due_at
        LIMIT CASE (SELECT mails_per_hour FROM bookings_clinic) WHEN 0 THEN %s ELSE 1 END
        FOR UPDATE SKIP LOCKED
    ), batch AS (
        SELECT id, row_number() OVER so_far AS place, max(attempts) OVER so_far AS tried
        FROM due WINDOW so_far AS (ORDER BY due_at, id ROWS UNBOUNDED PRECEDING)
    )
    UPDATE bookings_mail
    SET state = 'sending', attempts = attempts + 1, lease_token = gen_random_uuid(),
        lease_until = statement_timestamp() + %s, data_at = NULL
    WHERE id IN (SELECT id FROM batch WHERE place = 1 OR tried = 0)
    RETURNING *, statement_timestamp() AS claimed_at
"""
# Just before its message goes out; not while mail is paused, nor to an address that has changed.
MARK = """
    UPDATE bookings_mail
    SET data_at = statement_timestamp(), lease_until = statement_timestamp() + %s
    WHERE id = %s AND lease_token = %s AND state = 'sending'
      AND (SELECT mail_paused_at FROM bookings_clinic) IS NULL
      AND EXISTS (SELECT FROM bookings_client WHERE id = %s AND email = %s)
"""
# It does not wait for the disk: the next mark does, for all that was written before it as well, so
# that whoever's database dies has at most this one in doubt, as before. Others see it at once.
SENT = """
    UPDATE bookings_mail
    SET state = 'sent', sent_at = statement_timestamp(), message_id = %s, last_error = ''
    WHERE id = %s AND lease_token = %s AND set_config('synchronous_commit', 'off', true) = 'off'
"""


class MailQuerySet(models.QuerySet["Mail"]):
    def asking_for_attention(self):
        return self.filter(state__in=ASKS_FOR_ATTENTION, settled_at=None)

    def unfinished(self):
        return self.filter(state__in=UNFINISHED)

    def about_older_revisions(self, appointment: Appointment) -> Self:
        return self.filter(appointment=appointment, revision__lt=appointment.revision)

    def about(self, appointment: Appointment) -> Self:
        """Of that one alone, of those it was booked with, or of those it was changed with."""
        together = Q(together=appointment.together) if appointment.together else Q(pk=None)
        changed = Q(client=appointment.client_id, about__visits__has_key=str(appointment.pk))
        return self.filter(Q(appointment=appointment) | together | changed)

    def told_with_others(self, appointment: Appointment) -> Self:
        """That it was changed to what it is now, as it was with others of its series."""
        there = {str(appointment.pk): appointment.revision}
        about = self.filter(client=appointment.client_id, about__visits__contains=there)
        return about.filter(data_at__isnull=False)

    def not_gone_out(self):
        return self.unfinished().filter(data_at=None)

    def supersede(self, why: str = "") -> int:
        """Withdraw what has not gone out; its sender finds out at the mark, before the message."""
        why = why or _("The appointment has changed since.")
        return self.not_gone_out().update(state=MailState.SUPERSEDED, why=why)

    def told_of(self, appointment: Appointment) -> Self:
        """What went out, or may have, and says when it is or that it is not."""
        return self.about(appointment).filter(kind__in=TELLS_OF_A_VISIT, data_at__isnull=False)

    def withdrawn(self):
        """Superseded before anything went out."""
        return self.filter(state=MailState.SUPERSEDED, data_at=None)

    def timed_to_training(self, client: Client) -> Self:
        return self.filter(client=client, kind__in=TIMED_TO_TRAINING)

    def gone_out(self, client: Client) -> Self:
        """The training mails whose message went out, or may have."""
        return self.timed_to_training(client).filter(
            state__in=[MailState.SENT, MailState.AMBIGUOUS, MailState.SENDING],
            data_at__isnull=False,
        )

    def merged_into(self, others: Collection["Mail"]) -> Self:
        keys, clients = [mail.key for mail in others], {mail.client_id for mail in others}
        return self.filter(client__in=clients, state=MailState.MERGED, about__into__in=keys)

    def overdue(self, wait: timedelta) -> Self:
        """Due, or left behind by a sender that is gone, for longer than `wait`."""
        return self.filter(
            Q(state=MailState.SCHEDULED, due_at__lte=Now() - wait)
            | Q(state=MailState.SENDING, lease_until__lte=Now() - wait)
        )

    def claim(self) -> "Mail | None":
        """The mail that has been due longest, leased to the caller, or None."""
        return next(iter(self.claim_some(1)), None)

    def claim_some(self, most: int) -> "list[Mail]":
        """Those that have been due longest, each leased to the caller under a token of its own.

        Outside a transaction, as all that senders write: one that is stopped in its tracks
        must never leave a row locked.
        """
        claimed = self.raw(CLAIM, [MailKind.values, most, LEASE])
        return sorted(claimed, key=lambda mail: (mail.due_at, mail.pk))

    def give_back(self, claimed: "Iterable[Mail]") -> None:
        """What its sender does not get to: due as it was, and this was no attempt."""
        tokens = {mail.pk: mail.lease_token for mail in claimed}
        mine = self.filter(pk__in=tokens, lease_token__in=tokens.values())
        mine.filter(state=MailState.SENDING, data_at=None).update(
            state=MailState.SCHEDULED, attempts=F("attempts") - 1
        )

    def reclaim(self) -> None:
        """Take back what senders that are gone left behind: retried, or in doubt if marked."""
        left = self.filter(state=MailState.SENDING, lease_until__lte=Now())
        left.filter(data_at=None).update(
            state=MailState.SCHEDULED,
            # Should it be this mail that kills its senders, its neighbours go first.
            due_at=Now() + Value(timedelta(minutes=1)) * (F("attempts") - 1),
            last_error=_("The sender was lost before the message went out."),
        )
        left.doubt(_("The sender was lost while the message went out."))

    def doubt(self, error: str) -> None:
        """Nobody knows whether the marked message was taken: resend once by rule, or ask."""
        marked = self.filter(state=MailState.SENDING, data_at__isnull=False)
        in_doubt = {"doubts": F("doubts") + 1, "last_error": error}
        marked.filter(kind__in=RESENT_ONCE_IN_DOUBT, doubts=0).update(
            state=MailState.SCHEDULED, due_at=Now() + RESENT_AFTER, data_at=None, **in_doubt
        )
        marked.update(state=MailState.AMBIGUOUS, why=str(IN_DOUBT), **in_doubt)


class Mail(models.Model):
    """One e-mail. Holds ids and no address or text: both are decided when it is sent.

    `key` names the occasion (kind : appointment : revision), never a timestamp, so planning
    again adds nothing and nothing is sent twice for one occasion.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=MailKind)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="mails")
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="mails"
    )
    together = models.CharField(
        max_length=64,
        blank=True,
        help_text=gettext_lazy("What the appointments it is about have in common."),
    )
    revision = models.PositiveIntegerField(
        default=0, help_text=gettext_lazy("Of the appointment when this became owed.")
    )
    about = models.JSONField(
        default=dict,
        blank=True,
        help_text=gettext_lazy("Of a training mail: topics, race and sessions by date."),
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text=gettext_lazy("When to try next."))
    not_after = models.DateTimeField(
        help_text=gettext_lazy("Of no use later: missed, never sent late.")
    )
    state = models.CharField(max_length=12, choices=MailState, default=MailState.SCHEDULED)
    why = models.CharField(
        max_length=200, blank=True, help_text=gettext_lazy("Why it came, or was not sent.")
    )

    waits = models.CharField(
        max_length=200, blank=True, help_text=gettext_lazy("Why it has been put off, while it is.")
    )

    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    writing_errors = models.PositiveSmallIntegerField(default=0)
    doubts = models.PositiveSmallIntegerField(
        default=0,
        help_text=gettext_lazy("How often nobody could know whether the server had taken it."),
    )
    data_at = models.DateTimeField(
        null=True, blank=True, help_text=gettext_lazy("Marked just before the message went out.")
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    note = models.TextField(
        blank=True, help_text=gettext_lazy("A line of the desk's own, for the client.")
    )
    settled_at = models.DateTimeField(
        null=True, blank=True, help_text=gettext_lazy("When the desk had seen to what went wrong.")
    )

    claimed_at: datetime  # by the database's clock, told with each claim

    objects = MailQuerySet.as_manager()
    # Looked up for all of a batch; of the words, those that a page tries.
    wording: MailWording | None = None
    visit_now: Appointment | None = None

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=MailState.SENDING) | Q(lease_until__isnull=False),
                name="a_mail_being_sent_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False),
                name="a_sent_mail_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="scheduled"), name="mails_due"),
            models.Index(
                fields=["data_at"], condition=Q(data_at__isnull=False), name="mails_gone_out"
            ),
            models.Index(
                fields=["created_at"],
                condition=~Q(note="", last_error=""),
                name="mails_with_details",
            ),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="mails_leased"),
            models.Index(
                fields=["state", "created_at"],
                condition=Q(
                    state__in=[state.value for state in ASKS_FOR_ATTENTION], settled_at=None
                ),
                name="mails_for_attention",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_state_display()})"

    @property
    def in_logs(self) -> dict[str, int | None]:
        """By which its lines are found, and those of what it is about."""
        return {"mail": self.pk, "appointment": self.appointment_id}

    @property
    def for_its_reader(self) -> str:
        return str(FOR_ITS_READER[self.kind])

    @property
    def visit(self) -> Appointment:
        """The one appointment it is about; raises ValueError if it is about several or none."""
        if self.appointment is None:
            raise ValueError("not about one appointment")
        return self.appointment

    @property
    def is_withdrawn(self) -> bool:
        return self.state == MailState.SUPERSEDED and self.data_at is None

    @property
    def is_too_late(self) -> bool:
        return self.not_after <= self.claimed_at

    @property
    def explanation(self) -> str:
        """Why it came, or comes, or does not; and what it waits for."""
        waits = self.waits if self.state == MailState.SCHEDULED else ""
        return " ".join(filter(None, [self.why, waits]))

    @property
    def can_be_stopped(self) -> bool:
        return self.state == MailState.SCHEDULED

    @property
    def needs_a_look(self) -> bool:
        return self.state in ASKS_FOR_ATTENTION and self.settled_at is None

    def mark(self) -> bool:
        """Say that the message goes out now. False: it is no longer the caller's to send."""
        return bool(
            _updated(MARK, LEASE, self.pk, self.lease_token, self.client.pk, self.client.email)
        )

    def sent(self, message_id: str) -> None:
        """Counts even after the lease, as long as nobody else has claimed the mail since."""
        _updated(SENT, message_id, self.pk, self.lease_token)

    def end(self, state: MailState, why: str, **changes: Any) -> None:
        """Not sent, and not to be tried again."""
        self._mine().filter(state=MailState.SENDING).update(state=state, why=why, **changes)

    def retry(self, wait: timedelta, **changes: Any) -> None:
        """Known not to have gone out: due again after the wait, or when it is of no more use."""
        self._mine().filter(state=MailState.SENDING).update(
            state=MailState.SCHEDULED,
            due_at=Least(Now() + wait, F("not_after")),
            data_at=None,
            **changes,
        )

    def is_still_mine(self) -> bool:
        return self._mine().filter(state=MailState.SENDING).exists()

    def is_about(self, about: dict) -> None:
        self.about = about
        self._mine().update(about=about)

    def merge_into(self, other: "Mail") -> None:
        """What it would say is told there."""
        about = {**self.about, "into": other.key}
        self._not_gone_out().update(
            state=MailState.MERGED, about=about, why=_("Told in another mail of the same day.")
        )

    def put_off(self, due_at: datetime, why: str) -> None:
        self._not_gone_out().update(state=MailState.SCHEDULED, due_at=due_at, attempts=0, waits=why)

    def drop(self, why: str) -> None:
        """Not needed any more, whoever is about to send it."""
        self._not_gone_out().update(state=MailState.CANCELLED, why=why)

    def owe_again(self, due_at: datetime, *, revision: int) -> None:
        Mail.objects.filter(pk=self.pk).withdrawn().update(
            state=MailState.SCHEDULED,
            due_at=due_at,
            revision=revision,
            why=_("Part of the plan again."),
        )

    def wait_until(self, instant: datetime, why: str) -> None:
        """Not yet: due again then, and this was no attempt."""
        self._mine().filter(state=MailState.SENDING).update(
            state=MailState.SCHEDULED,
            due_at=Least(Value(instant), F("not_after")),
            attempts=F("attempts") - 1,
            waits=why,
        )

    def doubt(self, error: str) -> None:
        self._mine().doubt(error)

    def _not_gone_out(self) -> MailQuerySet:
        return Mail.objects.filter(pk=self.pk).not_gone_out()

    def _mine(self) -> MailQuerySet:
        return Mail.objects.filter(pk=self.pk, lease_token=self.lease_token)


def _updated(sql: str, *given: Any) -> int:
    """How many rows; each mail asks these, so that they are written only once."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.rowcount
