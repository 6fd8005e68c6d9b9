"""What the clinic's own people are told, by mail and on their devices, as they like."""

from datetime import time

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy

from bookings.models import Appointment


class NoticeKind(models.TextChoices):
    BOOKED = "booked", gettext_lazy("A booking for the same day")
    GONE = "gone", gettext_lazy("A visit of the same day cancelled or moved")
    HELD_HERE = "held_here", gettext_lazy("A client on hold is here")
    TO_READ = "to_read", gettext_lazy("Something new to read before a visit")
    TIME_OFF = "time_off", gettext_lazy("An answer to time off")
    SICK = "sick", gettext_lazy("A colleague is away today")
    ALARM = "alarm", gettext_lazy("Unusually many bookings that nobody has confirmed")
    TROUBLE = "trouble", gettext_lazy("Mail that is late, or the clock that rings for it silent")
    BACKUP = "backup", gettext_lazy("No new backup for a day and a half")


class StaffNotice(models.Model):
    """One occasion for one person; the text is written when it is told, and never of health."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=10, choices=NoticeKind)
    key = models.CharField(max_length=80, unique=True)
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    facts = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(told_at=None), name="notices_to_tell"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class NoticeWishes(models.Model):
    """Without a row: everything, at once, but not between eight and seven."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_wishes"
    )
    off = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    hourly = models.BooleanField(default=False)
    by_mail = models.BooleanField(
        default=True,
        db_default=True,
        help_text=gettext_lazy("Where a device is told; where none is, a mail goes in any case."),
    )
    quiet_from = models.TimeField(default=time(20))
    quiet_until = models.TimeField(default=time(7))

    class Meta:
        verbose_name_plural = "wishes for notices"

    def __str__(self) -> str:
        return f"wishes of {self.user_id}"
