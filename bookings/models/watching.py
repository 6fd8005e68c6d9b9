"""What the clinic's machine was last seen to do, and what is in trouble, for its owner."""

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy


class Seen(models.TextChoices):
    """What is done, or looked at, now and then, and by whichever program."""

    BACKUP = "backup", gettext_lazy("the nightly backup")
    OFFSITE = "offsite", gettext_lazy("the copy of it outside of this machine")
    CERTIFICATE = "certificate", gettext_lazy("the site’s certificate")
    MAIL_RECORDS = "mail_records", gettext_lazy("what the DNS says about our mail")
    TEST_MAIL = "test_mail", gettext_lazy("the last test mail")
    SECOND_WAY = "second_way", gettext_lazy("the second way to the owner")


class LastSeenQuerySet(models.QuerySet["LastSeen"]):
    def note(self, what: Seen, **facts: Any) -> None:
        self.update_or_create(what=what, defaults={"at": Now(), "facts": facts})

    def of(self, what: Seen) -> "LastSeen | None":
        return self.filter(what=what).first()


class LastSeen(models.Model):
    """Of each, the newest: when, by the database's clock, and how it was.

    Not rows of `Heartbeat`: the release before takes any of those that is silent for five minutes
    for a worker that is dead, and would cry on a clinic that goes back to it.
    """

    what = models.CharField(max_length=20, choices=Seen, primary_key=True)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict, blank=True)

    objects = LastSeenQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "last seen"

    def __str__(self) -> str:
        return f"{self.get_what_display()}, {self.at}"


class WatchedPart(models.TextChoices):
    """What the owner is told of."""

    MAIL = "mail", gettext_lazy("Mail")
    WORKER = "worker", gettext_lazy("The worker that sends mail")
    BEAT = "beat", gettext_lazy("The clock that rings each minute")
    CALENDARS = "calendars", gettext_lazy("The worker that reads pasted calendars")
    BROKER = "broker", gettext_lazy("The broker between them")
    BACKUP = "backup", gettext_lazy("Backup")
    OFFSITE = "offsite", gettext_lazy("Copy outside of this machine")
    CERTIFICATE = "certificate", gettext_lazy("Certificate")
    DISK = "disk", gettext_lazy("Disk")


class Trouble(models.Model):
    """Something that is not well, from when it was found until it is well again and told so."""

    part = models.CharField(max_length=20, choices=WatchedPart, primary_key=True)
    says = models.TextField()
    since = models.DateTimeField()
    well_since = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(
        null=True, blank=True, help_text=gettext_lazy("By the second way; then again after a day.")
    )
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["since"]

    def __str__(self) -> str:
        return f"{self.get_part_display()}, {self.since}"
