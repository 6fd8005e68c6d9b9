"""One row for each model: what is shown, exported, merged, erased and remembered of it.

Whoever adds a model adds its row; tests/house/test_registry.py fails without it. Their order is
that of a client's own data; erasing goes through it forwards, and through what is KEPT backwards.
"""

from django.contrib.postgres.functions import RandomUUID
from django.db.models import Case, CharField, F, JSONField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Replace
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from bookings.core import training
from bookings.core.roles import Role
from bookings.models import (
    Absence,
    Agreement,
    Appointment,
    AppointmentEvent,
    BroughtPlan,
    BusyCalendar,
    BusyTime,
    Change,
    Client,
    ClientEvent,
    ClientImport,
    Clinic,
    DeclinedSession,
    ErasureRequest,
    ExtraShift,
    Fee,
    FreedTime,
    HardEffort,
    Heartbeat,
    ImportedRow,
    KnownAs,
    LastSeen,
    LegalText,
    ListedDistance,
    ListedRace,
    Logo,
    Mail,
    MailConsent,
    MailServer,
    MailWording,
    OwnPlan,
    Payment,
    PlanLink,
    Portrait,
    ProtocolVersion,
    Race,
    RaceNews,
    Room,
    RoomLoan,
    RunnerCall,
    RunnerNews,
    Series,
    SignInEvent,
    SignInMail,
    Tally,
    Therapist,
    Treatment,
    Trouble,
    User,
    WaitlistEntry,
    WaitlistOffer,
    WeeklyBreak,
    WeeklyShift,
)
from clinic.records.registry import merge_steps
from clinic.records.registry.record import (
    APPEND_ONLY,
    REMEMBERED,
    SEALED,
    Export,
    Fate,
    NotRemembered,
    Record,
    Remembered,
)
from clinic.records.registry.third_party import THIRD_PARTY
from therapists.models import (
    Access,
    Clearance,
    Feed,
    Habits,
    HealthCheck,
    KeptRecord,
    Letter,
    MorningMail,
    Note,
    NoteTemplate,
    NoteVersion,
    NoticeWishes,
    Photo,
    Push,
    PushDevice,
    StaffNotice,
    TimeOff,
)

A_LOG = NotRemembered("a log itself")
HEALTH = NotRemembered("health data, whose readings and writings are recorded")
BOOKS = _("The clinic must keep its books; they hold no name and no address.")


def _no_link() -> Replace:
    """A name that no link of a sent mail knows."""
    return Replace(Cast(RandomUUID(), CharField()), Value("-"), Value(""))


def _that_there_was_one() -> Case:
    """What was waived or corrected had a reason, and its row may not be without (a constraint)."""
    return Case(When(reason="", then=F("reason")), default=Value("erased"))


def _of_the_staff_alone() -> Case:
    """A network's address is the client's own where they have read what is theirs."""
    return Case(When(who__startswith=Role.RUNNER, then=None), default=F("address"))


def _runners(users: QuerySet) -> QuerySet:
    """Somebody on the staff keeps their login."""
    return users.filter(role=Role.RUNNER, therapist=None)


def _not_of_appointments(changes: QuerySet) -> QuerySet:
    return changes.exclude(table=Appointment._meta.db_table)


def _of_runners(events: QuerySet) -> QuerySet:
    of_one = Q(user__role=Role.RUNNER, user__therapist=None)
    return events.filter(of_one | Q(user=None))  # of a login that has ended


CLIENTS = (
    Record(  # before the login, through which it is found
        model=SignInEvent,
        owner="user__client",
        or_owner="client",
        only=_of_runners,
        name=gettext_noop("What happened about signing in"),
        shown={
            gettext_noop("At"): "at",
            gettext_noop("What"): "kind",
            gettext_noop("How"): "how",
            gettext_noop("Browser"): "browser",
        },
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.as_they_are},
        with_login="goes, but for a client's whose login the desk has ended",
        history=A_LOG,
    ),
    Record(  # before the client, through whom it is found
        model=User,
        owner="client",
        only=_runners,
        name=gettext_noop("Login"),
        on_erase=Fate.GOES,
        export=Export(secret=frozenset({"password"})),
        history=Remembered(
            no_news=frozenset({"last_login", "created_at", "keys_edition"}),
            secret=frozenset({"password"}),
        ),
    ),
    Record(
        model=Client,
        owner="pk",
        name=gettext_noop("Who you are"),
        shown={
            gettext_noop("Name"): "name",
            gettext_noop("Email"): "email",
            gettext_noop("Phone"): "phone",
            gettext_noop("Language"): "language",
            gettext_noop("Known since"): "created_at",
            gettext_noop("Address proved"): "proved_at",
            gettext_noop("Terms agreed"): "terms_agreed_at",
            gettext_noop("To be checked by the therapist"): "health_hold",
            gettext_noop("Wants reminders"): "wants_reminders",
            gettext_noop("Wants emails timed to training"): "wants_nudges",
            gettext_noop("Wants news of the waiting list"): "wants_news",
            gettext_noop("Day of the long run (0 is Monday)"): "long_run_weekday",
            gettext_noop("Kilometres a week"): "weekly_volume_km",
            gettext_noop("Part of the day they like (0 is the morning)"): "usual_part",
            gettext_noop("With whom they like to come"): "usual_therapist__name",
            gettext_noop("Login"): "user__email",
            gettext_noop("Last sign-in"): "user__last_login",
            gettext_noop("Born"): "date_of_birth",
            gettext_noop("Parent or guardian"): "guardian_name",
            gettext_noop("They agreed"): "guardian_agreed_at",
            gettext_noop("Notes of the desk"): "desk_notes",
        },
        on_erase=Fate.NAMELESS,
        why=_("An empty row, so that past appointments belong to somebody."),
        blank={  # but for the address, to which the last mail goes, and its language
            "name": "Erased client",
            "phone": "",
            "user": None,
            "proved_at": None,
            "unconfirmed_since": None,
            "unconfirmed_by": "",
            "disowned": False,
            "terms_agreed_at": None,
            "same_address_as": None,
            "health_hold": False,
            "bounced_at": None,
            "wants_reminders": True,
            "wants_nudges": False,
            "wants_news": False,
            "long_run_weekday": training.Weekday.SUN.value,
            "weekly_volume_km": 0,
            "usual_part": None,
            "usual_therapist": None,
            "desk_notes": "",
            "date_of_birth": None,
            "guardian_name": "",
            "guardian_agreed_at": None,
            "guardian_agreed_by": "",
        },
        on_merge={"same_address_as": merge_steps.namesakes},
        with_login="stays; a client who is erased is blanked",
        history=Remembered(
            no_news=frozenset({"plan_revision", "created_at", "findable", "links_edition"})
        ),
    ),
    Record(
        model=Appointment,
        owner="client",
        name=gettext_noop("Appointments"),
        shown={
            gettext_noop("Start"): "starts_at",
            gettext_noop("End"): "ends_at",
            gettext_noop("Treatment"): "treatment__name",
            gettext_noop("Therapist"): "therapist__name",
            gettext_noop("Room"): "room__name",
            gettext_noop("Price"): "price",
            gettext_noop("Status"): "status",
            gettext_noop("Booked"): "booked_at",
            gettext_noop("To be confirmed by"): "prove_by",
            gettext_noop("Said to be coming"): "confirmed_at",
            gettext_noop("Minutes late"): "late_minutes",
            gettext_noop("Note of the desk"): "desk_note",
        },
        on_erase=Fate.NAMELESS,
        why=_("The clinic's figures need how many there were, when and at what price."),
        blank={
            "public_id": _no_link(),
            "visitor": "",
            "held_from": "",
            "booking_key": None,
            "prove_by": None,
            "together": "",
            "series": None,
            "desk_note": "",
            "decided_on_hold": False,
            "not_told": False,
            "relayed_at": None,
        },
        on_merge={"client": merge_steps.appointments},
        history=Remembered(  # but for holds, which are nobody's
            no_news=frozenset(
                {
                    "blocked_until",
                    "revision",
                    "held_until",
                    "together",
                    "created_at",
                    "booked_at",
                    "public_id",
                    "visitor",
                    "held_from",
                    "booking_key",
                    "links_edition",
                }
            )
        ),
    ),
    Record(
        model=AppointmentEvent,
        owner="appointment__client",
        name=gettext_noop("What happened to appointments"),
        shown={
            gettext_noop("Appointment"): "appointment__starts_at",
            gettext_noop("At"): "at",
            gettext_noop("What"): "kind",
            gettext_noop("By"): "by",
            gettext_noop("Details"): "facts",
        },
        on_erase=Fate.NAMELESS,
        why=_("What was done when; reasons and names are taken out."),
        blank={"facts": Case(When(kind="moved", then=F("facts")), default=Value({}, JSONField()))},
        history=A_LOG,
    ),
    Record(
        model=Payment,
        owner="appointment__client",
        name=gettext_noop("Payments"),
        shown={
            gettext_noop("At"): "at",
            gettext_noop("For"): "what",
            gettext_noop("Amount"): "amount",
            gettext_noop("Currency"): "currency",
            gettext_noop("How"): "method",
            gettext_noop("Receipt"): "number",
            gettext_noop("Why"): "reason",
        },
        on_erase=Fate.NAMELESS,
        why=_(
            "The clinic must keep its books; names on receipts and the reasons that somebody typed "
            "are taken out."
        ),
        blank={"reason": _that_there_was_one(), "client_name": ""},
        history=APPEND_ONLY,
    ),
    Record(
        model=Fee,
        owner="appointment__client",
        name=gettext_noop("Fees"),
        shown={
            gettext_noop("At"): "at",
            gettext_noop("Amount"): "amount",
            gettext_noop("Currency"): "currency",
            gettext_noop("Why"): "rule",
        },
        on_erase=Fate.STAYS,
        why=BOOKS,
        history=APPEND_ONLY,
    ),
    Record(
        model=ClientEvent,
        owner="client",
        name=gettext_noop("What was changed in the record"),
        shown={
            gettext_noop("At"): "at",
            gettext_noop("What"): "kind",
            gettext_noop("By"): "by",
            gettext_noop("Details"): "facts",
        },
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.as_they_are},
        history=A_LOG,
    ),
    Record(
        model=Race,
        owner="client",
        name=gettext_noop("Races"),
        shown={
            gettext_noop("Date"): "race_date",
            gettext_noop("Distance"): "distance",
            gettext_noop("Name"): "name",
            gettext_noop("Priority"): "priority",
            gettext_noop("Outcome"): "outcome",
            gettext_noop("Kilometres run"): "dnf_km",
            gettext_noop("Training starts"): "training_start",
            gettext_noop("Weeks"): "weeks",
        },
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.races},
        history=REMEMBERED,
    ),
    Record(
        model=RunnerCall,
        owner="race__client",
        name=gettext_noop("When you were to be rung about a race"),
        shown={
            gettext_noop("Noted"): "asked_at",
            gettext_noop("Not reached"): "tried_at",
            gettext_noop("Done"): "done_at",
        },
        on_erase=Fate.GOES,
        history=NotRemembered("who rang whom is on its row"),
    ),
    Record(
        model=RunnerNews,
        owner="client",
        name=gettext_noop("What became of a race that was moved or cancelled"),
        shown={
            gettext_noop("Told"): "news__made_at",
            gettext_noop("It was on"): "news__was",
            gettext_noop("It is on"): "news__becomes",
            gettext_noop("Settled"): "settled_at",
            gettext_noop("Why it was left alone"): "why",
        },
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.race_news},
        history=NotRemembered("told by the race, which is remembered"),
    ),
    Record(
        model=BroughtPlan,
        owner="client",
        name=gettext_noop("What you told of your training before you booked"),
        shown={gettext_noop("At"): "at", gettext_noop("Told"): "data"},
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.brought_plan},
        history=NotRemembered("only the runner's own"),
    ),
    Record(
        model=OwnPlan,
        owner="client",
        name=gettext_noop("The days of your own training plan"),
        shown={gettext_noop("Read"): "read_at", gettext_noop("Days"): "days"},
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.own_plan},
        history=Remembered(no_news=frozenset({"left"}), secret=frozenset({"days"})),
    ),
    Record(
        model=PlanLink,
        owner="client",
        name=gettext_noop("Where your own training plan is read"),
        shown={
            gettext_noop("Calendar"): "shown",
            gettext_noop("Since"): "kept_at",
            gettext_noop("Last read"): "good_at",
        },
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.plan_link},
        export=Export(secret=frozenset({"link", "tag", "lease", "corrections"})),
        history=NotRemembered("a secret address, which is asked again and again"),
    ),
    Record(
        model=HardEffort,
        owner="client",
        name=gettext_noop("Hard efforts"),
        shown={gettext_noop("Day"): "day"},
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.hard_efforts},
        history=NotRemembered("only the runner's own"),
    ),
    Record(
        model=DeclinedSession,
        owner="client",
        name=gettext_noop("Sessions set aside"),
        shown={gettext_noop("Session"): "kind", gettext_noop("Ideal day"): "ideal"},
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.declined_sessions},
        history=NotRemembered("only the runner's own"),
    ),
    Record(
        model=WaitlistEntry,
        owner="client",
        name=gettext_noop("Waiting list"),
        shown={
            gettext_noop("Since"): "joined_at",
            gettext_noop("Treatment"): "treatment__name",
            gettext_noop("Therapist"): "therapist__name",
            gettext_noop("Instead of"): "appointment__starts_at",
            gettext_noop("What the other time is to be"): "better_by",
            gettext_noop("From"): "first_day",
            gettext_noop("Until"): "last_day",
            gettext_noop("Days of the week (0 is Monday)"): "weekdays",
            gettext_noop("Parts of the day (0 is the morning)"): "parts",
            gettext_noop("Hours of notice"): "notice_hours",
            gettext_noop("Session"): "session_kind",
            gettext_noop("State"): "state",
        },
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.as_they_are},
        history=Remembered(no_news=frozenset({"key"})),
    ),
    Record(
        model=WaitlistOffer,
        owner="client",
        name=gettext_noop("Times offered from the waiting list"),
        shown={
            gettext_noop("At"): "made_at",
            gettext_noop("Start"): "starts_at",
            gettext_noop("Therapist"): "therapist__name",
            gettext_noop("Kept until"): "until",
            gettext_noop("State"): "state",
            gettext_noop("How"): "channel",
        },
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.offers},
        history=NotRemembered("says itself who made it, and what became of it"),
    ),
    Record(
        model=Series,
        owner="client",
        name=gettext_noop("What you come for again and again"),
        shown={
            gettext_noop("Since"): "made_at",
            gettext_noop("Treatment"): "treatment__name",
            gettext_noop("Therapist"): "therapist__name",
            gettext_noop("From"): "first_day",
            gettext_noop("Time of day"): "at",
            gettext_noop("Every so many weeks"): "every_weeks",
            gettext_noop("With the sessions of the race"): "race__name",
            gettext_noop("Until"): "last_day",
            gettext_noop("Still to be booked"): "waits_for",
            gettext_noop("Ended"): "ended_at",
        },
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.as_they_are},
        history=Remembered(no_news=frozenset({"key"})),
    ),
    Record(
        model=MailConsent,
        owner="client",
        name=gettext_noop("What you chose to be written about"),
        shown={
            gettext_noop("At"): "at",
            gettext_noop("Mails"): "group",
            gettext_noop("Wanted"): "wanted",
            gettext_noop("It said"): "wording",
            gettext_noop("How"): "how",
        },
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.mail_consents},
        history=A_LOG,
    ),
    Record(
        model=Agreement,
        owner="client",
        name=gettext_noop("What you agreed to"),
        shown={
            gettext_noop("At"): "at",
            gettext_noop("Text"): "text__kind",
            gettext_noop("Version"): "text__number",
            gettext_noop("How"): "how",
        },
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.agreements},
        history=A_LOG,
    ),
    Record(
        model=Mail,
        owner="client",
        name=gettext_noop("Mails"),
        shown={
            gettext_noop("Owed"): "created_at",
            gettext_noop("What"): "kind",
            gettext_noop("State"): "state",
            gettext_noop("Sent"): "sent_at",
            gettext_noop("Why"): "why",
            gettext_noop("The desk's line"): "note",
        },
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.as_they_are},
        export=Export(secret=frozenset({"lease_token"})),
        history=NotRemembered("a history itself"),
    ),
    Record(
        model=ErasureRequest,
        owner="client",
        name=gettext_noop("Wishes to be erased"),
        shown={
            gettext_noop("Asked"): "asked_at",
            gettext_noop("State"): "state",
            gettext_noop("Answered"): "answered_at",
            gettext_noop("Answer"): "answer",
        },
        on_erase=Fate.NAMELESS,
        why=_("Shows that it was done; holds no name, no address, and no answer in words."),
        blank={"answer": ""},
        on_merge={"client": merge_steps.erasure_requests},
        history=NotRemembered("says itself who answered"),
    ),
    Record(
        model=ImportedRow,
        owner="client",
        name=gettext_noop("Lists from another system in which you stood"),
        shown={
            gettext_noop("At"): "batch__created_at",
            gettext_noop("From"): "batch__source",
            gettext_noop("Row"): "number",
            gettext_noop("Outcome"): "outcome",
        },
        on_erase=Fate.NAMELESS,
        why=_(
            "Says how many rows a list had, and when one was erased, so that the same file leaves "
            "it out; what stood in the row goes."
        ),
        blank={"cells": None, "reason": ""},
        on_merge={"client": merge_steps.as_they_are},
        history=A_LOG,
    ),
    Record(
        model=KnownAs,
        owner="client",
        name=gettext_noop("How another system called you"),
        shown={gettext_noop("System"): "source", gettext_noop("Number"): "key"},
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.as_they_are},
        history=NotRemembered("told by the list it came with"),
    ),
    Record(
        model=Change,
        owner="client",
        only=_not_of_appointments,
        name=gettext_noop("Who changed what"),
        shown={
            gettext_noop("At"): "at",
            gettext_noop("By"): "role",
            gettext_noop("Of"): "table",
            gettext_noop("Did"): "did",
            gettext_noop("Before"): "before",
            gettext_noop("After"): "after",
        },
        on_erase=Fate.GOES,
        why=_("But for changes of appointments, which say of nobody who they are."),
        on_merge={"client": merge_steps.with_the_record},
        with_login="those of the login go; what it has changed stays, without the login",
        history=APPEND_ONLY,
    ),
    Record(
        model=Feed,
        owner="client",
        name=gettext_noop("Calendar address"),
        shown={gettext_noop("Active"): "active"},
        on_erase=Fate.GOES,
        on_merge={"client": merge_steps.feed},
        history=NotRemembered("a secret address"),
    ),
    # Health data is given out by therapists.queries.health_export, to whoever has signed in.
    Record(
        model=HealthCheck,
        owner="client",
        name=gettext_noop("Health answers"),
        on_erase=Fate.KEPT,
        why="Clinical record.",
        on_merge={"client": merge_steps.as_they_are},
        export=SEALED,
        history=HEALTH,
    ),
    Record(
        model=Clearance,
        owner="client",
        name=gettext_noop("Reasons for lifting a hold"),
        on_erase=Fate.KEPT,
        why="Clinical record.",
        on_merge={"client": merge_steps.as_they_are},
        with_login="only a therapist's, which does not go",
        export=SEALED,
        history=HEALTH,
    ),
    Record(
        model=Note,
        owner="appointment__client",
        name=gettext_noop("Notes of visits"),
        on_erase=Fate.KEPT,
        why="Clinical record.",
        export=SEALED,
        history=HEALTH,
    ),
    Record(
        model=NoteVersion,
        owner="note__appointment__client",
        name=gettext_noop("Signed notes"),
        on_erase=Fate.KEPT,
        why="Clinical record.",
        export=SEALED,
        history=APPEND_ONLY,
    ),
    Record(
        model=Letter,
        owner="note__appointment__client",
        name=gettext_noop("Letters to others who treat them"),
        on_erase=Fate.KEPT,
        why="Clinical record.",
        export=SEALED,
        history=APPEND_ONLY,
    ),
    Record(
        model=Photo,
        owner="note__appointment__client",
        name=gettext_noop("Photos of findings"),
        on_erase=Fate.KEPT,
        why="Clinical record.",
        export=SEALED,
        history=HEALTH,
    ),
    Record(
        model=Access,
        owner="client",
        name=gettext_noop("Who read health data"),
        on_erase=Fate.KEPT,
        why=_("Shows who saw a record; from where they did themselves goes."),
        blank={"address": _of_the_staff_alone(), "reason": ""},
        on_merge={"client": merge_steps.as_they_are},
        with_login="stays, without the login",
        history=A_LOG,
    ),
    Record(
        model=KeptRecord,
        owner="client",
        name=gettext_noop("Whose record it is"),
        on_erase=Fate.KEPT,
        why=_("Sealed: a record without a name could not be found again."),
        on_merge={"client": merge_steps.as_they_are},
        history=NotRemembered("sealed"),
    ),
)

THE_CLINICS = (
    Record(
        model=Therapist,
        name=gettext_noop("Therapists"),
        on_erase=Fate.STAYS,
        with_login="whoever is one keeps the login",
        history=REMEMBERED,
    ),
    Record(
        model=TimeOff,
        name=gettext_noop("Wishes for time off"),
        on_erase=Fate.STAYS,
        with_login="only the desk's, which does not go",
        history=Remembered(no_news=frozenset({"asked_at"}), secret=frozenset({"reason"})),
    ),
    Record(
        model=Absence,
        name=gettext_noop("Absences"),
        on_erase=Fate.STAYS,
        history=Remembered(secret=frozenset({"reason"})),
    ),
    *(
        Record(
            model=model,
            name=name,
            on_erase=Fate.STAYS,
            with_login="goes with the login",
            history=NotRemembered(why),
        )
        for model, name, why in (
            (NoticeWishes, "What staff are told", "a person's own"),
            (StaffNotice, "Notices to staff", "a log itself"),
            (Push, gettext_noop("Messages to devices of staff"), "what waits"),
        )
    ),
    Record(
        model=BusyCalendar,
        name=gettext_noop("Where therapists’ own calendars are read"),
        on_erase=Fate.STAYS,
        export=Export(secret=frozenset({"link", "tag", "lease"})),
        history=NotRemembered("a secret address, which is asked again and again"),
    ),
    Record(
        model=PushDevice,
        name=gettext_noop("Devices of staff"),
        on_erase=Fate.STAYS,
        with_login="go",
        export=Export(secret=frozenset({"endpoint", "p256dh", "auth"})),
        history=NotRemembered("a person's own"),
    ),
    *(
        Record(model=model, name=name, on_erase=Fate.STAYS, history=REMEMBERED)
        for model, name in (
            (Clinic, "The clinic"),
            (Room, "Rooms"),
            (RoomLoan, gettext_noop("Times at which a room is lent out")),
            (Treatment, "Treatments"),
            (Treatment.therapists.through, "Who gives which treatment"),
            (Treatment.rooms.through, "Rooms of treatments"),
            (WeeklyShift, "Hours of each week"),
            (WeeklyBreak, "Breaks of each week"),
            (ExtraShift, "Further hours"),
            (ListedDistance, gettext_noop("Distances of races that can be chosen")),
        )
    ),
    Record(
        model=ListedRace,
        name=gettext_noop("Races that can be chosen"),
        on_erase=Fate.STAYS,
        history=Remembered(no_news=frozenset({"folded"})),
    ),
    *(
        Record(model=model, name=name, on_erase=Fate.STAYS, history=APPEND_ONLY)
        for model, name in (
            (ProtocolVersion, "Versions of the protocol"),
            (LegalText, "Versions of the legal texts"),
            (MailWording, gettext_noop("Versions of what mails say")),
        )
    ),
    *(
        Record(model=model, name=name, on_erase=Fate.STAYS, history=NotRemembered(why))
        for model, name, why in (
            (Habits, "Therapists' habits", "a therapist's own"),
            (BusyTime, gettext_noop("When therapists are busy elsewhere"), "read every few hours"),
            (Portrait, gettext_noop("Photos of therapists"), "shown to everybody"),
            (Logo, gettext_noop("The clinic's logo"), "shown to everybody"),
            (NoteTemplate, "Templates of notes", "a therapist's own"),
            (MorningMail, "Mails of the morning", "a log itself"),
            (SignInMail, "Mails to sign in by", "codes and links of signing in"),
            (ClientImport, gettext_noop("Lists of clients taken in"), "a log itself"),
            (RaceNews, gettext_noop("Races that were moved or cancelled"), "a log itself"),
            (
                Tally,
                "Tries at signing in or joining",
                "numbers beside digests, for a day",
            ),
            (Heartbeat, "Signs of life", "a sign of life"),
            (FreedTime, gettext_noop("Times that have come free"), "a log itself"),
            (MailServer, "The mail server", "a sign of how the mail server fares"),
            (LastSeen, gettext_noop("What was last seen to work"), "a sign of life"),
            (Trouble, gettext_noop("What is in trouble"), "a sign of life"),
        )
    ),
)

RECORDS = (*CLIENTS, *THE_CLINICS, *THIRD_PARTY)
BY_MODEL = {record.model: record for record in RECORDS}
