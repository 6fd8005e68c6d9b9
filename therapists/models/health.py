"""What clients tell of their health, and why a hold was lifted."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.core.roles import Role
from bookings.models import Appointment, Client
from therapists.models.access import What
from therapists.models.sealed import SealedField


class Form(models.TextChoices):
    FULL = "full", gettext_lazy("health check")
    CHANGED = "changed", gettext_lazy("before a visit")


class HowAsked(models.TextChoices):
    """How a client gave their answers to whoever treats them, with both in one room."""

    ALOUD = "aloud", gettext_lazy("asked aloud in the room")
    HANDED_OVER = "handed_over", gettext_lazy("filled in by the client, on the phone handed over")


class HealthCheckQuerySet(models.QuerySet["HealthCheck"]):
    def shown_to(self, client: Client) -> Self:
        """What whoever signs in as the client may see of their own.

        Where it is not certain who that is, what they have told since it is not: what was said
        to a therapist in the room is the client's.
        """
        own, since = self.filter(client=client), client.unconfirmed_since
        if since is None:
            return own
        themselves = Q(by__startswith=Role.RUNNER) | Q(by__endswith=f": {client.user_id}")
        return own.filter(themselves, given_at__gte=since)


class HealthCheck(models.Model):
    """One set of answers; a later one adds to it and never replaces it."""

    what = What.ANSWERS

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="health_checks")
    appointment = models.ForeignKey(
        Appointment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="health_checks",
        help_text=gettext_lazy("The visit by whose link they came."),
    )
    form = models.CharField(max_length=10, choices=Form)
    given_at = models.DateTimeField()
    by = models.CharField(max_length=200)
    asked = models.CharField(
        max_length=11,
        choices=HowAsked,
        blank=True,
        default="",
        db_default="",
        help_text=gettext_lazy("Empty for what clients have filled in by themselves."),
    )
    content = SealedField()

    objects = HealthCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-pk"]
        indexes = [models.Index(fields=["client", "-given_at"], name="health_checks_of_client")]

    def __str__(self) -> str:
        return f"{self.get_form_display()} {self.pk}"

    @property
    def was_in_the_room(self) -> bool:
        """Given to somebody who treats them, whom `by` names."""
        is_own = self.by.endswith(f": {self.client.user_id}")
        return not (is_own or self.by.startswith(Role.RUNNER))

    @property
    def how(self) -> str:
        """In words; of those given before it was kept, only where."""
        if self.asked:
            return str(HowAsked(self.asked).label)
        if self.was_in_the_room:
            return _("given in the room")
        return _("filled in by the client, without anybody of the clinic")


class Decision(models.TextChoices):
    """What somebody who treats a client on hold may decide before a visit."""

    LIFT = "lift", gettext_lazy("Lift the hold: massage is safe as far as I can tell")
    TREAT = "treat", gettext_lazy("Treat at this visit only; the hold stays")
    NOT_TODAY = "not_today", gettext_lazy("No massage at this visit; the hold stays")


class Clearance(models.Model):
    """What a therapist has decided about a client on hold, and why.

    Those from before there was a choice hold a reason only: the hold was lifted.
    """

    what = What.CLEARANCE

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="clearances")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    content = SealedField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"clearance {self.pk}"
