"""The one form that moves: the wish box of a booking, or the time as a drag or a link gives it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.mail.outbox import Notify
from bookings.actions.scheduling.changes import as_booked
from bookings.core.scheduling.when import LONGEST
from bookings.desk.form_fields import choose_unless_known
from bookings.desk.scheduling.phone_lists import BETWEEN, MOST_OFTEN, Times, times_for, why_no_time
from bookings.models import Appointment, Clinic, Room, Therapist, Treatment
from bookings.queries.scheduling.slots import Ignoring, Slot
from bookings.web.forms import DayField, whole_number

LONGEST_MINUTES = 480
PROPOSED = ("date", "time", "therapist", "tell", "note", "when")  # what a link may fill in


class MoveForm(forms.Form):
    """Where the appointment is to stand; `revision` is what the desk saw.

    What is typed as `when` counts; date and time where nothing is.
    """

    when = forms.CharField(label=gettext_lazy("When"), required=False, max_length=LONGEST)
    date = DayField()
    time = forms.TimeField()
    minutes = forms.IntegerField(
        label=gettext_lazy("Length in minutes"),
        min_value=5,
        max_value=LONGEST_MINUTES,
        widget=forms.NumberInput({"id": "call-minutes"}),
    )
    treatment = forms.ModelChoiceField(
        Treatment.objects.filter(active=True),
        required=False,
        empty_label=gettext_lazy("The same"),
        widget=forms.Select({"id": "call-treatment"}),
        help_text=gettext_lazy("Another treatment comes with its own length and price."),
    )
    therapist = forms.ModelChoiceField(
        Therapist.objects.active(), required=False, empty_label=gettext_lazy("Anybody")
    )
    room = forms.ModelChoiceField(
        Room.objects.filter(active=True),
        required=False,
        empty_label=gettext_lazy("The same, or any free one"),
    )
    tell = forms.ChoiceField(
        label=gettext_lazy("Tell the client?"),
        choices=[
            ("yes", gettext_lazy("Yes, by mail in three minutes")),
            ("no", gettext_lazy("No")),
        ],
        widget=forms.RadioSelect,
        initial="yes",
    )
    note = forms.CharField(
        label=gettext_lazy("A line of yours in that mail (optional)"),
        required=False,
        max_length=300,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, visit: Appointment, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.visit = visit
        therapist = self.fields["therapist"]
        self.initial.setdefault("therapist", visit.therapist_id)
        therapist.required = not visit.therapist.active
        choose_unless_known(self, "therapist")

    @classmethod
    def filled_in(cls, visit: Appointment, clinic: Clinic, proposed: QueryDict) -> "MoveForm":
        """As it stands, or with the time and therapist that a link of ours proposes."""
        local = visit.starts_at.astimezone(clinic.tz)
        given = {name: proposed[name] for name in PROPOSED if proposed.get(name)}
        if {"date", "time"} <= given.keys():
            given.setdefault("when", f"{given['date']} {given['time']}")
        initial = {
            "date": f"{local:%Y-%m-%d}",
            "time": f"{local:%H:%M}",
            "minutes": visit.minutes,
            "revision": visit.revision,
        }
        return cls(visit, initial=initial | given)

    def slot(self, clinic: Clinic, times: Times | None) -> Slot:
        """At the time that was chosen and with whom, or at the date and the time."""
        data = self.cleaned_data
        treatment, minutes = data["treatment"], data["minutes"]
        if treatment and treatment != self.visit.treatment and minutes == self.visit.minutes:
            minutes = treatment.minutes
        typed = datetime.combine(data["date"], data["time"], clinic.tz).astimezone(UTC)
        return Slot(
            treatment=treatment or self.visit.treatment,
            start=times.start if times else typed,
            therapist=(times and times.instead) or data["therapist"],
            room=data["room"],
            length=timedelta(minutes=minutes),
        )

    def notify(self) -> Notify:
        if self.cleaned_data["tell"] != "yes" or not self.visit.whose.email:
            return Notify.NONE
        return Notify.from_the_desk(self.cleaned_data["note"])


@dataclass
class WishedMove:
    """What is typed as `when`, and the times that are found for it; the visit is in no way."""

    form: MoveForm
    data: Any
    clinic: Clinic
    now: datetime

    @property
    def typed(self) -> str:
        return str(self.form["when"].value() or "").strip()

    @property
    def shown_for(self) -> str:
        """What the list was made for; a list for something else is not what the desk chose."""
        names = ("treatment", "therapist", "when", "minutes")
        return BETWEEN.join(str(self.form[name].value() or "") for name in names)

    @property
    def later(self) -> int:
        """How often more times were asked for."""
        asked = self.data.get("more") or self.data.get("later")
        return min(whole_number(asked) or 0, MOST_OFTEN)

    @cached_property
    def times(self) -> Times:
        if not self.typed:
            return Times()
        visit = self.form.visit
        treatment = self._chosen("treatment") or visit.treatment
        minutes = whole_number(self.form["minutes"].value())
        fits = minutes and minutes <= LONGEST_MINUTES and treatment == visit.treatment
        length = timedelta(minutes=minutes) if minutes and fits else None
        slot = as_booked(Slot(treatment=treatment, start=self.now, length=length), visit)
        times = times_for(
            treatment,
            self._chosen("therapist"),
            self.typed,
            client=visit.client,
            clinic=self.clinic,
            now=self.now,
            later=self.later,
            same=visit.starts_at,
            length=slot.length,
            pause=slot.pause,
            ignoring=Ignoring(appointments=(visit.pk,)),
        )
        times.choose(self.data.get("start", ""))
        return times

    def _chosen(self, name: str) -> Any:
        try:
            return self.form.fields[name].clean(self.form[name].value())
        except forms.ValidationError:
            return None

    def chosen(self) -> Times | None:
        """The times, of which one was chosen; None where nothing is typed."""
        return self.times if self.typed else None

    def problem(self) -> str:
        """In a sentence, also when the list was shown for something else than is typed now."""
        if not self.typed:
            return ""
        if self.times.unclear:
            return self.times.unclear
        if self.data.get("when_shown") != self.shown_for:
            return _("Here is what was found. Choose when, and press Enter again.")
        return "" if self.times.chosen else why_no_time(self.data.get("start"))
