"""Who treats."""

from django.db import models
from django.utils.translation import gettext_lazy

from bookings.models.named import Named
from bookings.models.users import User


class TherapistQuerySet(models.QuerySet):
    def active(self):
        return self.filter(active=True)


class Therapist(Named, models.Model):
    """A person who treats."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    initials = models.CharField(max_length=4)
    bio = models.TextField(blank=True, help_text=gettext_lazy("Two sentences for the home page."))
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="therapist"
    )
    active = models.BooleanField(default=True)

    objects = TherapistQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
