"""What runners answer to training mails: not this time, and how the race went."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import links
from bookings.actions.refusals import RaceRefused
from bookings.actions.training import races, training_feedback
from bookings.core import training
from bookings.links import Purpose
from bookings.models import Client, Clinic, Outcome, Race
from bookings.queries.training import protocol
from bookings.queries.training.plans import History, plan_of, runner_of
from bookings.web.client_links import for_a_client
from bookings.web.forms import plain
from bookings.web.responses import page_methods
from bookings.web.training.race_forms import KilometresField

HOW_IT_WENT = [(value, label) for value, label in Outcome.choices if value in (
    Outcome.FINISHED, Outcome.DNF, Outcome.DNS,
)]  # fmt: skip


class HowItWentForm(forms.Form):
    """One minute: how it went, and how far for whoever stopped on the way."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("How did it go?"),
        choices=HOW_IT_WENT,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one of these.")},
    )
    dnf_km = KilometresField()
    helper = plain("outcome", "dnf_km")

    def clean_dnf_km(self) -> int | None:
        unfinished = self.cleaned_data.get("outcome") == Outcome.DNF
        return self.cleaned_data["dnf_km"] if unfinished else None


def _token_of_the_next_visit(client: Client) -> str:
    """What the body feels like is for the therapist alone, behind the visit's own link."""
    visit = client.appointments.upcoming(timezone.now()).first()
    return links.mail_token(visit) if visit else ""


@page_methods
@for_a_client(Purpose.DECLINE)
def not_this_time(request: HttpRequest, client: Client, facts: dict[str, Any]) -> HttpResponse:
    kind, ideal = training.Kind(facts["kind"]), date.fromisoformat(facts["ideal"])
    if request.method == "POST":
        training_feedback.decline(client, kind, ideal)
        messages.success(request, _("Done. We will not write about this session again."))
        return redirect(request.path)
    context = {
        "rules": protocol.current().session_types[kind],
        "ideal": ideal,
        "is_declined": client.declined_sessions.filter(kind=kind, ideal=ideal).exists(),
    }
    return render(request, "runner/training/not_this_time.html", context)


@page_methods
@for_a_client(Purpose.AFTER_RACE)
def after_race(request: HttpRequest, client: Client, facts: dict[str, Any]) -> HttpResponse:
    race = client.races.filter(race_date=facts["race"]).select_related("client").first()
    if race is None:
        raise Http404
    if request.method != "POST":
        told = {"outcome": race.outcome, "dnf_km": race.dnf_km}
        return _how_it_went(request, race, HowItWentForm(initial=told))
    form = HowItWentForm(request.POST)
    if form.is_valid():
        try:
            races.change(race, now=timezone.now(), **form.cleaned_data)
        except RaceRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. Your plan is up to date."))
            return redirect(request.path)
    return _how_it_went(request, race, form, status=422)


def _how_it_went(
    request: HttpRequest, race: Race, form: HowItWentForm, status: int = 200
) -> HttpResponse:
    clinic = Clinic.objects.the()
    today = clinic.day_of(timezone.now())
    client = race.client
    plan = plan_of(client.races.all(), runner_of(client, History()), today=today)
    context = {
        "race": race,
        "form": form,
        "is_told": race.outcome != Outcome.EXPECTED,
        "is_over": race.race_date < today,
        "phase": plan.protocol.phases[plan.on(today).phase],
        "next": [
            (session, plan.protocol.session_types[session.kind])
            for session in plan.sessions
            if session.race.race_date == race.race_date
        ],
        "protocol": plan.protocol,
        "visit_token": _token_of_the_next_visit(client),
    }
    return render(request, "runner/training/after_race.html", context, status=status)
