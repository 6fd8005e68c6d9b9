"""Mails about signing in. They carry their text, and are forgotten once sent."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

PATIENCE = timedelta(seconds=60)  # how long a sender has one to itself


class UntilSentQuerySet(models.QuerySet):
    """Of rows that wait from `due_at` until `not_after`, and go when they are out."""

    def due(self):
        return self.filter(due_at__lte=Now(), not_after__gt=Now())

    def waiting_for(self, so_long: timedelta) -> Any:
        """Without what was refused: whom it is for, anybody may have typed."""
        waiting = self.filter(created_at__lte=Now() - so_long, not_after__gt=Now())
        return waiting.filter(attempts=0)

    def forget_what_is_over(self) -> None:
        """Waits for nobody: what a sender that stands still has locked goes at the next look."""
        over = self.filter(not_after__lte=Now()).select_for_update(skip_locked=True)
        self.filter(pk__in=over.order_by().values("pk")).delete()

    def claim(self) -> Any:
        """The one that has waited longest, for the caller alone until `PATIENCE` is over.

        None where nothing is due. Inside a transaction.
        """
        waiting = self.due().order_by("due_at").select_for_update(skip_locked=True)
        first = waiting.first()
        if first:
            claimed = {"due_at": Now() + PATIENCE, "attempts": F("attempts") + 1}
            self.filter(pk=first.pk).update(**claimed)
        return first


class SignInMail(models.Model):
    """One message that waits to be sent. Its text may hold a code, so the row goes with it."""

    address = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text=gettext_lazy("When to try next."))
    not_after = models.DateTimeField(help_text=gettext_lazy("Of no use later, and forgotten."))
    attempts = models.PositiveIntegerField(default=0)
    is_a_test = models.BooleanField(default=False, db_default=False)

    objects = UntilSentQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        indexes = [models.Index(fields=["due_at"], name="sign_in_mails_due")]

    def __str__(self) -> str:
        return f"Mail about signing in, of {self.created_at:%Y-%m-%d %H:%M}"
