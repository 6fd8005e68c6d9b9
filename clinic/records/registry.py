"""The one table of all that hangs on a client: what is given out of it, and what erasure does.

A model that hangs on a client, at whatever distance, and has no line here fails a test.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Case, CharField, F, JSONField, QuerySet, Value, When
from django.db.models.functions import Cast, Replace

from bookings.models import (
    Agreement,
    Appointment,
    AppointmentEvent,
    Change,
    Client,
    ClientEvent,
    DeclinedSession,
    ErasureRequest,
    Fee,
    HardEffort,
    Mail,
    MailConsent,
    Payment,
    Race,
)
from therapists.models import Access, Clearance, Feed, HealthCheck, KeptRecord, Note, NoteVersion


class Fate(StrEnum):
    """What erasure does with a row."""

    GOES = "erased"
    NAMELESS = "kept without anything that says whose it is"
    KEPT = "kept, locked away, until its time is over"
    STAYS = "kept; it says of nobody who they are"


Shown = Mapping[str, str]  # its label for people: where it stands


@dataclass(frozen=True)
class Holding:
    """One kind of row. `path` leads from it to the client, in Django's way of naming that."""

    model: type[models.Model]
    path: str
    name: str
    fate: Fate
    why: str = ""
    shown: Shown = field(default_factory=dict)
    blank: Mapping[str, Any] = field(default_factory=dict)
    only: Callable[[QuerySet], QuerySet] = lambda rows: rows

    def of(self, client: Client) -> QuerySet:
        return self.only(self.model._default_manager.filter(**{self.path: client.pk}))


def _no_link() -> Replace:
    """A name that no link of a sent mail knows."""
    return Replace(Cast(RandomUUID(), CharField()), Value("-"), Value(""))


HOLDINGS: Sequence[Holding] = (
    Holding(
        Client,
        "pk",
        "Who you are",
        Fate.NAMELESS,
        "An empty row, so that past appointments belong to somebody.",
        {
            "Name": "name",
            "E-mail": "email",
            "Phone": "phone",
            "Known since": "created_at",
            "Address proved": "proved_at",
            "Terms agreed": "terms_agreed_at",
            "To be checked by the therapist": "health_hold",
            "Wants reminders": "wants_reminders",
            "Wants mails timed to training": "wants_nudges",
            "Wants news of the waiting list": "wants_news",
            "Day of the long run (0 is Monday)": "long_run_weekday",
            "Kilometres a week": "weekly_volume_km",
            "Login": "user__email",
            "Last sign-in": "user__last_login",
            "Born": "date_of_birth",
            "Parent or guardian": "guardian_name",
            "They agreed": "guardian_agreed_at",
            "Notes of the desk": "desk_notes",
        },
    ),
    Holding(
        Appointment,
        "client",
        "Appointments",
        Fate.NAMELESS,
        "The clinic's figures need how many there were, when and at what price.",
        {
            "Start": "starts_at",
            "End": "ends_at",
            "Treatment": "treatment__name",
            "Therapist": "therapist__name",
            "Room": "room__name",
            "Price": "price",
            "Status": "status",
            "Booked": "booked_at",
            "Said to be coming": "confirmed_at",
            "Minutes late": "late_minutes",
            "Note of the desk": "desk_note",
        },
        {
            "public_id": _no_link(),
            "visitor": "",
            "held_from": "",
            "booking_key": None,
            "together": "",
            "desk_note": "",
        },
    ),
    Holding(
        AppointmentEvent,
        "appointment__client",
        "What happened to appointments",
        Fate.NAMELESS,
        "What was done when; reasons and names are taken out.",
        {
            "Appointment": "appointment__starts_at",
            "At": "at",
            "What": "kind",
            "By": "by",
            "Details": "facts",
        },
        {"facts": Case(When(kind="moved", then=F("facts")), default=Value({}, JSONField()))},
    ),
    Holding(
        Payment,
        "appointment__client",
        "Payments",
        Fate.STAYS,
        "The clinic must keep its books; they hold no name and no address.",
        {
            "At": "at",
            "For": "what",
            "Amount": "amount",
            "Currency": "currency",
            "How": "method",
            "Receipt": "number",
            "Why": "reason",
        },
    ),
    Holding(
        Fee,
        "appointment__client",
        "Fees",
        Fate.STAYS,
        "The clinic must keep its books; they hold no name and no address.",
        {"At": "at", "Amount": "amount", "Currency": "currency", "Why": "rule"},
    ),
    Holding(
        ClientEvent,
        "client",
        "What was changed in the record",
        Fate.GOES,
        shown={"At": "at", "What": "kind", "By": "by", "Details": "facts"},
    ),
    Holding(
        Race,
        "client",
        "Races",
        Fate.GOES,
        shown={
            "Date": "race_date",
            "Distance": "distance",
            "Name": "name",
            "Priority": "priority",
            "Outcome": "outcome",
            "Kilometres run": "dnf_km",
            "Training starts": "training_start",
            "Weeks": "weeks",
        },
    ),
    Holding(HardEffort, "client", "Hard efforts", Fate.GOES, shown={"Day": "day"}),
    Holding(
        DeclinedSession,
        "client",
        "Sessions set aside",
        Fate.GOES,
        shown={"Session": "kind", "Ideal day": "ideal"},
    ),
    Holding(
        MailConsent,
        "client",
        "What you chose to be written about",
        Fate.GOES,
        shown={
            "At": "at",
            "Mails": "group",
            "Wanted": "wanted",
            "It said": "wording",
            "How": "how",
        },
    ),
    Holding(
        Agreement,
        "client",
        "What you agreed to",
        Fate.GOES,
        shown={"At": "at", "Text": "text__kind", "Version": "text__number", "How": "how"},
    ),
    Holding(
        Mail,
        "client",
        "Mails",
        Fate.GOES,
        shown={
            "Owed": "created_at",
            "What": "kind",
            "State": "state",
            "Sent": "sent_at",
            "Why": "why",
            "The desk's line": "note",
        },
    ),
    Holding(
        ErasureRequest,
        "client",
        "Wishes to be erased",
        Fate.STAYS,
        "Shows that it was done; holds no name and no address.",
        {"Asked": "asked_at", "State": "state", "Answered": "answered_at", "Answer": "answer"},
    ),
    Holding(
        Change,
        "client",
        "Who changed what",
        Fate.GOES,
        "But for changes of appointments, which say of nobody who they are.",
        {
            "At": "at",
            "By": "role",
            "Of": "table",
            "Did": "did",
            "Before": "before",
            "After": "after",
        },
        only=lambda rows: rows.exclude(table=Appointment._meta.db_table),
    ),
    Holding(Feed, "client", "Calendar address", Fate.GOES, shown={"Active": "active"}),
    # Health data is given out by therapists.queries.health_export, to whoever has signed in.
    Holding(HealthCheck, "client", "Health answers", Fate.KEPT, "Clinical record."),
    Holding(Clearance, "client", "Reasons for lifting a hold", Fate.KEPT, "Clinical record."),
    Holding(Note, "appointment__client", "Notes of visits", Fate.KEPT, "Clinical record."),
    Holding(
        NoteVersion, "note__appointment__client", "Signed notes", Fate.KEPT, "Clinical record."
    ),
    Holding(Access, "client", "Who read health data", Fate.KEPT, "Shows who saw a record."),
    Holding(
        KeptRecord,
        "client",
        "Whose record it is",
        Fate.KEPT,
        "Sealed: a record without a name could not be found again.",
    ),
)
# What hangs on a runner's login goes with it; staff's logins are only taken off the client.
GOES_WITH_THE_LOGIN = {
    "account.emailaddress": "the login's addresses",
    "admin.logentry": "a runner has none",
    "bookings.change": "forgotten with the login",
    "mfa.authenticator": "second factors, sealed",
    "bookings.client": "the client, who is erased",
    "bookings.therapist": "whoever is one keeps the login",
    "bookings.user_groups": "rights",
    "bookings.user_user_permissions": "rights",
    "therapists.access": "stays, without the login",
    "therapists.clearance": "only a therapist's",
    "therapists.timeoff": "only the desk's",
}
