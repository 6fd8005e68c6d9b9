"""E-mails owed, sent, or skipped with the reason: the outbox and the history at once."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from bookings.models.appointments import Appointment
from bookings.models.people import Client


class MailState(models.TextChoices):
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    AMBIGUOUS = "ambiguous", "in doubt"
    FAILED = "failed"
    DEAD = "dead", "could not be written"
    CANCELLED = "cancelled", "no longer true"
    SUPERSEDED = "superseded", "replaced by a newer one"
    MISSED = "missed", "too late to be of use"


ASKS_FOR_ATTENTION = (
    MailState.AMBIGUOUS,
    MailState.FAILED,
    MailState.DEAD,
    MailState.MISSED,
)
UNFINISHED = (MailState.SCHEDULED, MailState.SENDING)


class MailKind(models.TextChoices):
    CONFIRMED = "confirmed", "appointment confirmed"
    MOVED = "moved", "appointment moved"
    CANCELLED = "cancelled", "appointment cancelled"


class MailQuerySet(models.QuerySet):
    def asking_for_attention(self):
        return self.filter(state__in=ASKS_FOR_ATTENTION)

    def unfinished(self):
        return self.filter(state__in=UNFINISHED)

    def about_older_revisions(self, appointment: Appointment):
        return self.filter(appointment=appointment, revision__lt=appointment.revision)

    def supersede(self) -> int:
        """Withdraw what has not gone out; its sender finds out at the mark, before the message."""
        return (
            self.unfinished()
            .filter(data_at=None)
            .update(state=MailState.SUPERSEDED, why="The appointment has changed since.")
        )


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
    revision = models.PositiveIntegerField(
        default=0, help_text="Of the appointment when this became owed."
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="When to try next.")
    not_after = models.DateTimeField(help_text="Of no use later: missed, never sent late.")
    state = models.CharField(max_length=12, choices=MailState, default=MailState.SCHEDULED)
    why = models.CharField(max_length=200, blank=True, help_text="Why it came, or was not sent.")

    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    data_at = models.DateTimeField(
        null=True, blank=True, help_text="Marked just before the message went out."
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    objects = MailQuerySet.as_manager()

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
            models.Index(
                fields=["due_at"], condition=Q(state="scheduled"), name="mails_due"
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state="sending"), name="mails_leased"
            ),
            models.Index(
                fields=["state", "created_at"],
                condition=Q(state__in=[state.value for state in ASKS_FOR_ATTENTION]),
                name="mails_for_attention",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_state_display()})"

    def is_due(self, now: datetime) -> bool:
        return self.state == MailState.SCHEDULED and self.due_at <= now
