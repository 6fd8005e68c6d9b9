"""Who is treated, and what happened to their record."""

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Left, Lower, Upper
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from bookings.core import training
from bookings.core.clients.addresses import compared, mailbox_of
from bookings.models.clients.addresses import AddressField
from bookings.models.clients.search_column import BEGINNING, FINDABLE
from bookings.models.named import Named
from bookings.models.users import User

# As `part_of_day` counts them.
PARTS_OF_DAY = {0: _("in the morning"), 1: _("in the afternoon"), 2: _("in the evening")}

GROWN_UP_AT = 18  # years


def languages() -> list[tuple[str, str]]:
    """Those the site speaks; a function, so that no migration follows a clinic's catalogs."""
    return settings.LANGUAGES


class ClientQuerySet(models.QuerySet["Client"]):
    def living(self) -> Self:
        """But for those who have been erased: of them stands an empty row, which nobody edits,
        books for, signs in to or joins with another."""
        return self.filter(erased_at=None)

    def at(self, *addresses: str) -> Self:
        """Those whom mail to one of the addresses reaches, however it is spelt."""
        spelt = [compared(address) for address in addresses]
        return self.living().alias(address=Lower("email")).filter(address__in=spelt)

    def of_mailbox(self, address: str) -> Self:
        """Those whose mail arrives there, with a tag or without: for counting only."""
        mailbox = mailbox_of(address)
        alike = self.filter(email__istartswith=mailbox.rpartition("@")[0])
        found = [
            pk for pk, email in alike.values_list("pk", "email") if mailbox_of(email) == mailbox
        ]
        return self.filter(pk__in=found)


class Client(Named, models.Model):
    """A person who is treated.

    Provisional until somebody has answered from behind a mailed link (`proved_at`), because
    anybody can type anybody's address into a public form. Several clients may share one
    contact address: a couple, a parent and a child.
    """

    name = models.CharField(max_length=200)
    email = AddressField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(
        max_length=15,
        blank=True,
        db_default="",
        choices=languages,
        help_text=_("For mails and calendars; the clinic’s where it is empty."),
    )
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="client"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    proved_at = models.DateTimeField(null=True, blank=True)
    unconfirmed_since = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "When the address was typed by the desk, or the record joined with another: "
            "until a treating therapist or the owner has said who it is, nobody who signs in sees "
            "health data from before. Empty when that has been said."
        ),
    )
    unconfirmed_by = models.TextField(
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_(
            "Who has typed the address since, joined the record or changed its login: roles and "
            "logins’ keys, one a line. None of them can say who it is."
        ),
    )
    disowned = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Whoever signs in at the address has said that these bookings are not theirs."),
    )
    terms_agreed_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    health_hold = models.BooleanField(
        default=False,
        help_text=_("To be checked by the therapist before the next visit."),
    )
    same_address_as = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="others_at_the_address",
        help_text=_("Same e-mail, different name: the desk decides whether it is the same person."),
    )

    wants_reminders = models.BooleanField(_("wants reminders of appointments"), default=True)
    wants_news = models.BooleanField(_("wants news of the waiting list"), default=True)
    wants_nudges = models.BooleanField(
        _("wants mails timed to their training"),
        default=False,
        help_text=_(
            "Only for whoever has ticked it; reminders of appointments are another matter."
        ),
    )
    bounced_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When the address turned out not to take mail."),
    )

    long_run_weekday = models.PositiveSmallIntegerField(
        _("day of the long run"),
        choices=list(WEEKDAYS.items()),
        default=training.Weekday.SUN.value,
    )
    weekly_volume_km = models.PositiveSmallIntegerField(
        _("kilometres a week"),
        default=0,
        help_text=_("In the biggest weeks; 0 when not known."),
    )
    usual_part = models.PositiveSmallIntegerField(
        _("usual part of the day"),
        choices=list(PARTS_OF_DAY.items()),
        null=True,
        blank=True,
        help_text=_("For which sessions are proposed first; empty is any time."),
    )
    usual_therapist = models.ForeignKey(
        "bookings.Therapist",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("With whom sessions are proposed first; empty is whom they see most."),
    )
    links_edition = models.PositiveSmallIntegerField(
        default=0,
        help_text=_("Raising it ends every link that was made for this client before."),
    )
    plan_revision = models.PositiveIntegerField(
        default=0,
        help_text=_("Rises with every change of the races or of these habits."),
    )

    date_of_birth = models.DateField(null=True, blank=True)
    guardian_name = models.CharField(
        _("parent or guardian"),
        max_length=200,
        blank=True,
        help_text=_("Of a client under 18."),
    )
    guardian_agreed_at = models.DateTimeField(_("consent given"), null=True, blank=True)
    guardian_agreed_by = models.CharField(
        max_length=200,
        blank=True,
        editable=False,
        help_text=_("Who wrote the consent down."),
    )
    desk_notes = models.TextField(
        blank=True,
        help_text=_("What the desk should know. Nothing about health belongs here."),
    )
    findable = models.GeneratedField(
        expression=FINDABLE, output_field=models.TextField(), db_persist=True
    )

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            GinIndex(fields=["findable"], opclasses=["gin_trgm_ops"], name="client_findable"),
            # Of its beginning alone, because a whole one might be too long for such an index.
            models.Index(
                OpClass(Left("findable", BEGINNING), name="text_pattern_ops"),
                name="client_findable_beginning",
            ),
            models.Index(fields=["name", "id"], name="clients_by_name"),
            models.Index(
                fields=["name", "id"],
                condition=models.Q(proved_at__isnull=True),
                name="clients_provisional",
            ),
            models.Index(
                fields=["name", "id"], condition=models.Q(email=""), name="clients_without_email"
            ),
            models.Index(
                fields=["name", "id"],
                condition=models.Q(bounced_at__isnull=False),
                name="clients_unreachable",
            ),
            models.Index(
                fields=["name", "id"],
                condition=models.Q(health_hold=True),
                name="clients_on_hold",
            ),
            models.Index(
                fields=["name", "id"],
                condition=models.Q(date_of_birth__isnull=False, guardian_agreed_at__isnull=True),
                name="clients_perhaps_young",
            ),
            models.Index(fields=["created_at"], name="clients_by_age"),
            models.Index(Lower("email"), name="client_address"),
            # What begins like an address may be the same mailbox: asked under the diary's lock.
            models.Index(
                OpClass(Upper("email"), name="text_pattern_ops"), name="clients_by_mailbox"
            ),
            models.Index(
                fields=["same_address_as"],
                condition=models.Q(same_address_as__isnull=False),
                name="client_to_compare",
            ),
            models.Index(
                fields=["erased_at"],
                condition=models.Q(erased_at__isnull=False) & ~models.Q(email=""),
                name="client_being_erased",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(long_run_weekday__range=(0, 6)), name="long_run_has_a_weekday"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_provisional(self) -> bool:
        return self.proved_at is None

    @property
    def is_certain(self) -> bool:
        """Whether it is they who read their mail and sign in; not while an address waits for it."""
        return not self.is_provisional and self.unconfirmed_since is None

    @property
    def is_named(self) -> bool:
        """By themselves or the desk; else the name may be a stranger's words to their mailbox."""
        return not self.is_provisional or self.unconfirmed_since is not None

    @property
    def language_of_mails(self) -> str:
        """The clinic's for whoever has none, or one whose catalog is gone."""
        return self.language if self.language in dict(languages()) else settings.LANGUAGE_CODE

    def is_under_age(self, on: date) -> bool:
        """Under 18 on that day; somebody of unknown age is not."""
        return is_minor(self.date_of_birth, on)

    def lacks_consent(self, on: date) -> bool:
        """Under age on that day, and no parent or guardian has agreed yet."""
        return self.is_under_age(on) and self.guardian_agreed_at is None


class ClientEvent(models.Model):
    """Who changed what of a client's record when; written in the transaction that did it."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="record_events")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.CharField(max_length=200, help_text=_("A role and who: desk: their login."))
    facts = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} by {self.by}"


def is_minor(born: date | None, on: date) -> bool:
    """Under 18 on that day; somebody of unknown age is not."""
    return born is not None and born > grown_up_since(on)


def grown_up_since(day: date) -> date:
    """Whoever was born on or before this is 18 on `day`; of 29 February, from 1 March on."""
    year = day.year - GROWN_UP_AT
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
