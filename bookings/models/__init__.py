"""The nouns."""

from bookings.models.clients.clients import Client, ClientEvent
from bookings.models.clients.legal import Agreement, LegalKind, LegalText
from bookings.models.clinic import THE_CLINIC, Clinic, Logo
from bookings.models.mail.consents import MailConsent, MailGroup
from bookings.models.mail.heartbeats import Component, Heartbeat
from bookings.models.mail.kinds import MailKind, MailState
from bookings.models.mail.mail_server import MailServer
from bookings.models.mail.mails import Mail
from bookings.models.mail.sign_in_mails import SignInMail
from bookings.models.mail.wordings import MailWording
from bookings.models.money.payments import Account, Fee, Method, Payment
from bookings.models.records.erasure_requests import ErasureRequest, ErasureState
from bookings.models.records.history import Change, Operation
from bookings.models.records.imports import ClientImport, ImportedRow, ImportState, KnownAs
from bookings.models.records.sign_ins import SignInEvent, SignInKind
from bookings.models.rota.busy import BusyCalendar, BusyTime
from bookings.models.rota.room_loans import RoomLoan
from bookings.models.rota.shifts import (
    Absence,
    ExtraShift,
    Weekday,
    Weekly,
    WeeklyBreak,
    WeeklyShift,
)
from bookings.models.rota.therapists import Portrait, Therapist
from bookings.models.rota.treatments import Room, Treatment
from bookings.models.scheduling.appointments import (
    SETTLED,
    STATUS_NAMES,
    Appointment,
    AppointmentEvent,
    WrongStatus,
)
from bookings.models.scheduling.series import Series, WhyMissed
from bookings.models.tallies import Tally
from bookings.models.training.brought import BroughtPlan, Told
from bookings.models.training.calls import RunnerCall
from bookings.models.training.feedback import DeclinedSession, HardEffort
from bookings.models.training.listed import (
    ListedDistance,
    ListedRace,
    NewsState,
    RaceNews,
    RunnerNews,
)
from bookings.models.training.own_plans import OwnPlan
from bookings.models.training.plan_links import PlanLink
from bookings.models.training.protocol_versions import ProtocolVersion
from bookings.models.training.races import Distance, Outcome, Priority, Race
from bookings.models.users import BrowserSession, User
from bookings.models.waiting_list.entries import BetterBy, EntryState, WaitlistEntry
from bookings.models.waiting_list.freed_time import FreedBy, FreedTime
from bookings.models.waiting_list.offers import Channel, OfferState, WaitlistOffer
from bookings.models.watching import LastSeen, Seen, Trouble, WatchedPart

__all__ = [
    "SETTLED",
    "STATUS_NAMES",
    "THE_CLINIC",
    "Absence",
    "Account",
    "Agreement",
    "Appointment",
    "AppointmentEvent",
    "BetterBy",
    "BroughtPlan",
    "BrowserSession",
    "BusyCalendar",
    "BusyTime",
    "Change",
    "Channel",
    "Client",
    "ClientEvent",
    "ClientImport",
    "Clinic",
    "Component",
    "DeclinedSession",
    "Distance",
    "EntryState",
    "ErasureRequest",
    "ErasureState",
    "ExtraShift",
    "Fee",
    "FreedBy",
    "FreedTime",
    "HardEffort",
    "Heartbeat",
    "ImportState",
    "ImportedRow",
    "KnownAs",
    "LastSeen",
    "LegalKind",
    "LegalText",
    "ListedDistance",
    "ListedRace",
    "Logo",
    "Mail",
    "MailConsent",
    "MailGroup",
    "MailKind",
    "MailServer",
    "MailState",
    "MailWording",
    "Method",
    "NewsState",
    "OfferState",
    "Operation",
    "Outcome",
    "OwnPlan",
    "Payment",
    "PlanLink",
    "Portrait",
    "Priority",
    "ProtocolVersion",
    "Race",
    "RaceNews",
    "Room",
    "RoomLoan",
    "RunnerCall",
    "RunnerNews",
    "Seen",
    "Series",
    "SignInEvent",
    "SignInKind",
    "SignInMail",
    "Tally",
    "Therapist",
    "Told",
    "Treatment",
    "Trouble",
    "User",
    "WaitlistEntry",
    "WaitlistOffer",
    "WatchedPart",
    "Weekday",
    "Weekly",
    "WeeklyBreak",
    "WeeklyShift",
    "WhyMissed",
    "WrongStatus",
]
