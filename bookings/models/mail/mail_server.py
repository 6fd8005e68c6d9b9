"""What the mail server has been like, as all senders together have found it."""

from datetime import timedelta

from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

THE_SERVER = 1
# So many messages in a row that did not go: the trouble is not theirs.
TROUBLE = 5
# How long it is left alone, longer for each failure after that.
RESTS = (
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
)


class MailServerQuerySet(models.QuerySet["MailServer"]):
    def the(self) -> "MailServer":
        return self.get_or_create(pk=THE_SERVER)[0]

    def in_trouble(self):
        return self.filter(failures_in_a_row__gte=TROUBLE)


class MailServer(models.Model):
    """One row. While it rests nobody claims a mail; after that, one failure more and it rests."""

    failures_in_a_row = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True, help_text=gettext_lazy("A test mail."))

    objects = MailServerQuerySet.as_manager()

    def __str__(self) -> str:
        return f"mail server, {self.failures_in_a_row} failures in a row"

    def failed(self, *, at_once: bool) -> bool:
        """Count it, and rest after too many; `at_once`: no other mail would have fared better.

        Returns whether it rests now.
        """
        self._row().update(failures_in_a_row=F("failures_in_a_row") + 1)
        self.refresh_from_db()
        rests = at_once or self.failures_in_a_row >= TROUBLE
        if rests:
            step = min(max(self.failures_in_a_row - TROUBLE, 0), len(RESTS) - 1)
            self._row().update(rests_until=Now() + RESTS[step])
        return rests

    def works(self) -> None:
        """It has taken a mail."""
        if self.failures_in_a_row:
            self._row().update(failures_in_a_row=0, rests_until=None)
            self.failures_in_a_row = 0

    def took_a_test(self) -> None:
        self._row().update(tested_at=Now())

    def _row(self) -> MailServerQuerySet:
        return MailServer.objects.filter(pk=self.pk)
