"""What runners and therapists type."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import dates
from bookings.core.intervals import Interval
from bookings.core.training.protocol.evidence import Contraindication
from bookings.core.training.protocol.vocabulary import PRESSURES as ALL_PRESSURES
from bookings.web.forms import DayField, Textarea
from therapists.core.body import HIGHEST, KINDS, PLACES
from therapists.core.content import COMFORT, Answers, Content, Given, Mark
from therapists.core.prompts import Prompts
from therapists.models import Decision, Privacy
from therapists.queries.questionnaire import Group

LONGEST_TEXT = 4000
LONGEST_MORE = 500
YES, NO = "yes", "no"
YES_OR_NO = [(YES, gettext_lazy("Yes")), (NO, gettext_lazy("No"))]
PRESSURES = [
    ("", gettext_lazy("I do not know yet")),
    ("light", gettext_lazy("Light")),
    ("medium", gettext_lazy("Medium")),
    ("firm", gettext_lazy("Firm")),
]
LONGEST_TIME_OFF = timedelta(days=183)
FARTHEST_TIME_OFF = timedelta(days=366)  # days are shown without their year
ASKED_OTHERWISE = gettext_lazy(
    "The questions have been worded anew since you opened this page. Please read them once more, "
    "and send your answers again."
)
PLEASE_ANSWER = gettext_lazy("Please answer yes or no.")


def text(
    label: Any, *, rows: int = 3, longest: int = LONGEST_TEXT, **fields: Any
) -> forms.CharField:
    widget = Textarea({"rows": rows, "class": "form-control"})
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget, **fields)


def yes_or_no(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=YES_OR_NO,
        widget=forms.RadioSelect,
        error_messages={"required": PLEASE_ANSWER},
    )


class HealthForm(forms.Form):
    """A yes or no for each question, with room for more; then whatever else there is to say.

    "None of these" answers what is left open in its group with no; a yes stays one.
    """

    text = text(gettext_lazy("Anything else your therapist should know?"), rows=4)
    agreed = forms.BooleanField(
        label=gettext_lazy(
            "Those who treat me may read these answers, and keep them, to treat me safely."
        ),
        error_messages={
            "required": gettext_lazy("Please agree, or tell your therapist in person instead.")
        },
    )

    def __init__(self, data: Any = None, *args: Any, groups: Sequence[Group], **kwargs: Any):
        super().__init__(data and _with_noes(data, groups), *args, **kwargs)
        self.questions = [one for group in groups for one in group.questions]
        self.asked_as = _digest(self.questions)
        for group in groups:
            self.fields[group.none] = forms.BooleanField(
                label=gettext_lazy("None of these"), required=False
            )
        for one in self.questions:
            self.fields[one.key] = yes_or_no(one.ask)
            self.fields[f"{one.key}-more"] = text(
                gettext_lazy("Tell us a little more, if you like"), rows=2, longest=LONGEST_MORE
            )

    def asked_aloud(self) -> None:
        """Whoever fills it in is not who answers."""
        agreed = self.fields["agreed"]
        agreed.label = _("They agree that who treats them may read and keep these answers.")
        agreed.error_messages["required"] = _("Please ask them whether they agree.")

    def clean(self) -> dict[str, Any]:
        """What was worded otherwise on the page that was filled in is asked again."""
        said = super().clean() or self.cleaned_data
        if self.data.get("asked_as") not in (None, "", self.asked_as):
            self.add_error(None, ASKED_OTHERWISE)
        return said

    def answers(self, protocol: int) -> Answers:
        said = self.cleaned_data
        given = tuple(
            Given(
                key=one.key,
                ask=one.ask,
                rule=one.rule,
                urgent=one.urgent,
                action=one.action,
                yes=said[one.key] == YES,
                more=said[f"{one.key}-more"] if said[one.key] == YES else "",
            )
            for one in self.questions
        )
        return Answers(protocol=protocol, given=given, text=said["text"])

    def asked(self, question: Contraindication) -> tuple[forms.BoundField, forms.BoundField]:
        return self[question.key], self[f"{question.key}-more"]


def _digest(questions: Iterable[Contraindication]) -> str:
    words = "\n".join(f"{one.key} {one.ask}" for one in questions)
    return sha256(words.encode()).hexdigest()[:16]


def _with_noes(data: Mapping[str, Any], groups: Iterable[Group]) -> dict[str, Any]:
    typed = {name: data[name] for name in data}
    for group in groups:
        if typed.get(group.none):
            typed |= {one.key: NO for one in group.questions if not typed.get(one.key)}
    return typed


class FullForm(HealthForm):
    pressure = forms.ChoiceField(
        label=gettext_lazy("How firm do you like a massage?"),
        choices=PRESSURES,
        required=False,
        widget=forms.RadioSelect,
    )

    def answers(self, protocol: int) -> Answers:
        given = super().answers(protocol)
        return Answers(protocol, given.given, given.text, self.cleaned_data["pressure"])


class ChangedForm(HealthForm):
    text = text(gettext_lazy("What has changed, or what else should your therapist know?"), rows=3)
    changed = yes_or_no(
        gettext_lazy(
            "Has anything about your health changed since you last told us? An illness, an "
            "operation, a medicine, a pregnancy, something a doctor said?"
        )
    )

    def answers(self, protocol: int) -> Answers:
        given = super().answers(protocol)
        changed = self.cleaned_data["changed"] == YES
        return Answers(protocol, given.given, given.text, changed=changed)


def as_typed(answers: Answers) -> dict[str, str]:
    """Earlier answers as the initial values of a form."""
    typed = {"text": answers.text, "pressure": answers.pressure}
    for one in answers.given:
        typed[one.key] = YES if one.yes else NO
        typed[f"{one.key}-more"] = one.more
    return typed


class DecisionForm(forms.Form):
    """About a client on hold, before the visit goes on."""

    decision = forms.ChoiceField(
        label=gettext_lazy("What do you decide?"),
        choices=Decision.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Please say what you decide."),
            "invalid_choice": gettext_lazy("Please say what you decide."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=LONGEST_MORE,
        widget=Textarea({"rows": 3, "class": "form-control"}),
        error_messages={
            "required": gettext_lazy("Please give a reason; it is kept with the answers.")
        },
    )


class NoteForm(forms.Form):
    """A note as it is typed: nothing of it is required until it is signed."""

    subjective = text(gettext_lazy("What they say"))
    pressure = forms.ChoiceField(
        label=gettext_lazy("Pressure used"),
        required=False,
        widget=forms.RadioSelect,
        choices=[(key, one.label.capitalize()) for key, one in ALL_PRESSURES.items() if one],
    )
    techniques = forms.MultipleChoiceField(
        label=gettext_lazy("Techniques"), required=False, widget=forms.CheckboxSelectMultiple
    )
    objective = text(gettext_lazy("What you found and did"))
    comfort = forms.ChoiceField(
        label=gettext_lazy("The pressure was"),
        required=False,
        widget=forms.RadioSelect,
        choices=[(key, words.capitalize()) for key, words in COMFORT.items()],
    )
    assessment = text(gettext_lazy("What you make of it"), rows=2)
    plan = text(gettext_lazy("Plan"), rows=2)
    amendment = text(gettext_lazy("What this amendment is about"), rows=1, longest=LONGEST_MORE)
    privacy = forms.ChoiceField(
        label=gettext_lazy("Who may read it"), choices=Privacy.choices, widget=forms.RadioSelect
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, techniques: Iterable[str], prompts: Prompts, **kwargs: Any):
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        offered = [(one, one.capitalize()) for one in techniques]
        cast(forms.MultipleChoiceField, self.fields["techniques"]).choices = offered
        for name in ("subjective", "objective", "plan"):
            self.fields[name].help_text = dates.translated(getattr(prompts, name))

    def content(self) -> Content:
        said = {name: self.cleaned_data[name] for name in TYPED}
        return Content(
            **said,
            techniques=tuple(self.cleaned_data["techniques"]),
            marks=tuple(_marks(self.data)),
        )

    @property
    def marks(self) -> dict[str, Mark]:
        """What the body map shows: as typed, or as the note has it."""
        if self.is_bound:
            return {mark.place: mark for mark in _marks(self.data)}
        return {mark.place: mark for mark in self.initial.get("marks", ())}


TYPED = ("subjective", "pressure", "objective", "comfort", "assessment", "plan", "amendment")


def _marks(data: Mapping[str, str]) -> Iterable[Mark]:
    for place in PLACES:
        kind, level = data.get(f"kind-{place}", ""), data.get(f"level-{place}", "")
        if kind in KINDS and level.isdecimal() and int(level) <= HIGHEST:
            yield Mark(place, kind, int(level))


class TimeOffForm(forms.Form):
    """Whole days, or hours of them, on the clinic's clock."""

    first = DayField(label=gettext_lazy("First day"))
    last = DayField(label=gettext_lazy("Last day"))
    start = forms.TimeField(
        label=gettext_lazy("From, if not all day"),
        required=False,
        widget=forms.TimeInput({"type": "time"}),
    )
    end = forms.TimeField(
        label=gettext_lazy("Until, if not all day"),
        required=False,
        widget=forms.TimeInput({"type": "time"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, if you like"), required=False, max_length=120
    )

    def __init__(self, *args: Any, tz: ZoneInfo, today: date, **kwargs: Any):
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        self._tz, self._today = tz, today
        self.away: Interval | None = None

    def clean(self) -> dict:
        super().clean()
        said = self.cleaned_data
        first, last = said.get("first"), said.get("last")
        if not (first and last):
            return said
        if first < self._today:
            self.add_error("first", _("Please choose a day that is still to come."))
        elif (first - self._today) > FARTHEST_TIME_OFF:
            self.add_error("first", _("Please ask for a day within a year from now."))
        elif (last - first) > LONGEST_TIME_OFF:
            self.add_error("last", _("Please ask for half a year at most."))
        else:
            self._read(first, last, said.get("start"), said.get("end"))
        return said

    def _read(self, first: date, last: date, start: time | None, end: time | None) -> None:
        since = datetime.combine(first, start or time.min, self._tz)
        until = datetime.combine(last, end, self._tz) if end else None
        until = until or datetime.combine(last + timedelta(days=1), time.min, self._tz)
        try:
            self.away = Interval(since, until)
        except ValueError:
            self.add_error("last", _("The end must be after the start."))
