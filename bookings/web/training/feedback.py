"""What runners tell on their plan: a hard effort, or that they do not want a session."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings.actions.training.training_feedback import EffortRefused
from bookings.core import training
from bookings.models import Clinic
from bookings.web.forms import DayField
from bookings.web.training.plan_store import PlanStore

UNDO = "undo"
NOTED = gettext_lazy(
    "Noted. If an easy session fits one to three days later, and no other is near, "
    "your plan now has it."
)


class EffortForm(forms.Form):
    day = DayField(
        error_messages={"required": gettext_lazy("Please give the day of your hard effort.")}
    )


class SessionForm(forms.Form):
    """A recommended session, as the page names it."""

    kind = forms.TypedChoiceField(
        choices=[(kind.value, kind.value) for kind in training.Kind], coerce=training.Kind
    )
    ideal = DayField()


@require_POST
def effort(request: HttpRequest, store: PlanStore) -> HttpResponse:
    form = EffortForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["day"][0]))
    elif request.POST.get("do") == UNDO:
        store.forget_effort(form.cleaned_data["day"])
        messages.success(request, _("Removed."))
    else:
        _log(request, store, form.cleaned_data["day"])
    return redirect(f"{store.url}#sessions-title")


def _log(request: HttpRequest, store: PlanStore, day: date) -> None:
    clinic, now = Clinic.objects.the(), timezone.now()
    try:
        store.log_effort(day, today=clinic.day_of(now))
    except EffortRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, NOTED)


@require_POST
def session(request: HttpRequest, store: PlanStore) -> HttpResponse:
    form = SessionForm(request.POST)
    if form.is_valid():
        answer = store.reconsider if request.POST.get("do") == UNDO else store.decline
        answer(form.cleaned_data["kind"], form.cleaned_data["ideal"])
    else:
        messages.error(request, _("That session is not in your plan any more."))
    return redirect(f"{store.url}#sessions-title")
