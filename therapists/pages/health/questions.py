"""How the health questions are worded. What a yes means stays as the protocol has it.

Nothing here is anybody's health: answers keep each question as it was asked.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.actions.training import protocol_versions
from bookings.actions.training.protocol_versions import ProtocolMoved
from bookings.core.training.protocol.evidence import Contraindication
from bookings.queries.training import protocol
from bookings.web.actor import who
from bookings.web.forms import ShortText, Textarea, plain
from bookings.web.mail.frame import framed_by_us
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods
from therapists.pages.forms import HealthForm
from therapists.queries.questionnaire import Group, grouped

LONGEST_QUESTION = 400
RULES = {
    "stop": gettext_lazy("No massage; they are sent to a doctor, and a therapist decides."),
    "clearance": gettext_lazy("Only after a doctor agrees; until then a therapist decides."),
    "local": gettext_lazy("The place is left out."),
    "adapt": gettext_lazy("Lighter, shorter or in another position."),
    "wait": gettext_lazy("Booked again for when it has passed."),
}


class WordingOfQuestionForm(forms.Form):
    based_on = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    ask = ShortText(
        label=gettext_lazy("The question"),
        longest=LONGEST_QUESTION,
        widget=Textarea({"rows": 4, "spellcheck": "true"}),
        help_text=gettext_lazy(
            "To be answered with yes or no. It must go on asking about the same, since what a yes "
            "leads to does not change with the words."
        ),
        error_messages={"required": gettext_lazy("A question cannot be empty.")},
    )

    helper = plain("based_on", "ask")

    def clean_ask(self) -> str:
        return " ".join(self.cleaned_data["ask"].split())

    def show_stale(self, number: int) -> None:
        """What was typed stays; the next press is about what is written now."""
        self.data = {**dict(self.data.items()), "based_on": str(number)}


@require_safe
def overview(request: StaffRequest) -> HttpResponse:
    groups = grouped(protocol.current().contraindications)
    return render(request, "therapists/questions/overview.html", {"groups": groups, "rules": RULES})


@page_methods
def edit(request: StaffRequest, key: str) -> HttpResponse:
    question, newest = _question(key), protocol.newest()
    if request.method != "POST":
        form = WordingOfQuestionForm(initial={"based_on": newest.number, "ask": question.ask})
        return _show(request, form, question)
    form = WordingOfQuestionForm(_sent(request, key))
    if not form.is_valid():
        return _show(request, form, question, status=422)
    typed = form.cleaned_data
    where = ("contraindications", _index(protocol.data_of(newest)["contraindications"], key), "ask")
    try:
        made = protocol_versions.change(
            {where: typed["ask"]},
            based_on=typed["based_on"],
            by=who(request),
            now=timezone.now(),
        )
    except ProtocolMoved as refusal:
        form.show_stale(newest.number)
        return _show(request, form, question, stale=str(refusal), status=409)
    if made.number == newest.number:
        messages.info(request, _("Nothing was different, so nothing was changed."))
    else:
        messages.success(request, _("It is asked like that from now on."))
    return redirect("therapists:questions")


@page_methods
@framed_by_us
def tried(request: StaffRequest, key: str) -> HttpResponse:
    """As a runner is asked, by POST with what is typed; nothing is kept."""
    question = _question(key)
    typed = " ".join(request.POST.get("ask", "").split())[:LONGEST_QUESTION]
    shown = replace(question, ask=typed or question.ask)
    groups = [Group(one.title, (shown,)) for one in grouped([question])]
    context = {"form": HealthForm(groups=groups, label_suffix=""), "question": shown}
    return render(request, "therapists/questions/tried.html", context)


def _question(key: str) -> Contraindication:
    for one in protocol.current().contraindications:
        if one.key == key:
            return one
    raise Http404


def _index(rows: Iterable[dict[str, Any]], key: str) -> int:
    return [row["key"] for row in rows].index(key)


def _taper_asks(key: str) -> str:
    """Nothing of a question that only this clinic's protocol has."""
    found = (one.ask for one in protocol.default().contraindications if one.key == key)
    return next(found, "")


def _sent(request: StaffRequest, key: str) -> Any:
    """As typed; with the button for Taper's own words, those."""
    if request.POST.get("do") != "reset":
        return request.POST
    return {"based_on": request.POST.get("based_on", ""), "ask": _taper_asks(key)}


def _show(
    request: StaffRequest,
    form: WordingOfQuestionForm,
    question: Contraindication,
    *,
    stale: str = "",
    status: int = 200,
) -> HttpResponse:
    usual = _taper_asks(question.key)
    context = {
        "form": form,
        "question": question,
        "rule": RULES[question.rule],
        "usual": usual if usual != question.ask else "",
        "stale": stale,
    }
    return render(request, "therapists/questions/edit.html", context, status=status)
