"""Lists in the shapes that other systems have, made up: their columns, and what those are."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bookings.core.records.fields import Field, OtherSystem

F = Field


@dataclass(frozen=True)
class Shape:
    source: OtherSystem
    name: str
    names: Sequence[str]
    mapping: Mapping[str, Field]


SHAPES = (
    Shape(
        OtherSystem.CLINIKO,
        "patients",
        ["Id", "Title", "First name", "Last name", "Date of birth", "Email", "Mobile phone",
         "Home phone", "Medicare", "Referral source", "Reminder type", "Medical alerts",
         "Appointment notes", "Archived at"],
        {"Id": F.KEY, "First name": F.FIRST_NAME, "Last name": F.LAST_NAME, "Email": F.EMAIL,
         "Mobile phone": F.PHONE, "Home phone": F.PHONE, "Archived at": F.GONE},
    ),
    Shape(
        OtherSystem.CLINIKO,
        "appointments",
        ["Appointment id", "Patient id", "Patient", "Practitioner", "Appointment type",
         "Business", "Start time", "End time", "Notes", "Cancelled at", "Did not arrive"],
        {"Appointment id": F.VISIT_KEY, "Patient id": F.KEY, "Patient": F.NAME,
         "Practitioner": F.THERAPIST, "Appointment type": F.TREATMENT, "Start time": F.START,
         "End time": F.END, "Cancelled at": F.STATUS, "Did not arrive": F.STATUS},
    ),
    Shape(
        OtherSystem.JANE,
        "clients",
        ["Patient Number", "First Name", "Preferred Name", "Last Name", "Email", "Home Phone",
         "Mobile Phone", "Birth Date", "Family Doctor"],
        {"Patient Number": F.KEY, "First Name": F.FIRST_NAME, "Preferred Name": F.PREFERRED,
         "Last Name": F.LAST_NAME,
         "Email": F.EMAIL, "Home Phone": F.PHONE, "Mobile Phone": F.PHONE},
    ),
    Shape(
        OtherSystem.FRESHA,
        "appointments",
        ["Ref #", "Channel", "Client", "Service", "Scheduled date", "Time", "Duration (mins)",
         "Team member", "Status"],
        {"Ref #": F.VISIT_KEY, "Client": F.NAME, "Service": F.TREATMENT,
         "Scheduled date": F.DATE, "Time": F.TIME, "Duration (mins)": F.MINUTES,
         "Team member": F.THERAPIST, "Status": F.STATUS},
    ),
    Shape(
        OtherSystem.ACUITY,
        "appointments",
        ["Start Time", "End Time", "First Name", "Last Name", "Phone", "Email", "Type",
         "Calendar", "Appointment Price", "Notes", "Date Scheduled", "Label", "Appointment ID"],
        {"Start Time": F.START, "End Time": F.END, "First Name": F.FIRST_NAME,
         "Last Name": F.LAST_NAME, "Phone": F.PHONE, "Email": F.EMAIL, "Type": F.TREATMENT,
         "Calendar": F.THERAPIST, "Appointment ID": F.VISIT_KEY},
    ),
    Shape(
        OtherSystem.SQUARE,
        "customers",
        ["Reference ID", "First Name", "Last Name", "Email Address", "Phone Number", "Birthday",
         "Memo", "Square Customer ID", "Creation OtherSystem", "Transaction Count", "Total Spend",
         "Email Subscription Status"],
        {"Square Customer ID": F.KEY, "First Name": F.FIRST_NAME, "Last Name": F.LAST_NAME,
         "Email Address": F.EMAIL, "Phone Number": F.PHONE},
    ),
)  # fmt: skip


def as_csv(names: Sequence[str], rows: Sequence[Sequence[object]], *, separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([names, *rows])
    return text.getvalue()
