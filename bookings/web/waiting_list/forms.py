"""What somebody who waits is asked: with whom, on which days, at what times, how soon to know."""

from dataclasses import replace
from datetime import date, timedelta
from secrets import token_hex
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import dates
from bookings.actions.waiting_list.entries import JoinRequest, WaitTerms
from bookings.core.training import BetterDays
from bookings.models import (
    Appointment,
    BetterBy,
    Clinic,
    Therapist,
    Treatment,
    WaitlistEntry,
    Weekday,
)
from bookings.models.clients.clients import PARTS_OF_DAY
from bookings.queries.waiting_list.in_words import notice_in_words
from bookings.web.forms import PROPOSAL, DayField, KeyForm, PersonForm, plain

WISH = ("therapist", "first_day", "last_day", "weekdays", "parts", "notice_hours")
NOTICES = (0, 4, 12, 24, 48, 72, 168)  # hours
LONGEST_WAIT = timedelta(days=366)
A_DAY = timedelta(days=1)
LOOKED_AFTER = timedelta(weeks=2)


def _notice(hours: int) -> str:
    return notice_in_words(hours).capitalize() or _("However short")


class WishForm(forms.Form):
    """Empty is any; the days are those of the clinic's calendar, from today on."""

    therapist = forms.ModelChoiceField(
        Therapist.objects.none(),
        label=gettext_lazy("With"),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("Whoever is free"),
        error_messages={"invalid_choice": gettext_lazy("Nobody of that name offers it now.")},
    )
    first_day = DayField(label=gettext_lazy("From"))
    last_day = DayField(label=gettext_lazy("Until"))
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days of the week (none ticked: any)"),
        choices=Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    parts = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Times of day (none ticked: any)"),
        choices=list(PARTS_OF_DAY.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    notice_hours = forms.TypedChoiceField(
        label=gettext_lazy("How long before do you need to know?"),
        coerce=int,
        choices=[(hours, hours) for hours in NOTICES],
    )

    helper = plain(*WISH)

    def __init__(self, *args: Any, treatment: Treatment, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = today
        people: Any = self.fields["therapist"]
        people.queryset = treatment.therapists.active()
        notice: Any = self.fields["notice_hours"]
        notice.choices = [(hours, _notice(hours)) for hours in NOTICES]

    def clean_first_day(self) -> date:
        return max(self.cleaned_data["first_day"], self.today)

    def clean_last_day(self) -> date:
        last: date = self.cleaned_data["last_day"]
        if last < self.today:
            raise forms.ValidationError(_("This day is over. Please give a later one."))
        if last > self.today + LONGEST_WAIT:
            raise forms.ValidationError(_("Please give a day within a year."))
        return last

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Please give the same day as the first or a later one."))
        elif first and last:
            self._refuse_what_never_comes(first, last, data)
        return data

    def _refuse_what_never_comes(self, first: date, last: date, data: dict[str, Any]) -> None:
        """No such weekday in these days, or none so far off that they would know in time."""
        weekdays = data.get("weekdays", [])
        days = (first + timedelta(days=n) for n in range(min(7, (last - first).days + 1)))
        if weekdays and not any(day.weekday() in weekdays for day in days):
            sentence = _("None of these days of the week lies between the two dates.")
            self.add_error("weekdays", sentence)
        if self.today + timedelta(hours=data.get("notice_hours", 0)) > last + A_DAY:
            sentence = _("Your last day is sooner than that. Please choose a shorter time.")
            self.add_error("notice_hours", sentence)

    @property
    def wanted(self) -> WaitTerms:
        data = self.cleaned_data
        return WaitTerms(
            therapist=data["therapist"],
            weekdays=tuple(data["weekdays"]),
            parts=tuple(data["parts"]),
            first_day=data["first_day"],
            last_day=data["last_day"],
            notice_hours=data["notice_hours"],
        )


class InsteadForm(WishForm, KeyForm):
    """Of what is booked: earlier or, where its day is none that the plan advises, better."""

    better_by = forms.ChoiceField(
        label=gettext_lazy("The other time is to be"),
        choices=[
            (BetterBy.EARLIER, gettext_lazy("Earlier")),
            (BetterBy.TRAINING, gettext_lazy("Better for the race, earlier or later")),
        ],
        widget=forms.RadioSelect,
    )

    helper = plain("key", "better_by", *WISH)

    def __init__(self, *args: Any, visit: Appointment, better: BetterDays | None, **kwargs: Any):
        super().__init__(*args, treatment=visit.treatment, **kwargs)
        self.visit, self.better = visit, better
        self.booked_on = Clinic.objects.the().day_of(visit.starts_at)
        kind: Any = self.fields["better_by"]
        if better is None:
            kind.choices, kind.widget = kind.choices[:1], forms.HiddenInput()

    def _refuse_what_never_comes(self, first: date, last: date, data: dict[str, Any]) -> None:
        super()._refuse_what_never_comes(first, last, data)
        if data.get("better_by") != BetterBy.TRAINING or self.better is None or self.errors:
            return
        weekdays = data.get("weekdays") or range(7)
        if not any(day.weekday() in weekdays for day in self.better.among(first, last)):
            sentence = _("By the plan, none of these days is better than the one that is booked.")
            soonest = next(self.better.among(self.today, self.today + LONGEST_WAIT), None)
            if soonest and soonest > last:
                sentence = _("By the plan, no day is better before {day}.").format(
                    day=dates.civil_day_from(soonest, self.today)
                )
            self.add_error("last_day", sentence)

    @property
    def improvement(self) -> BetterBy:
        return BetterBy(self.cleaned_data["better_by"])

    @property
    def wanted(self) -> WaitTerms:
        """An earlier time is on none of the days after it."""
        wanted = super().wanted
        if self.improvement is BetterBy.TRAINING:
            return wanted
        last = max(min(wanted.last_day, self.booked_on), wanted.first_day)
        return replace(wanted, last_day=last)

    def asked(self, by: str) -> JoinRequest:
        return JoinRequest(
            client=self.visit.whose,
            treatment=self.visit.treatment,
            wanted=self.wanted,
            appointment=self.visit,
            better_by=self.improvement,
            key=self.cleaned_data["key"],
            by=by,
        )


def beginning_with(
    visit: Appointment, better: BetterDays | None, asked: str, *, today: date
) -> dict[str, Any]:
    """What the form shows first: with whom it is booked, and the days around it."""
    booked_on = last_day = Clinic.objects.the().day_of(visit.starts_at)
    soonest = next(better.among(today, today + LONGEST_WAIT), None) if better else None
    if soonest:
        last_day = max(booked_on + LOOKED_AFTER, soonest + LOOKED_AFTER / 2)
    is_better = better is not None and asked == BetterBy.TRAINING
    return {
        "better_by": BetterBy.TRAINING if is_better else BetterBy.EARLIER,
        "therapist": None if visit.any_therapist else visit.therapist.slug,
        "first_day": today,
        "last_day": last_day,
        "notice_hours": 0,
        "key": token_hex(16),
    }


class JoinForm(WishForm, PersonForm):
    """With who it is for; their name comes first, since the rest is filled in already."""

    helper = plain("key", "sure", "name", "email", PROPOSAL, "phone", *WISH)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _(
            "What comes free is offered there, one time a day at most, with a link to leave."
        )


def as_asked(entry: WaitlistEntry) -> dict[str, Any]:
    """What the form shows of an entry."""
    shown = {name: getattr(entry, name) for name in WISH if name != "therapist"}
    return {**shown, "therapist": entry.therapist.slug if entry.therapist else None}
