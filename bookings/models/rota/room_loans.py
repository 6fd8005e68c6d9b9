"""When a room is not the clinic's to use."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models.rota.treatments import Room

LONGEST_REASON = 120


class RoomLoan(models.Model):
    """A room that is lent out, let or being painted: nobody is treated in it then."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="loans")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="room_loan_times")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="room_loan_ends_after_start",
                violation_error_message=gettext_lazy("The end must be after the start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room!s}: {self.reason or _('lent out')}"
