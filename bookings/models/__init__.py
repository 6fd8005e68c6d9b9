"""The nouns."""

from bookings.models.appointments import Appointment, AppointmentEvent, WrongStatus
from bookings.models.clinic import THE_CLINIC, Clinic
from bookings.models.consents import MailConsent, MailGroup
from bookings.models.erasures import ErasureRequest, ErasureState
from bookings.models.heartbeats import Heartbeat, Part
from bookings.models.history import Change, Did
from bookings.models.legal import Agreement, LegalKind, LegalText
from bookings.models.mail_server import MailServer
from bookings.models.mails import Mail, MailKind, MailState
from bookings.models.money import Account, Fee, Method, Payment
from bookings.models.people import Client, ClientEvent, Therapist, User
from bookings.models.protocol import ProtocolVersion
from bookings.models.races import Distance, Outcome, Priority, Race
from bookings.models.rota import Absence, ExtraShift, Weekday, WeeklyBreak, WeeklyShift
from bookings.models.sign_in_mails import SignInMail
from bookings.models.training import DeclinedSession, HardEffort
from bookings.models.treatments import Room, Treatment

__all__ = [
    "THE_CLINIC",
    "Absence",
    "Account",
    "Agreement",
    "Appointment",
    "AppointmentEvent",
    "Change",
    "Client",
    "ClientEvent",
    "Clinic",
    "DeclinedSession",
    "Did",
    "Distance",
    "ErasureRequest",
    "ErasureState",
    "ExtraShift",
    "Fee",
    "HardEffort",
    "Heartbeat",
    "LegalKind",
    "LegalText",
    "Mail",
    "MailConsent",
    "MailGroup",
    "MailKind",
    "MailServer",
    "MailState",
    "Method",
    "Outcome",
    "Part",
    "Payment",
    "Priority",
    "ProtocolVersion",
    "Race",
    "Room",
    "SignInMail",
    "Therapist",
    "Treatment",
    "User",
    "Weekday",
    "WeeklyBreak",
    "WeeklyShift",
    "WrongStatus",
]
