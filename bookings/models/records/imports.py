"""Lists of clients taken in from other systems: each file, and what became of each of its rows."""

from datetime import datetime, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from bookings.core.records.fields import Field
from bookings.core.records.moments import Order
from bookings.models.clients.clients import Client
from bookings.models.scheduling.appointments import Appointment

UNDONE_WITHIN = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=1)  # what stands in the file, from when it was read or taken in


class ImportState(models.TextChoices):
    READ = "read", gettext_lazy("Columns to check")
    CHECKING = "checking", gettext_lazy("Being checked")
    CHECKED = "checked", gettext_lazy("Checked, nothing imported yet")
    RUNNING = "running", gettext_lazy("Being imported")
    DONE = "done", gettext_lazy("Imported")
    UNDOING = "undoing", gettext_lazy("Being undone")
    UNDONE = "undone", gettext_lazy("Undone")
    FAILED = "failed", gettext_lazy("Stopped by a fault")


class RowOutcome(models.TextChoices):
    """Of a row; of an import that is only checked, what it would be."""

    NEW = "new", gettext_lazy("New client")
    VISIT = "visit", gettext_lazy("Appointment of a known client")
    ADDED = "added", gettext_lazy("Known client, details added")
    SAME = "same", gettext_lazy("Already here, nothing to add")
    DIFFERS = "differs", gettext_lazy("Differs from here")
    LEFT_OUT = "left_out", gettext_lazy("Left out")
    CLASH = "clash", gettext_lazy("Appointment not possible")
    BROKEN = "broken", gettext_lazy("Cannot be imported")


MADE_SOMETHING = (RowOutcome.NEW, RowOutcome.VISIT)
MADE_A_VISIT = gettext_lazy("Appointment")


class Undone(models.TextChoices):
    REMOVED = "removed", gettext_lazy("Removed again")
    KEPT = "kept", gettext_lazy("Stays")


# What a check has said of a row is no more than that.
NOTHING_SAID = {
    "settled": False,
    "outcome": "",
    "reason": "",
    "client": None,
    "made_client": False,
    "made_visit": False,
    "filled": "",
    "names_nobody": False,
    "only_ours": False,
}
AT_WORK = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)


class SameAddress(models.TextChoices):
    """Of whoever has somebody else's e-mail address under another name."""

    ASK = "", gettext_lazy("Leave them out and list them, to be looked at")
    ONE_PERSON = "one", gettext_lazy("They are the same person under another name")
    TWO_PEOPLE = "two", gettext_lazy("They are other people, with one mailbox")


class ClientImport(models.Model):
    """One file of clients from another system. Its rows say what was done."""

    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.READ)
    file_name = models.CharField(max_length=200)
    how = models.CharField(
        max_length=40, help_text=gettext_lazy("In which encoding, and what stands between cells.")
    )
    source = models.CharField(max_length=10, help_text=gettext_lazy("The other system."))
    columns = models.JSONField(default=list, help_text=gettext_lazy("Names, as the file has them."))
    mapping = models.JSONField(default=dict, help_text=gettext_lazy("By column: what it holds."))
    names = models.JSONField(
        default=dict, help_text=gettext_lazy("Whom and what names of the file mean here.")
    )
    date_order = models.CharField(
        max_length=11, blank=True, help_text=gettext_lazy("Empty where its days say it themselves.")
    )
    remind = models.BooleanField(
        default=False, help_text=gettext_lazy("Of the appointments in it, by mail, as of any.")
    )
    same_address = models.CharField(
        max_length=3, choices=SameAddress, blank=True, default="", db_default=""
    )
    no_pauses = models.BooleanField(
        default=False,
        db_default=False,
        help_text=gettext_lazy("Its appointments are booked without the pause after them."),
    )
    takes_far = models.BooleanField(
        default=False,
        db_default=False,
        help_text=gettext_lazy("Also appointments that lie years ahead."),
    )
    digest = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text=gettext_lazy("By which the same file is known again; made with the site’s key."),
    )
    faults = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text=gettext_lazy("How often in a row its work has broken.")
    )
    by = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(
        null=True, help_text=gettext_lazy("When what stands in the file was deleted here.")
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="import_state_exists"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def fields(self) -> dict[int, Field]:
        return {int(column): Field(field) for column, field in self.mapping.items()}

    @property
    def order(self) -> Order | None:
        return Order(self.date_order) if self.date_order else None

    @property
    def undone_until(self) -> datetime | None:
        return self.done_at and self.done_at + UNDONE_WITHIN

    def can_be_undone(self, now: datetime) -> bool:
        until = self.undone_until
        is_over = self.state in (ImportState.DONE, ImportState.FAILED, ImportState.UNDONE)
        return is_over and until is not None and now < until

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK


class ImportedRow(models.Model):
    """One row of such a file: what it says, for a day, and what became of it."""

    batch = models.ForeignKey(ClientImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text=gettext_lazy("As a spreadsheet counts."))
    cells = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    settled = models.BooleanField(
        default=False, help_text=gettext_lazy("By what goes through the rows just now.")
    )
    outcome = models.CharField(max_length=10, blank=True, choices=RowOutcome)
    reason = models.TextField(blank=True)
    client = models.ForeignKey(
        Client, null=True, on_delete=models.SET_NULL, related_name="imported_rows"
    )
    appointment = models.ForeignKey(
        Appointment, null=True, on_delete=models.SET_NULL, related_name="imported_rows"
    )
    made_client = models.BooleanField(default=False)
    made_visit = models.BooleanField(default=False)
    filled = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text=gettext_lazy("What was empty of a known client and is from here: columns."),
    )
    names_nobody = models.BooleanField(
        default=False,
        db_default=False,
        help_text=gettext_lazy("Nobody could be chosen for it by then; a later row may tell whom."),
    )
    only_ours = models.BooleanField(
        default=False,
        db_default=False,
        help_text=gettext_lazy("Its reason has no word of the file in it."),
    )
    undone = models.CharField(max_length=10, blank=True, choices=Undone)
    erased_at = models.DateTimeField(
        null=True,
        help_text=gettext_lazy("When its client was erased; the same file leaves them out then."),
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="a_row_is_imported_once"),
        ]
        indexes = [
            models.Index(
                fields=["batch", "number"], condition=Q(settled=False), name="rows_to_settle"
            ),
            models.Index(fields=["batch", "outcome"], name="rows_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def said(self) -> str:
        """What it made, or would, and what else became of it."""
        if self.undone:
            return str(self.get_undone_display())
        made = [
            RowOutcome.NEW.label if self.made_client else "",
            MADE_A_VISIT if self.made_visit else "",
            self.get_outcome_display() if self.outcome not in MADE_SOMETHING else "",
        ]
        return ", ".join(str(one) for one in made if one) or str(self.get_outcome_display())


class KnownAs(models.Model):
    """By which key another system knows a client, so that the same list twice changes nothing.

    Where that gives none, what the list told of them stands for it, as a digest.
    """

    source = models.CharField(max_length=10)
    key = models.CharField(max_length=100)
    told = models.CharField(max_length=64, help_text=gettext_lazy("A digest of it."))
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="known_as")

    class Meta:
        ordering = ["source", "key"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="a_key_is_of_one_client"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
