"""What runners tell of their races and of their training."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.core.clients.search_text import name_compared
from bookings.models import Distance, Outcome, Priority, Race, Therapist, Weekday
from bookings.models.clients.clients import PARTS_OF_DAY
from bookings.models.mail.consents import ASKED_WITH_A_RACE, PROMISED_WITH_IT
from bookings.queries.training.listed import FURTHEST_AHEAD
from bookings.web.forms import DayField, NameField, plain, whole_number
from bookings.web.training.listed.races import chosen

LONGEST_NAME = 120
HABITS = (
    "long_run_weekday", "weekly_volume_km", "usual_part", "usual_therapist_id", "has_been",
    "wants_nudges",
)  # fmt: skip
ABOUT_THE_RACE = ("race_date", "distance", "name", "priority", "training_start", "weeks")


class KilometresField(forms.IntegerField):
    """How far somebody got who did not finish."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("How far you got, in kilometres (optional)"),
            required=False,
            min_value=0,
            max_value=1000,
            help_text=gettext_lazy(
                "Only for a race that you did not finish: it decides how long you recover."
            ),
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            error_messages={"invalid": gettext_lazy("Please give whole kilometres.")},
        )


class RaceNameInput(forms.TextInput):
    """Offers the clinic's races while one types (static/js/web/race_names.js); text stays free."""

    def __init__(self) -> None:
        words = {
            "class": "form-control",
            "data-races": reverse_lazy("runner:listed_races"),
            "data-called": gettext_lazy("Races that the clinic knows"),
            "data-found": gettext_lazy("Races to choose from: {count}"),
            "data-taken": gettext_lazy("The date and the distance are filled in."),
        }
        super().__init__(attrs=words)


class RaceForm(forms.Form):
    """A race: only the date and the distance are needed.

    `listed` is the one of the clinic's list that was chosen, while what stands beside it is its.
    """

    race_date = DayField(
        label=gettext_lazy("Date of the race"),
        error_messages={
            "required": gettext_lazy("Please give the date of your race."),
            "invalid": gettext_lazy("There is no such day. Please give a date such as 25/04/2027."),
        },
    )
    distance = forms.ChoiceField(
        label=gettext_lazy("Distance"), choices=Distance.choices, initial=Distance.MARATHON
    )
    name = NameField(
        label=gettext_lazy("Name of the race (optional)"),
        required=False,
        longest=LONGEST_NAME,
        widget=RaceNameInput(),
        help_text=gettext_lazy(
            "Type a few letters. Of a race that we know, the date and the distance follow."
        ),
    )
    listed = forms.CharField(required=False, widget=forms.HiddenInput)
    priority = forms.ChoiceField(
        label=gettext_lazy("How much it matters to you"),
        choices=Priority.choices,
        initial=Priority.A,
        required=False,
    )
    training_start = DayField(
        label=gettext_lazy("First day of training (optional)"),
        required=False,
        help_text=gettext_lazy("If you know it, the number of weeks follows from it."),
    )
    weeks = forms.IntegerField(
        label=gettext_lazy("Weeks of training (optional)"),
        required=False,
        help_text=gettext_lazy("Usually 18 for a marathon, 12 for a half."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("Please give a whole number of weeks.")},
    )

    helper = plain("listed", "name", "race_date", "distance")
    more = plain("priority", "training_start", "weeks")

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_race_date(self) -> date:
        day = self.cleaned_data["race_date"]
        if day > self._today + FURTHEST_AHEAD:
            raise ValidationError(
                _(
                    "{year} is further off than we plan: please give a date within the next two "
                    "years, or come back when the race is nearer."
                ).format(year=day.year)
            )
        return day

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_priority(self) -> str:
        return self.cleaned_data["priority"] or Priority.A

    def clean_weeks(self) -> int | None:
        weeks = self.cleaned_data["weeks"]
        if weeks is not None and not 1 <= weeks <= 52:
            raise ValidationError(_("A plan lasts from 1 to 52 weeks."))
        return weeks

    @property
    def about_the_race(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ABOUT_THE_RACE}

    @property
    def race(self) -> Race:
        return Race(**self.about_the_race, listed_id=self.chosen_listed)

    @property
    def chosen_listed(self) -> int | None:
        told = self.cleaned_data
        return chosen(
            whole_number(told["listed"]),
            name=told["name"],
            day=told["race_date"],
            distance=told["distance"],
        )

    @property
    def opens_more(self) -> bool:
        """Whether something under "more" needs a look."""
        return bool(set(self.errors) - {"race_date", "distance", "name", "listed"})


class HabitsForm(forms.Form):
    """What a week of the runner's training looks like."""

    long_run_weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of your long run"),
        choices=Weekday.choices,
        coerce=int,
        empty_value=Weekday.SUNDAY,  # type: ignore[arg-type]
        initial=Weekday.SUNDAY,
        required=False,
    )
    weekly_volume_km = forms.IntegerField(
        label=gettext_lazy("Kilometres in your biggest weeks (optional)"),
        required=False,
        min_value=0,
        max_value=400,
        help_text=gettext_lazy("From 80 km a week the plan has more sessions."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("Please give whole kilometres.")},
    )

    helper = plain("long_run_weekday", "weekly_volume_km")

    def clean_weekly_volume_km(self) -> int:
        return self.cleaned_data["weekly_volume_km"] or 0

    @property
    def habits(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in HABITS if name in self.fields}


class WeekForm(HabitsForm):
    """The same, and when and with whom they like to come: asked once for all proposals."""

    usual_part = forms.TypedChoiceField(
        label=gettext_lazy("I like to come"),
        choices=[("", gettext_lazy("at any time")), *PARTS_OF_DAY.items()],
        coerce=int,
        empty_value=None,
        required=False,
    )
    usual_therapist_id = forms.TypedChoiceField(
        label=gettext_lazy("With"), coerce=int, empty_value=None, required=False
    )

    helper = plain("usual_part", "usual_therapist_id", "long_run_weekday", "weekly_volume_km")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        people = Therapist.objects.active().values_list("pk", "name")
        choices = [("", _("anyone")), *people]
        cast(forms.ChoiceField, self.fields["usual_therapist_id"]).choices = choices


class NewcomersWeekForm(WeekForm):
    """The same of somebody of whom the clinic does not know whether they have been."""

    has_been = forms.BooleanField(
        label=gettext_lazy("I have had a massage here before"), required=False
    )

    helper = plain(
        "usual_part", "usual_therapist_id", "long_run_weekday", "weekly_volume_km", "has_been"
    )


class NewRaceForm(HabitsForm, RaceForm):
    """A race, and the habits that the plan goes by."""

    has_been = forms.BooleanField(
        label=gettext_lazy("I have had a massage here before"), required=False
    )
    wants_nudges = forms.BooleanField(
        label=ASKED_WITH_A_RACE,
        required=False,
        help_text=PROMISED_WITH_IT,
    )

    helper = plain("listed", "name", "race_date", "distance", "wants_nudges")
    more = plain(
        "priority", "training_start", "weeks", "long_run_weekday", "weekly_volume_km",
        "has_been",
    )  # fmt: skip

    def __init__(self, *args: Any, asks_for_nudges: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not asks_for_nudges:
            del self.fields["wants_nudges"]
            self.helper = plain("listed", "name", "race_date", "distance")


HOW_IT_WENT = ("outcome", "dnf_km")


class ChangeRaceForm(RaceForm):
    """Another date, more about the race, or how it went, once it may be over."""

    outcome = forms.ChoiceField(label=gettext_lazy("How it went"), choices=Outcome.choices)
    dnf_km = KilometresField()

    helper = plain("listed", "name", "race_date", "distance", "outcome", "dnf_km")
    more = plain("priority", "training_start", "weeks")

    def __init__(self, *args: Any, race: Race, today: date, **kwargs: Any):
        super().__init__(*args, today=today, **kwargs)
        self._race = race
        if race.race_date > today and race.outcome == Outcome.EXPECTED:
            for name in HOW_IT_WENT:
                del self.fields[name]
            self.helper = plain("listed", "name", "race_date", "distance")

    def clean_dnf_km(self) -> int | None:
        unfinished = self.cleaned_data.get("outcome") == Outcome.DNF
        return self.cleaned_data["dnf_km"] if unfinished else None

    @property
    def opens_more(self) -> bool:
        return bool(set(self.errors) & {"priority", "training_start", "weeks"})

    @property
    def changes(self) -> dict[str, Any]:
        told = {name: self.cleaned_data[name] for name in HOW_IT_WENT if name in self.fields}
        return self.about_the_race | told | {"listed_id": self.chosen_listed or self._kept_listed}

    @property
    def _kept_listed(self) -> int | None:
        """Another date of one's own is still that race; another name is another race."""
        is_called_so = name_compared(self.cleaned_data["name"]) == name_compared(self._race.name)
        return self._race.listed_id if is_called_so else None
