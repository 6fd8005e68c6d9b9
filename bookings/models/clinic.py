"""The clinic itself: one row of settings, and the lock that every change of the diary takes."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from bookings.core import currencies
from bookings.core.colours import A_COLOUR, is_readable, nearest_readable
from bookings.core.scheduling import proving
from bookings.models.by_sql import read
from bookings.models.clients.addresses import AddressField
from bookings.models.named import Named

THE_CLINIC = 1
AN_ORIGIN = re.compile(
    r"https://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}(?::(?P<port>\d{1,5}))?"
    r"|http://localhost(?::(?P<local_port>\d{1,5}))?",
    re.ASCII,
)
LAST_PORT = 65535
WHAT_TO_WEAR = gettext_noop(
    "Shorts and a loose top, worn or brought. You undress only as far as you are comfortable, and "
    "what is not being treated stays covered."
)
EMERGENCY_ADVICE = (
    "Chest pain, trouble breathing, confusion, a collapse or a fit: ring 999 now.\n"
    "For anything else you said yes to here, get medical help today: ring NHS 111, or go to "
    "111.nhs.uk. If your leg is suddenly very painful, numb or cold, or your urine is dark, go to "
    "A&E. Please do not wait for your appointment."
)


def zones() -> list[str]:
    """By a place; the rest are old names (W-SU, Zulu), or whatever this machine has."""
    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")


def validate_zone(name: str) -> None:
    if name not in zones():
        raise ValidationError(
            _("“{name}” is not a time zone such as Europe/London.").format(name=name)
        )


def validate_currency(code: str) -> None:
    """One that prices can be kept in: they have two digits after the point, or none."""
    if code not in currencies.in_use(timezone.now().date()):
        raise ValidationError(
            _("“{code}” is not a currency in use, such as GBP or EUR (ISO 4217).").format(code=code)
        )
    if code in currencies.IN_THOUSANDTHS:
        raise ValidationError(
            _("{code} has thousandths, which prices here do not have.").format(code=code)
        )


def validate_accent(colour: str) -> None:
    if not A_COLOUR.fullmatch(colour):
        raise ValidationError(
            _("Please give a colour as # and six digits or letters a to f, such as #0b6b57.")
        )
    if not is_readable(colour):
        sentence = _("Text in {colour} is too pale to be read. The nearest that can be: {nearest}.")
        raise ValidationError(sentence.format(colour=colour, nearest=nearest_readable(colour)))


def is_an_origin(text: str) -> bool:
    """As a browser names a site: https (or this machine), a name, perhaps a port."""
    found = AN_ORIGIN.fullmatch(text)
    if found is None:
        return False
    return 0 < int(found["port"] or found["local_port"] or 443) <= LAST_PORT


def _is_on_the_web(url: str) -> bool:
    """Behind TLS, at a name that browsers read as we do: nothing before it, no \\ in it."""
    if not url.isprintable() or "\\" in url or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and is_an_origin(f"https://{parts.netloc.lower()}")


def validate_map(url: str) -> None:
    if not _is_on_the_web(url):
        raise ValidationError(
            _("Please give the whole address of a map, such as https://maps.app.goo.gl/abc.")
        )


def validate_step(minutes: int) -> None:
    if minutes < 5 or minutes % 5 or 1440 % minutes:
        raise ValidationError(_("Use a step of whole fives that divides a day, such as 15 or 30."))


class FeeIs(models.TextChoices):
    PERCENT = "percent", gettext_lazy("percent of the price")
    AMOUNT = "amount", gettext_lazy("an amount of money")


def fee_field(help_text: Any) -> models.DecimalField:
    return models.DecimalField(
        max_digits=8,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
        help_text=help_text,
    )


def fee_unit_field() -> models.CharField:
    return models.CharField(
        gettext_lazy("that is"), max_length=10, choices=FeeIs, default=FeeIs.PERCENT
    )


def validate_origins(text: str) -> None:
    """One origin a line, as a browser names it: nothing that widens who may frame a page."""
    for origin in text.split():
        if not is_an_origin(origin):
            raise ValidationError(
                _(
                    "“{origin}” is not the address of a web site such as https://www.example.com, "
                    "without anything behind the name."
                ).format(origin=origin)
            )


class ClinicQuerySet(models.QuerySet["Clinic"]):
    def the(self) -> "Clinic":
        """Asked on every page, and so by SQL that is written once."""
        found = read(self.model, "WHERE id = %s", [THE_CLINIC], using=self.db)
        if not found:
            raise self.model.DoesNotExist
        return found[0]

    def lock(self) -> "Clinic":
        """The clinic's row, locked until the transaction ends: the diary has one writer."""
        return self.to_lock().get()

    def to_lock(self) -> Self:
        return self.select_for_update(no_key=True).filter(pk=THE_CLINIC)


class Clinic(Named, models.Model):
    """The settings of the one clinic (always row 1)."""

    name = models.CharField(max_length=120)
    address = models.TextField(help_text=gettext_lazy("As it should stand in mails and calendars."))
    phone = models.CharField(max_length=40)
    email = AddressField(help_text=gettext_lazy("Replies to the clinic's mails go here."))
    timezone = models.CharField(max_length=64, default="Europe/London", validators=[validate_zone])
    currency = models.CharField(
        max_length=3,
        default="GBP",
        validators=[validate_currency],
        help_text=gettext_lazy("ISO code, such as GBP."),
    )
    headline = models.CharField(
        max_length=120,
        blank=True,
        db_default="",
        help_text=gettext_lazy("What the clinic is, over the home page’s question."),
    )
    hours_text = models.TextField(
        gettext_lazy("opening hours"),
        blank=True,
        db_default="",
        help_text=gettext_lazy("As they should stand on the home page; nothing is worked out."),
    )
    map_url = models.CharField(
        gettext_lazy("map"),
        max_length=500,
        blank=True,
        db_default="",
        validators=[validate_map],
        help_text=gettext_lazy("The address of the clinic’s place on a map; its site is named."),
    )
    accent = models.CharField(
        gettext_lazy("colour"),
        max_length=7,
        blank=True,
        db_default="",
        validators=[validate_accent],
        help_text=gettext_lazy("Of links and buttons, such as #0b6b57; empty for Taper’s green."),
    )
    # Of the picture in `Logo`, so that no page reads it to show it.
    logo_digest = models.CharField(max_length=16, blank=True, db_default="", editable=False)
    logo_width = models.PositiveSmallIntegerField(db_default=0, editable=False)
    logo_height = models.PositiveSmallIntegerField(db_default=0, editable=False)

    start_step_minutes = models.PositiveSmallIntegerField(
        default=15,
        validators=[validate_step],
        help_text=gettext_lazy(
            "Appointments start at multiples of this on the clock, whatever their length."
        ),
    )
    minimum_notice_minutes = models.PositiveIntegerField(
        default=120, help_text=gettext_lazy("The latest a runner can book online before the start.")
    )
    horizon_days = models.PositiveSmallIntegerField(
        default=120,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=gettext_lazy("How many days ahead runners can book."),
    )
    move_cutoff_hours = models.PositiveSmallIntegerField(
        default=24,
        help_text=gettext_lazy("Until how long before the start runners can move an appointment."),
    )
    cancel_cutoff_hours = models.PositiveSmallIntegerField(
        default=12,
        help_text=gettext_lazy("Until how long before the start runners can cancel one."),
    )
    late_cancellation_fee = fee_field(
        gettext_lazy(
            "For cancelling later than that: a percentage or an amount, never more than the price; "
            "0 for none."
        )
    )
    late_cancellation_fee_is = fee_unit_field()
    no_show_fee = fee_field(
        gettext_lazy(
            "For not coming: a percentage or an amount, never more than the price; 0 for none."
        )
    )
    no_show_fee_is = fee_unit_field()
    tax_note = models.CharField(
        max_length=200,
        blank=True,
        help_text=gettext_lazy(
            "Stands on receipts, such as “VAT number GB 123 4567 89” or “Not registered for VAT”."
        ),
    )
    hold_minutes = models.PositiveSmallIntegerField(
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=gettext_lazy(
            "How long a chosen time is kept while the runner fills in the form."
        ),
    )
    undo_minutes = models.PositiveSmallIntegerField(
        default=10,
        help_text=gettext_lazy(
            "After booking, a runner may cancel this long whatever the cut-off."
        ),
    )
    prove_minutes = models.PositiveSmallIntegerField(
        gettext_lazy("newcomers confirm within"),
        default=120,
        db_default=120,
        validators=[MinValueValidator(15), MaxValueValidator(2880)],
        help_text=gettext_lazy(
            "Minutes. Who books with an address that nobody has confirmed presses the link in "
            "the mail by then, or within half the time to the visit if that is shorter; else the "
            "time is given back."
        ),
    )
    offer_pause_minutes = models.PositiveSmallIntegerField(
        gettext_lazy("offer freed times after"),
        default=10,
        db_default=10,
        validators=[MaxValueValidator(240)],
        help_text=gettext_lazy(
            "Minutes. What has come free is offered to the waiting list after so long, and not "
            "before a runner may no longer undo it: whoever takes a cancellation or a move back "
            "within it has troubled nobody."
        ),
    )
    most_ahead = models.PositiveSmallIntegerField(
        gettext_lazy("appointments ahead of one mailbox"),
        default=20,
        db_default=20,
        help_text=gettext_lazy(
            "As many as may be booked online; who wants more rings. 0 for no limit. What the desk "
            "books is not stopped."
        ),
    )
    unproved_per_hour = models.PositiveSmallIntegerField(
        gettext_lazy("unconfirmed bookings in an hour"),
        default=30,
        db_default=30,
        help_text=gettext_lazy(
            "When newcomers have booked so many times within an hour and confirmed none of them, "
            "they can book online no more for the moment, and the desk is told; 0 for no limit."
        ),
    )
    mails_per_hour = models.PositiveIntegerField(
        default=1000,
        help_text=gettext_lazy("At most so many mails leave in an hour; 0 for no limit."),
    )
    mail_paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    mail_paused_by = models.CharField(max_length=200, blank=True, editable=False)
    asks_date_of_birth = models.BooleanField(
        gettext_lazy("ask online for the date of birth"),
        default=False,
        help_text=gettext_lazy(
            "Behind the mailed link, never while booking. Whoever is under 18 is asked for "
            "the consent of a parent or guardian."
        ),
    )
    care_days = models.PositiveSmallIntegerField(
        gettext_lazy("therapists see health data for"),
        default=180,
        db_default=180,
        validators=[MinValueValidator(1), MaxValueValidator(3660)],
        help_text=gettext_lazy(
            "Days after a client's last visit with them; it begins 14 days before one."
        ),
    )
    keep_records_years = models.PositiveSmallIntegerField(
        gettext_lazy("keep clinical records for"),
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=gettext_lazy("Years after the last visit; then they and the client are erased."),
    )
    keep_history_years = models.PositiveSmallIntegerField(
        gettext_lazy("keep the history of changes for"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=gettext_lazy("Years."),
    )
    forget_newcomers_days = models.PositiveSmallIntegerField(
        gettext_lazy("forget newcomers after"),
        default=90,
        validators=[MinValueValidator(7)],
        help_text=gettext_lazy("Days: who never opened a mailed link and never came."),
    )
    forget_details_days = models.PositiveSmallIntegerField(
        gettext_lazy("forget details after"),
        default=180,
        validators=[MinValueValidator(7)],
        help_text=gettext_lazy(
            "Days: the desk's lines in old mails, old holds and what they were held from."
        ),
    )

    embed_origins = models.TextField(
        gettext_lazy("web sites that may show the free times"),
        blank=True,
        validators=[validate_origins],
        help_text=gettext_lazy(
            "One a line, such as https://www.example.com. Only they may frame /embed/."
        ),
    )

    country = models.CharField(
        max_length=2,
        blank=True,
        db_default="",
        help_text=gettext_lazy("ISO code: whose public holidays are proposed as closures."),
    )
    subdivision = models.CharField(
        max_length=40,
        blank=True,
        db_default="",
        help_text=gettext_lazy("The part of the country, where holidays differ by it."),
    )

    emergency_advice = models.TextField(
        default=EMERGENCY_ADVICE,
        help_text=gettext_lazy(
            "Shown at once to a client whose health answers sound urgent: the numbers of "
            "the clinic's country."
        ),
    )
    what_to_wear = models.TextField(
        blank=True,
        default=WHAT_TO_WEAR,
        help_text=gettext_lazy(
            "Told when somebody has booked, and in the reminders of their first visit."
        ),
    )
    how_to_find_us = models.TextField(
        blank=True,
        help_text=gettext_lazy(
            "The way from the stop, the door, where bicycles go. Told when somebody has booked, "
            "and in the reminders of their first visit, beside the address."
        ),
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "clinic settings"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=THE_CLINIC), name="one_clinic"),
            models.CheckConstraint(
                condition=models.Q(start_step_minutes__gt=0), name="step_is_positive"
            ),
        ]

    # As this process has read it last, for pages that are shown while there is no database.
    last_read: ClassVar["Clinic | None"] = None

    def __str__(self) -> str:
        return self.name

    @classmethod
    def from_db(cls, *row: Any, **more: Any) -> Self:
        clinic = super().from_db(*row, **more)
        if not clinic.get_deferred_fields():
            cls.last_read = clinic
        return clinic

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def day_of(self, instant: datetime) -> date:
        """The civil day that the clinic's own calendar shows then."""
        return instant.astimezone(self.tz).date()

    def begin_of(self, day: date) -> datetime:
        """Its first instant there, in UTC."""
        return datetime.combine(day, time.min, self.tz).astimezone(UTC)

    @property
    def logo_url(self) -> str:
        """Its address changes with the picture; nothing where there is none."""
        return reverse("runner:logo", args=[self.logo_digest]) if self.logo_digest else ""

    @property
    def logo_shown_width(self) -> int:
        """It is kept twice as large, for screens with small dots."""
        return -(-self.logo_width // 2)

    @property
    def logo_shown_height(self) -> int:
        return -(-self.logo_height // 2)

    @property
    def accent_url(self) -> str:
        return reverse("runner:colour", args=[self.accent.removeprefix("#")])

    @property
    def map_host(self) -> str:
        return (urlsplit(self.map_url).hostname or "").removeprefix("www.")

    @property
    def framed_by(self) -> list[str]:
        return self.embed_origins.split()

    def first_bookable(self, now: datetime) -> datetime:
        return now + timedelta(minutes=self.minimum_notice_minutes)

    def last_bookable_day(self, now: datetime) -> date:
        """The last civil day, in the clinic's zone, on which runners may book."""
        return self.day_of(now) + timedelta(days=self.horizon_days)

    def last_cancellation(self, starts_at: datetime) -> datetime:
        """When the rule for cancelling ends; `cutoffs.cancel_until` knows what goes beyond it."""
        return starts_at - timedelta(hours=self.cancel_cutoff_hours)

    def last_move(self, starts_at: datetime) -> datetime:
        """Until when a runner may move it."""
        return starts_at - timedelta(hours=self.move_cutoff_hours)

    def prove_until(self, starts_at: datetime, *, told_at: datetime) -> datetime:
        """Until when the address of a booking must be proved, if its mail went out at `told_at`."""
        usual = timedelta(minutes=self.prove_minutes)
        return proving.prove_until(starts_at, told_at=told_at, usual=usual)

    def held_until(self, now: datetime) -> datetime:
        return now + timedelta(minutes=self.hold_minutes)

    def fee_for_cancelling_late(self, price: Decimal) -> Decimal:
        return _fee(self, self.late_cancellation_fee, self.late_cancellation_fee_is, price)

    def fee_for_not_coming(self, price: Decimal) -> Decimal:
        return _fee(self, self.no_show_fee, self.no_show_fee_is, price)


class Logo(models.Model):
    """The clinic's sign. Apart from the clinic, whose row every page reads."""

    clinic = models.OneToOneField(Clinic, on_delete=models.CASCADE, related_name="logo")
    picture = models.BinaryField(help_text=gettext_lazy("A small WebP."))
    digest = models.CharField(
        max_length=16, help_text=gettext_lazy("Of the picture; a part of its address.")
    )

    def __str__(self) -> str:
        return str(self.clinic)


def _fee(clinic: Clinic, fee: Decimal, is_: str, price: Decimal) -> Decimal:
    """In the clinic's currency, to its smallest coin, and never more than the price."""
    amount = price * fee / 100 if is_ == FeeIs.PERCENT else fee
    smallest = Decimal(1).scaleb(-currencies.hundredths(clinic.currency))
    return min(amount, price).quantize(smallest, ROUND_HALF_UP)
