"""Who treats."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy

from bookings.models.by_sql import read
from bookings.models.named import Named
from bookings.models.users import User

AT_WORK = """
    LEFT JOIN bookings_portrait portrait ON portrait.therapist_id = bookings_therapist.id
    WHERE active AND (%s::bigint IS NULL OR EXISTS
          (SELECT FROM bookings_treatment_therapists offered
            WHERE offered.therapist_id = bookings_therapist.id AND offered.treatment_id = %s))
    ORDER BY position, name
"""
PORTRAIT_DIGEST = ("portrait_digest", "portrait.digest")


class TherapistQuerySet(models.QuerySet):
    def active(self):
        return self.filter(active=True)

    def with_portraits(self):
        """`portrait_digest`: of their picture, without loading it; None where there is none."""
        return self.annotate(portrait_digest=models.F("portrait__digest"))

    def listed_with_portraits(self, treatment: int | None = None) -> list["Therapist"]:
        """Those at work, by SQL that is written once; or only those who offer the treatment.

        Of no other queryset: what is asked before it is not heard.
        """
        facts = [treatment, treatment]
        return read(Therapist, AT_WORK, facts, more=[PORTRAIT_DIGEST], using=self.db)


class Therapist(Named, models.Model):
    """A person who treats."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    initials = models.CharField(max_length=4)
    speciality = models.CharField(
        max_length=120,
        blank=True,
        db_default="",
        help_text=gettext_lazy("What runners come for, on the home page: “Calves and hips”."),
    )
    bio = models.TextField(
        blank=True,
        help_text=gettext_lazy(
            "Two sentences for their own page; on the home page where no speciality is given."
        ),
    )
    qualifications = models.TextField(
        blank=True,
        db_default="",
        help_text=gettext_lazy("One a line, with the year; on their own page."),
    )
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="therapist"
    )
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text=gettext_lazy("Order on the home page and in the diary.")
    )

    objects = TherapistQuerySet.as_manager()
    portrait_digest: str | None  # told by `with_portraits`
    offers_something: bool  # told by queries.office.offers, as the next
    has_hours: bool

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("runner:therapist", args=[self.slug])

    @property
    def portrait_url(self) -> str:
        """Its address changes with the picture; nothing where there is none."""
        digest = self.portrait_digest
        return reverse("runner:portrait", args=[self.slug, digest]) if digest else ""

    @property
    def about(self) -> str:
        """In a line, what they are asked for."""
        return self.speciality or self.bio


class Portrait(models.Model):
    """What a therapist looks like. Apart from the therapist, so that lists stay light."""

    therapist = models.OneToOneField(Therapist, on_delete=models.CASCADE, related_name="portrait")
    picture = models.BinaryField(help_text=gettext_lazy("A square JPEG."))
    digest = models.CharField(
        max_length=16, help_text=gettext_lazy("Of the picture; a part of its address.")
    )

    class Meta:
        ordering = ["therapist__name"]

    def __str__(self) -> str:
        return str(self.therapist)
