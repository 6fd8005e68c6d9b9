"""What clients agreed to be written about, and when they changed their mind."""

from django.db import models
from django.utils.translation import gettext_lazy

from bookings.models.clients.clients import Client

# The box on the form of a race, and what stands below it.
ASKED_WITH_A_RACE = gettext_lazy("Write to me when it is time for a session")
PROMISED_WITH_IT = gettext_lazy(
    "At most one email a week, with free times; each has a link that stops them."
)


class MailGroup(models.TextChoices):
    """What a client may choose to get or not; answers to what they do themselves always come."""

    REMINDERS = "reminders", gettext_lazy("reminders of appointments")
    NUDGES = "nudges", gettext_lazy("mails timed to training")
    NEWS = "news", gettext_lazy("news of the waiting list")

    @property
    def field(self) -> str:
        """Where a client's choice stands."""
        return f"wants_{self.value}"


class MailConsent(models.Model):
    """One change of a client's choice, never altered."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="mail_consents")
    group = models.CharField(max_length=10, choices=MailGroup)
    wanted = models.BooleanField()
    at = models.DateTimeField()
    wording = models.CharField(
        max_length=200, blank=True, help_text=gettext_lazy("What the choice said.")
    )
    how = models.CharField(max_length=40, help_text=gettext_lazy("Through which page, or by whom."))

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_group_display()}: {'yes' if self.wanted else 'no'}"
