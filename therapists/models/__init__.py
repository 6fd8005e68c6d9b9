"""Health data, and what else is a therapist's own."""

from therapists.models.access import Access, Did, What
from therapists.models.health import Clearance, Form, HealthCheck
from therapists.models.kept import KeptRecord
from therapists.models.notes import Note, NoteVersion, Privacy
from therapists.models.own import Answer, Feed, Habits, MorningMail, TimeOff

__all__ = [
    "Access",
    "Answer",
    "Clearance",
    "Did",
    "Feed",
    "Form",
    "Habits",
    "HealthCheck",
    "KeptRecord",
    "MorningMail",
    "Note",
    "NoteVersion",
    "Privacy",
    "TimeOff",
    "What",
]
