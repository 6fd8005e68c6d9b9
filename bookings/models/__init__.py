"""The nouns."""

from bookings.models.appointments import Appointment, AppointmentEvent, WrongStatus
from bookings.models.clinic import THE_CLINIC, Clinic
from bookings.models.consents import MailConsent, MailGroup
from bookings.models.erasures import ErasureRequest, ErasureState
from bookings.models.heartbeats import Heartbeat, Part
from bookings.models.history import Change, Did
from bookings.models.legal import Agreement, LegalKind, LegalText
from bookings.models.mails import Mail, MailKind, MailState
from bookings.models.people import Client, Therapist, User
from bookings.models.protocol import ProtocolVersion
from bookings.models.races import Distance, Outcome, Priority, Race
from bookings.models.rota import Absence, ExtraShift, Weekday, WeeklyShift
from bookings.models.training import DeclinedSession, HardEffort
from bookings.models.treatments import Room, Treatment

__all__ = [
    "THE_CLINIC",
    "Absence",
    "Agreement",
    "Appointment",
    "AppointmentEvent",
    "Change",
    "Client",
    "Clinic",
    "DeclinedSession",
    "Did",
    "Distance",
    "ErasureRequest",
    "ErasureState",
    "ExtraShift",
    "HardEffort",
    "Heartbeat",
    "LegalKind",
    "LegalText",
    "Mail",
    "MailConsent",
    "MailGroup",
    "MailKind",
    "MailState",
    "Outcome",
    "Part",
    "Priority",
    "ProtocolVersion",
    "Race",
    "Room",
    "Therapist",
    "Treatment",
    "User",
    "Weekday",
    "WeeklyShift",
    "WrongStatus",
]
