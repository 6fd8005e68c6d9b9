"""The race board: who runs what, what of it is not booked, and whom to write to or to ring."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from bookings.actions.mail.brought_forward import bring_forward
from bookings.actions.training import calls
from bookings.core.training import Phase
from bookings.models import Clinic, Distance, ListedRace, Race, Therapist
from bookings.queries.mail.brought_forward import MailReach, reach
from bookings.queries.training import protocol
from bookings.queries.training.listed import is_run
from bookings.queries.training.race_board import (
    TYPED,
    BoardRunner,
    Missing,
    by_race_and_week,
    runners,
)
from bookings.queries.training.told import to_ask, to_ring_about_races
from bookings.web.actor import who
from bookings.web.days import day_in
from bookings.web.filters import with_remembered
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods, private

A_PAGE = 50
RACES_SHOWN = 10
FILTERS = ("race", "week", "distance", "therapist", "phase", "missing")
MISSING = {
    Missing.PEAK: gettext_lazy("Nothing in the peak weeks"),
    Missing.RACE_WEEK: gettext_lazy("Nothing in race week"),
    Missing.AFTER: gettext_lazy("Nothing after the race"),
    Missing.NOT_BACK: gettext_lazy("Has run, and not come back"),
    Missing.NEVER: gettext_lazy("Never booked"),
}
IN_SHORT = {
    Missing.PEAK: gettext_lazy("peak weeks"),
    Missing.RACE_WEEK: gettext_lazy("race week"),
    Missing.AFTER: gettext_lazy("after the race"),
    Missing.NOT_BACK: gettext_lazy("not back"),
    Missing.NEVER: gettext_lazy("never booked"),
}


class BoardForm(forms.Form):
    """What the list is narrowed down to; a choice that is none is no choice."""

    race = forms.ChoiceField(label=gettext_lazy("Race"), required=False)
    distance = forms.ChoiceField(
        label=gettext_lazy("Distance"),
        required=False,
        choices=[("", gettext_lazy("any")), *Distance.choices],
    )
    therapist = forms.ChoiceField(label=gettext_lazy("Therapist"), required=False)
    phase = forms.ChoiceField(label=gettext_lazy("Phase today"), required=False)
    missing = forms.ChoiceField(
        label=gettext_lazy("Who"),
        required=False,
        choices=[("", gettext_lazy("everybody")), *MISSING.items()],
    )

    def __init__(self, data: QueryDict, *, there: Sequence[BoardRunner]):
        super().__init__(data)
        races = {one.which: one.called for one in there if not one.is_typed}
        typed = {one.which: one.called for one in there if one.is_typed}
        phases = protocol.current().phases
        names = [(phase.value, phases[phase].name) for phase in Phase if phase in phases]
        people = [(str(one.pk), one.name) for one in Therapist.objects.active()]
        others = [(TYPED, _("all that were typed")), *typed.items()]
        self._offer("race", [("", _("all")), *races.items(), (_("Typed"), others)])
        self._offer("therapist", [("", _("any")), *people])
        self._offer("phase", [("", _("any")), *names])
        self.full_clean()

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def keeps(self, one: BoardRunner) -> bool:
        chosen = self.cleaned_data.get
        therapist = whole_number(chosen("therapist") or None)
        return (
            self.is_of_race(one)
            and chosen("distance", "") in ("", one.race.distance)
            and (therapist is None or therapist in one.therapists)
            and chosen("phase", "") in ("", one.phase.value)
            and (not chosen("missing") or Missing(chosen("missing", "")) in one.missing)
        )

    def is_of_race(self, one: BoardRunner) -> bool:
        race = self.cleaned_data.get("race", "")
        return race in ("", one.which) or (race == TYPED and one.is_typed)


@page_methods
@private
def page(request: StaffRequest) -> HttpResponse:
    """A press on those ticked leads on: to the mail that they would get, or to the phone list."""
    if request.method == "POST":
        return _chosen(request)
    clinic, now = Clinic.objects.the(), timezone.now()
    today = clinic.day_of(now)
    there = runners(clinic, today=today)
    asked = with_remembered(request, "race_board", *FILTERS)
    if asked and not request.GET:
        return redirect(f"{request.path}?{asked.urlencode()}")  # an address says what it shows
    form, week = BoardForm(asked, there=there), day_in(asked.get("week", ""))
    kept = [one for one in there if form.keeps(one) and week in (None, one.week)]
    is_narrowed = any(asked.get(name) for name in FILTERS)
    kept.sort(key=lambda one: not one.missing)  # stable: each part stays by the day
    shown = Paginator(kept, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "week": week,
        "chosen": _race(form),
        **_lines(_of_the_races(there, form, week), today=today),
        "shown": shown,
        "listed": _rows(clinic, list(shown.object_list), today=today),
        "all": len(there),
        "is_narrowed": is_narrowed,
        "is_ticked": is_narrowed or asked.get("tick") == "all",
        "to_ring": to_ring_about_races(),
        "to_ask": to_ask(today),
    }
    return render(request, "desk/races/board.html", context)


def _race(form: BoardForm) -> ListedRace | None:
    pk = whole_number(form.cleaned_data.get("race") or None)
    races = ListedRace.objects.prefetch_related("distances")
    return None if pk is None else races.filter(pk=pk).first()


def _of_the_races(
    there: Sequence[BoardRunner], form: BoardForm, week: date | None
) -> list[BoardRunner]:
    """Whatever they lack: the columns say how many."""
    distance = form.cleaned_data.get("distance", "")
    return [
        one
        for one in there
        if form.is_of_race(one) and distance in ("", one.race.distance) and week in (None, one.week)
    ]


def _lines(of: Sequence[BoardRunner], *, today: date) -> dict[str, Any]:
    """By their weeks; where there is nobody left to act for, last."""
    found = by_race_and_week(of, today=today)
    lines = [
        {"line": line, "counts": [(one, MISSING[one], line.missing[one]) for one in Missing]}
        for line in sorted(found, key=lambda line: not any(line.missing.values()))
    ]
    return {
        "lines": lines[:RACES_SHOWN],
        "more_lines": lines[RACES_SHOWN:],
        "races": len(lines),
    }


def _rows(clinic: Clinic, shown: Sequence[BoardRunner], *, today: date) -> list[dict[str, Any]]:
    found = reach(clinic, [one.race for one in shown], today=today)
    return [_row(one, mail) for one, mail in zip(shown, found, strict=True)]


def _row(one: BoardRunner, mail: MailReach) -> dict[str, Any]:
    missing = [IN_SHORT[which] for which in Missing if which in one.missing]
    return {
        "one": one,
        "client": one.race.client,
        "phase": one.phase.value.replace("_", " ").capitalize(),
        "missing": missing,
        "no_mail": mail.why_not,
    }


def _chosen(request: StaffRequest) -> HttpResponse:
    races = _ticked(request)
    if "tick" in request.POST:  # without a script
        asked = request.GET.copy()
        asked["tick"] = "all"
        return redirect(f"{request.path}?{asked.urlencode()}")
    if not races:
        messages.info(request, _("Nobody was ticked."))
        return redirect("desk:race_board")
    if request.POST.get("do") == "ring":
        calls.put_on_the_list(races, by=who(request), now=timezone.now())
        return redirect("desk:ring_runners")
    return _who_gets_it(request, races)


def _ticked(request: StaffRequest) -> list[Race]:
    """At most a page of them, and only races that are on the board."""
    numbers = [whole_number(one) for one in request.POST.getlist("race")[:A_PAGE]]
    races = Race.objects.filter(is_run(), pk__in=[one for one in numbers if one is not None])
    return list(races.select_related("client").order_by("race_date", "client__name", "pk"))


def _who_gets_it(request: StaffRequest, races: Sequence[Race]) -> HttpResponse:
    clinic = Clinic.objects.the()
    found = reach(clinic, races, today=clinic.day_of(timezone.now()))
    context = {
        "reached": [one for one in found if one.mail],
        "others": [one for one in found if not one.mail],
    }
    return render(request, "desk/races/write.html", context)


@require_POST
@private
def write(request: StaffRequest) -> HttpResponse:
    """The mail that each is owed next goes now; whom none reaches today gets none."""
    count = bring_forward(_ticked(request), now=timezone.now())
    sentence = ngettext("{count} mail goes now.", "{count} mails go now.", count)
    messages.success(request, sentence.format(count=count))
    return redirect("desk:race_board")
