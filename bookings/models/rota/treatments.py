"""What can be booked, and where."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy

from bookings.core import training
from bookings.core.scheduling.openings import Duration
from bookings.models.by_sql import read
from bookings.models.named import Named
from bookings.models.rota.therapists import Therapist

ONLINE = """
    WHERE active AND online AND (%s = '' OR slug = %s)
    ORDER BY position, minutes, name
"""


class Room(Named, models.Model):
    """Where a treatment takes place."""

    name = models.CharField(max_length=60, unique=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TreatmentQuerySet(models.QuerySet):
    def bookable_online(self):
        return self.filter(active=True, online=True)

    def listed_online(self, slug: str = "") -> list["Treatment"]:
        """The same by SQL that is written once; or only the one of that name, if it is among them.

        Of no other queryset: what is asked before it is not heard.
        """
        return read(Treatment, ONLINE, [slug, slug], using=self.db)


class Treatment(Named, models.Model):
    """What is booked: its length, the pause it needs after it, its price, and who offers it."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(unique=True)
    need = models.CharField(
        max_length=60,
        blank=True,
        db_default="",
        help_text=gettext_lazy(
            "What somebody needs who takes it, in their words: “The usual, in training”. It heads "
            "the treatment on the home page; empty, its name does."
        ),
    )
    description = models.TextField(blank=True)
    session_kinds = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text=gettext_lazy(
            "The protocol's session kinds that this suits, such as pre_race_flush."
        ),
    )
    minutes = models.PositiveSmallIntegerField()
    buffer_minutes = models.PositiveSmallIntegerField(
        default=0, help_text=gettext_lazy("Kept free afterwards, for the therapist and the room.")
    )
    price = models.DecimalField(max_digits=8, decimal_places=2)
    next_price = models.DecimalField(
        gettext_lazy("new price"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    next_price_from = models.DateField(
        gettext_lazy("from"),
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "Whoever books from that day on pays it; what is booked by then keeps its price."
        ),
    )
    therapists = models.ManyToManyField(Therapist, related_name="treatments", blank=True)
    rooms = models.ManyToManyField(
        Room,
        related_name="treatments",
        blank=True,
        help_text=gettext_lazy("None chosen: any room will do."),
    )
    online = models.BooleanField(gettext_lazy("bookable online"), default=True)
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(
        default=0, help_text=gettext_lazy("Order on the home page.")
    )

    objects = TreatmentQuerySet.as_manager()
    is_offered: bool  # told by queries.office.offers, as the next
    has_a_room: bool

    class Meta:
        ordering = ["position", "minutes", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0),
                name="treatment_takes_time",
                violation_error_message=gettext_lazy("A treatment takes at least a minute."),
            ),
            models.CheckConstraint(
                condition=models.Q(price__gte=0),
                name="price_is_not_negative",
                violation_error_message=gettext_lazy("A price cannot be less than nothing."),
            ),
            models.CheckConstraint(
                condition=models.Q(next_price=None, next_price_from=None)
                | models.Q(next_price__gte=0, next_price_from__isnull=False),
                name="next_price_has_its_day",
                violation_error_message=gettext_lazy("A new price needs the day it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("runner:times", args=[self.slug])

    @property
    def kinds(self) -> frozenset[training.Kind]:
        """The session kinds it suits, as far as the protocol knows them."""
        return frozenset(training.Kind) & set(self.session_kinds)

    @property
    def duration(self) -> Duration:
        return Duration(length=self.minutes * 60, buffer=self.buffer_minutes * 60)
