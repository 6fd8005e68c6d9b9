"""What belongs to a therapist's own working life: time off, the morning mail, calendar feeds."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from bookings.models import Client, Therapist


class Answer(models.TextChoices):
    ASKED = "asked", gettext_lazy("Waiting for the desk")
    APPROVED = "approved", gettext_lazy("Approved")
    DECLINED = "declined", gettext_lazy("Declined")


class TimeOff(models.Model):
    """Time off as asked for; what the desk approves becomes an Absence."""

    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="times_off")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.ASKED)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["starts_at"]
        indexes = [
            models.Index(
                fields=["ends_at"], condition=Q(answer=Answer.ASKED), name="time_off_to_answer"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="time_off_ends_after_start",
                violation_error_message=gettext_lazy("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=Q(answer=Answer.ASKED, answered_at=None, answered_by=None)
                | Q(
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    answer__in=[Answer.APPROVED, Answer.DECLINED],
                ),
                name="an_answer_has_a_time_and_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapist!s}: {self.get_answer_display()}"


class Feed(models.Model):
    """A calendar address of a therapist or a client. Raising `edition` revokes the old one."""

    therapist = models.OneToOneField(
        Therapist, null=True, blank=True, on_delete=models.CASCADE, related_name="feed"
    )
    client = models.OneToOneField(
        Client, null=True, blank=True, on_delete=models.CASCADE, related_name="feed"
    )
    edition = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(therapist__isnull=False, client=None)
                | Q(therapist=None, client__isnull=False),
                name="a_feed_is_one_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"calendar of {self.therapist or self.client}"


class Habits(models.Model):
    """How a therapist likes to work."""

    therapist = models.OneToOneField(Therapist, on_delete=models.CASCADE, related_name="habits")
    morning_mail = models.BooleanField(gettext_lazy("a mail at 07:00 with the day"), default=False)

    class Meta:
        verbose_name_plural = "habits"

    def __str__(self) -> str:
        return f"habits of {self.therapist!s}"


class NoteTemplate(models.Model):
    """How a therapist likes to begin a note; about nobody, and so not sealed."""

    PARTS: ClassVar = ("subjective", "objective", "assessment", "plan")

    therapist = models.ForeignKey(
        Therapist, on_delete=models.CASCADE, related_name="note_templates"
    )
    name = models.CharField(max_length=40)
    subjective = models.TextField(max_length=2000, blank=True)
    objective = models.TextField(max_length=2000, blank=True)
    assessment = models.TextField(max_length=2000, blank=True)
    plan = models.TextField(max_length=2000, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["therapist", "name"], name="templates_have_a_name_of_their_own"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MorningMail(models.Model):
    """That one was sent, or is about to be: written first, so that no day has two."""

    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["therapist", "day"], name="one_morning_mail_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.therapist!s}, {self.day}"
