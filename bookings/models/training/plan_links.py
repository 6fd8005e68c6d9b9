"""The calendar out of which a client's own training plan is read again and again."""

from django.db import models

from bookings.models.clients.clients import Client
from bookings.models.pasted_links import PastedLink


class PlanLink(PastedLink):
    """`corrections` are what its reader has put right, as `Corrections` writes them: they hold
    for what is read later, too."""

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="plan_link")
    corrections = models.JSONField(default=dict)
