"""What columns, systems and outcomes are called on the pages of imports."""

from django.utils.translation import gettext_lazy as _

from bookings.core.records.fields import Field, OtherSystem, Refusal
from bookings.core.records.moments import Order
from bookings.models.records.imports import RowOutcome

SOURCES = {
    OtherSystem.CLINIKO: "Cliniko",
    OtherSystem.JANE: "Jane",
    OtherSystem.FRESHA: "Fresha",
    OtherSystem.ACUITY: "Acuity",
    OtherSystem.SQUARE: "Square",
    OtherSystem.TAPER: "Taper",
    OtherSystem.OTHER: _("Another system, or a list of your own"),
}
FIELDS = {
    Field.KEY: _("Client’s number in the other system"),
    Field.NAME: _("Whole name"),
    Field.FIRST_NAME: _("First name"),
    Field.LAST_NAME: _("Last name"),
    Field.PREFERRED: _("Preferred first name, by which other lists may call them"),
    Field.EMAIL: _("E-mail"),
    Field.PHONE: _("Phone"),
    Field.GONE: _("Archived, blocked or deleted"),
    Field.VISIT_KEY: _("Appointment’s number in the other system"),
    Field.START: _("Appointment: day and time"),
    Field.DATE: _("Appointment: day"),
    Field.TIME: _("Appointment: time"),
    Field.END: _("Appointment: end"),
    Field.MINUTES: _("Appointment: minutes"),
    Field.TREATMENT: _("Appointment: treatment"),
    Field.THERAPIST: _("Appointment: therapist"),
    Field.STATUS: _("Appointment: cancelled or not"),
}
NAMES = {
    Field.TREATMENT: _("The treatment “{name}” is"),
    Field.THERAPIST: _("The therapist “{name}” is"),
}
REFUSALS = {
    Refusal.HEALTH: _("May be about health, which is never imported"),
    Refusal.AGE: _("Age is never imported"),
    Refusal.CONSENT: _("Consent given elsewhere is never imported"),
    Refusal.MONEY: _("What was paid elsewhere is not imported: look there who has paid already"),
    Refusal.BARRED: _("Whom the other system bars from booking is not imported: look there"),
    Refusal.TEXT: _("Free text, which may be about health, is never imported"),
}
ORDERS = {
    Order.DAY_FIRST: _("Day first, as in 31/12/2026"),
    Order.MONTH_FIRST: _("Month first, as in 12/31/2026"),
}
TELLS_WHO = _("Choose which columns hold the name: a whole name, or a first and a last name.")
TWICE = _("Two columns are chosen as “{field}”. Only one can be.")
WHICH_FIRST = _(
    "“{day}” may be two different days, and the column says nowhere which is meant. Choose which "
    "comes first."
)
BOTH_ORDERS = _(
    "Some days have the day first and some the month, so that not all can be right. Choose which "
    "comes first; rows that do not fit it are explained."
)
# How rows are counted, in this order: what they make first, whatever else becomes of them.
CHIPS = {
    RowOutcome.NEW: _("New clients"),
    RowOutcome.VISIT: _("New appointments"),
    RowOutcome.ADDED: RowOutcome.ADDED.label,
    RowOutcome.SAME: RowOutcome.SAME.label,
    RowOutcome.DIFFERS: RowOutcome.DIFFERS.label,
    RowOutcome.LEFT_OUT: RowOutcome.LEFT_OUT.label,
    RowOutcome.CLASH: RowOutcome.CLASH.label,
    RowOutcome.BROKEN: RowOutcome.BROKEN.label,
}
IN_ORDER = tuple(CHIPS)
