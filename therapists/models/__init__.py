"""Health data, and what else is a therapist's own."""

from therapists.models.access import Access, AccessOperation, What
from therapists.models.health import Clearance, Decision, Form, HealthCheck, HowAsked
from therapists.models.kept import KeptRecord
from therapists.models.notes import Letter, Note, NoteVersion, Photo, Privacy
from therapists.models.notices import NoticeKind, NoticeWishes, StaffNotice
from therapists.models.own import Answer, Feed, Habits, MorningMail, NoteTemplate, TimeOff
from therapists.models.pushes import Push, PushDevice

__all__ = [
    "Access",
    "AccessOperation",
    "Answer",
    "Clearance",
    "Decision",
    "Feed",
    "Form",
    "Habits",
    "HealthCheck",
    "HowAsked",
    "KeptRecord",
    "Letter",
    "MorningMail",
    "Note",
    "NoteTemplate",
    "NoteVersion",
    "NoticeKind",
    "NoticeWishes",
    "Photo",
    "Privacy",
    "Push",
    "PushDevice",
    "StaffNotice",
    "TimeOff",
    "What",
]
