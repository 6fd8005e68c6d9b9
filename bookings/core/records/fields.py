"""What a column may hold, by which names other systems call it, and what is never taken in."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from bookings.core.records.tables import plain


class Field(StrEnum):
    """What is taken in. Values are kept with each import."""

    KEY = "key"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    PREFERRED = "preferred"
    EMAIL = "email"
    PHONE = "phone"
    GONE = "gone"
    VISIT_KEY = "visit_key"
    START = "start"
    DATE = "date"
    TIME = "time"
    END = "end"
    MINUTES = "minutes"
    TREATMENT = "treatment"
    THERAPIST = "therapist"
    STATUS = "status"


VISIT = frozenset(
    {
        Field.VISIT_KEY, Field.START, Field.DATE, Field.TIME, Field.END, Field.MINUTES,
        Field.TREATMENT, Field.THERAPIST, Field.STATUS,
    }
)  # fmt: skip


class OtherSystem(StrEnum):
    CLINIKO = "cliniko"
    JANE = "jane"
    FRESHA = "fresha"
    ACUITY = "acuity"
    SQUARE = "square"
    TAPER = "taper"
    OTHER = "other"


class Refusal(StrEnum):
    """Why a column is not even kept."""

    HEALTH = "health"
    AGE = "age"
    CONSENT = "consent"
    TEXT = "free text"
    MONEY = "money"
    BARRED = "barred"


# Names as `plain` leaves them.
USUAL: Mapping[Field, tuple[str, ...]] = {
    Field.KEY: ("client id", "patient id", "customer id", "client number", "patient number",
                "client no", "patient no"),
    Field.NAME: ("name", "full name", "client name", "patient name", "customer name", "client",
                 "patient", "customer"),
    Field.FIRST_NAME: ("first name", "firstname", "given name", "forename", "client first name",
                       "patient first name", "customer first name"),
    Field.LAST_NAME: ("last name", "lastname", "surname", "family name", "client last name",
                      "patient last name", "customer last name"),
    Field.PREFERRED: ("preferred first name", "preferred name", "known as", "goes by", "nickname"),
    Field.EMAIL: ("email", "e mail", "email address", "e mail address", "client email",
                  "patient email", "customer email", "mail"),
    Field.PHONE: ("mobile", "mobile phone", "mobile number", "phone", "phone number",
                  "telephone", "cell", "cell phone", "tel", "home phone", "work phone",
                  "client phone", "patient phone", "client mobile", "contact number",
                  "patient mobile", "patient mobile phone", "patient mobile number",
                  "client mobile phone", "client mobile number", "customer phone"),
    Field.GONE: ("archived at", "deleted at", "erased at", "archived", "deleted", "deceased"),
    Field.VISIT_KEY: ("appointment id", "booking id", "appointment ref", "booking ref",
                      "appointment number"),
    Field.START: ("start", "starts at", "start at", "appointment start", "starts",
                  "date and time", "appointment date and time", "start date and time"),
    Field.DATE: ("date", "appointment date", "day", "start date", "scheduled date"),
    Field.TIME: ("time", "appointment time", "start time", "from"),
    Field.END: ("end", "ends at", "end at", "end time", "appointment end", "until"),
    Field.MINUTES: ("duration", "minutes", "duration mins", "duration min", "duration minutes",
                    "length"),
    Field.TREATMENT: ("treatment", "service", "appointment type", "type", "treatment name",
                      "service name"),
    Field.THERAPIST: ("therapist", "practitioner", "staff", "staff member", "team member",
                      "provider", "calendar", "employee", "practitioner name"),
    Field.STATUS: ("status", "appointment status", "booking status"),
}  # fmt: skip
# What differs from the usual, or stands for something else there.
PRESETS: Mapping[OtherSystem, Mapping[Field, tuple[str, ...]]] = {
    OtherSystem.CLINIKO: {
        Field.KEY: ("id", "patient id"),
        Field.GONE: ("archived at", "deleted at"),
        Field.START: ("start time", "appointment start", "starts at"),
        Field.END: ("end time", "appointment end", "ends at"),
        Field.STATUS: ("cancelled at", "did not arrive", "cancellation time"),
    },
    OtherSystem.JANE: {
        Field.KEY: ("patient number", "client number", "patient guid", "client guid"),
        Field.START: ("start at", "start"),
        Field.END: ("end at", "end"),
        Field.TREATMENT: ("treatment name", "treatment"),
        Field.THERAPIST: ("staff member name", "staff member"),
        Field.STATUS: ("state", "cancelled at", "no show"),
    },
    OtherSystem.FRESHA: {
        Field.KEY: ("client id", "client reference"),
        Field.PHONE: ("mobile number", "telephone", "mobile"),
        Field.GONE: ("blocked",),
        Field.VISIT_KEY: ("ref #", "appt ref", "appointment ref", "ref"),
        Field.DATE: ("scheduled date", "appt date", "appointment date"),
        Field.THERAPIST: ("team member", "staff member"),
    },
    OtherSystem.ACUITY: {
        Field.START: ("start time",),
        Field.END: ("end time",),
        Field.TREATMENT: ("type", "appointment type"),
        Field.THERAPIST: ("calendar",),
        Field.STATUS: ("canceled",),
    },
    OtherSystem.SQUARE: {
        Field.KEY: ("square customer id", "customer id"),
        Field.START: ("start", "appointment start"),
        Field.THERAPIST: ("staff", "team member"),
    },
    OtherSystem.TAPER: {
        Field.KEY: ("client id", "id"),
        Field.GONE: ("erased at",),
        Field.VISIT_KEY: ("public id",),
        Field.START: ("starts at",),
        Field.END: ("ends at",),
        Field.TREATMENT: ("treatment id", "treatment"),
        Field.THERAPIST: ("therapist id", "therapist"),
    },
    OtherSystem.OTHER: {},
}
# Columns by which one knows the system, though nothing of them is taken in.
MARKS: Mapping[OtherSystem, frozenset[str]] = {
    OtherSystem.CLINIKO: frozenset(
        {
            "reminder type",
            "medicare",
            "invoice default to",
            "referral source",
            "patient id",
            "practitioner id",
            "did not arrive",
            "accepted privacy policy",
            "business",
        }
    ),
    OtherSystem.JANE: frozenset(
        {
            "patient number",
            "preferred name",
            "patient guid",
            "start at",
            "end at",
            "staff member name",
            "treatment name",
        }
    ),
    OtherSystem.FRESHA: frozenset(
        {
            "team member",
            "ref #",
            "scheduled date",
            "channel",
            "blocked",
            "accepts marketing",
            "accepts sms marketing",
            "mobile number",
        }
    ),
    OtherSystem.ACUITY: frozenset(
        {
            "calendar",
            "days since last appointment",
            "appointment price",
            "date scheduled",
            "certificate code",
            "amount paid online",
        }
    ),
    OtherSystem.SQUARE: frozenset(
        {
            "square customer id",
            "creation source",
            "email subscription status",
            "transaction count",
            "total spend",
            "instant profile",
        }
    ),
    OtherSystem.TAPER: frozenset(
        {
            "wants nudges",
            "long run weekday",
            "plan revision",
            "public id",
            "findable",
            "links edition",
            "blocked until",
        }
    ),
}
ENOUGH_MARKS = 2
REFUSED: tuple[tuple[Refusal, re.Pattern[str]], ...] = (
    (
        Refusal.HEALTH,
        re.compile(
            r"health|medic|allerg|condition|injur|diagnos|clinical|pain\b|pregnan|symptom|surger"
            r"|contraindic|\balerts?\b|disab|illness|doctor|\bgp\b|insur|\bnhs\b|blood"
        ),
    ),
    (Refusal.AGE, re.compile(r"birth|\bdob\b|\bage\b|born|guardian|\bbday\b")),
    (
        Refusal.CONSENT,
        re.compile(r"accept|consent|market|subscri|opt in|wants|newsletter|terms agreed"),
    ),
    (
        Refusal.MONEY,
        re.compile(
            r"\bpaid\b|\bprepa|\bdeposit|\bbalance|\bcredits?\b|\bvoucher|\bgift|outstanding"
        ),
    ),
    (
        Refusal.BARRED,
        re.compile(r"\bblocked\b.+|\bblock(ing)? reason|\bbann?ed|\bno[ -]?shows\b|^no show count"),
    ),
    (Refusal.TEXT, re.compile(r"notes?\b|comments?\b|memo\b|remarks?\b|forms?\b|about\b")),
)
NOT_COMING = re.compile(
    r"cancel|no[ _-]?show|did not|\bdna\b|declin|complet|expired|deleted|\bheld\b"
)
SAYS_NOTHING = ("", "no", "false", "0", "n", "active", "not cancelled", "none", "null", "-")


def refusal_of(name: str) -> Refusal | None:
    """Of a column that is not taken in, whoever maps it to whatever."""
    bare = plain(name)
    return next((why for why, pattern in REFUSED if pattern.search(bare)), None)


def known_names() -> frozenset[str]:
    presets = [USUAL, *PRESETS.values()]
    return frozenset(name for one in presets for names in one.values() for name in names)


def source_of(names: Sequence[str]) -> OtherSystem:
    """The system that most of the columns speak for; OTHER where few do."""
    bare = {plain(name) for name in names}
    scores = {source: len(bare & marks) for source, marks in MARKS.items()}
    best = max(scores, key=lambda one: scores[one])
    return best if scores[best] >= ENOUGH_MARKS else OtherSystem.OTHER


def guessed(names: Sequence[str], source: OtherSystem) -> dict[int, Field]:
    """By column, what it is taken for; of two that could be one field, the better known."""
    found: dict[int, Field] = {}
    bare = [plain(name) for name in names]
    open_columns = [n for n, name in enumerate(names) if bare[n] and not refusal_of(name)]
    for field, called in _names_of(source).items():
        fitting = [n for name in called for n in open_columns if bare[n] == name]
        for column in dict.fromkeys(fitting):
            if column not in found and (field in MAY_REPEAT or field not in found.values()):
                found[column] = field
    if not {Field.START, Field.DATE} & set(found.values()):
        # A list of clients may have the “State” they live in, and who of the staff sees them.
        return {column: field for column, field in found.items() if field not in VISIT}
    return found


MAY_REPEAT = frozenset({Field.PHONE, Field.GONE, Field.STATUS})  # the first that is filled counts


def _names_of(source: OtherSystem) -> dict[Field, tuple[str, ...]]:
    """The preset's own before the usual, and no usual name that the preset uses otherwise."""
    own = PRESETS[source]
    taken = {name for names in own.values() for name in names}
    usual = {
        field: tuple(name for name in names if name not in taken) for field, names in USUAL.items()
    }
    first = {field: (*names, *usual.get(field, ())) for field, names in own.items()}
    return {**first, **{field: names for field, names in usual.items() if field not in own}}
