"""The clinic's protocol: for the staff to read, for the owner to change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings import dates
from bookings.actions.training import protocol_versions
from bookings.actions.training.protocol_versions import ProtocolMoved
from bookings.core import training
from bookings.core.training.protocol.editing import differences
from bookings.core.training.protocol.evidence import STRENGTHS_IN_WORDS, Source
from bookings.core.training.protocol.phases import PhaseRules
from bookings.desk.training.protocol_forms import (
    FileForm,
    PhaseForm,
    ProtocolForm,
    SessionTypeForm,
)
from bookings.models import Clinic, ProtocolVersion
from bookings.queries.office import contradictions
from bookings.queries.training import protocol, protocol_file
from bookings.web.actor import who
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods


@dataclass(frozen=True)
class ShownPhase:
    """A phase with when it is, its sessions and what it stands on, in plain words."""

    rules: PhaseRules
    when: str
    sessions: Sequence[str]
    strength: str
    sources: Sequence[Source]
    clashes: Sequence[str]  # of its reminders with what the clinic allows


@require_safe
def overview(request: StaffRequest) -> HttpResponse:
    rules, clinic = protocol.current(), Clinic.objects.the()
    context = {
        "protocol": rules,
        "phases": _phases(rules, clinic),
        "days_before": [dates.length_of_time(n) for n in rules.mails.reminders.days_before],
        "versions": protocol.versions(),
        "clashes": contradictions.of_reminders(clinic, rules.mails.reminders.days_before),
    }
    return render(request, "desk/training/protocol.html", context)


@page_methods
def phase(request: StaffRequest, key: str) -> HttpResponse:
    if key not in list(training.Phase):
        raise Http404
    return _edit(request, PhaseForm, training.Phase(key), ("phases", key))


@page_methods
def session_type(request: StaffRequest, key: str) -> HttpResponse:
    if key not in list(training.Kind):
        raise Http404
    return _edit(request, SessionTypeForm, training.Kind(key), ("session_types", key))


@require_safe
def version(request: StaffRequest, number: int) -> HttpResponse:
    """One version, and what it changed of the one before."""
    shown, before = _version(number), protocol.version(number - 1)
    changed = differences(protocol.data_of(before), protocol.data_of(shown)) if before else []
    context = {"version": shown, "before": before, "differences": changed}
    return render(request, "desk/training/protocol_version.html", context)


@require_safe
def download(request: StaffRequest, number: int) -> HttpResponse:
    shown = _version(number)
    response = HttpResponse(
        protocol_file.written(protocol.data_of(shown)), content_type="application/yaml"
    )
    response["Content-Disposition"] = f'attachment; filename="protocol-version-{number}.yaml"'
    return response


@page_methods
def import_file(request: StaffRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "desk/training/protocol_import.html", {"form": FileForm()})
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        before = protocol.newest()
        try:
            made = protocol_versions.import_file(
                form.cleaned_data["file"], **_who_and_when(request)
            )
        except training.FieldError as error:
            form.add_error("file", dates.translated(error.sentence))
        else:
            return _made(request, before, made)
    return render(request, "desk/training/protocol_import.html", {"form": form}, status=422)


@page_methods
def reset(request: StaffRequest) -> HttpResponse:
    before = protocol.newest()
    if request.method == "POST":
        return _made(request, before, protocol_versions.reset(**_who_and_when(request)))
    changed = differences(protocol.data_of(before), protocol.default_data())
    return render(request, "desk/training/protocol_reset.html", {"differences": changed})


def _phases(rules: training.Protocol, clinic: Clinic) -> list[ShownPhase]:
    when = training.in_plain_words(rules, training.Distance.MARATHON)
    return [
        ShownPhase(
            rules=phase,
            when=dates.translated(when.get(phase.phase, "")),
            sessions=[rules.session_types[kind].name for kind in phase.sessions],
            strength=dates.translated(STRENGTHS_IN_WORDS[phase.strength]),
            sources=[rules.sources[key] for key in phase.sources],
            clashes=contradictions.of_reminders(clinic, phase.reminder_days or ()),
        )
        for phase in rules.phases.values()
    ]


def _edit(
    request: StaffRequest, form_class: type[ProtocolForm], part: Any, anchor: tuple[str, str]
) -> HttpResponse:
    newest = protocol.newest()
    data = protocol.data_of(newest)
    if request.method != "POST":
        return _show(request, form_class(data, part, newest.number), part, newest)
    form = form_class(data, part, newest.number, data=request.POST)
    stale = ""
    if form.is_valid():
        try:
            made = protocol_versions.change(
                form.changes(), based_on=form.cleaned_data["based_on"], **_who_and_when(request)
            )
        except ProtocolMoved as refusal:
            stale = str(refusal)
            form.show_stale(newest.number)
        except training.FieldError as error:
            form.blame(error)
        else:
            return _made(request, newest, made, "-".join(anchor))
    return _show(request, form, part, newest, stale=stale, status=409 if stale else 422)


def _show(
    request: StaffRequest,
    form: ProtocolForm,
    part: training.Phase | training.Kind,
    newest: ProtocolVersion,
    *,
    stale: str = "",
    status: int = 200,
) -> HttpResponse:
    rules = protocol.current()
    about = rules.phases[part] if isinstance(part, training.Phase) else rules.session_types[part]
    context = {"form": form, "about": about, "stale": stale, "version": newest}
    return render(request, "desk/training/protocol_edit.html", context, status=status)


def _made(
    request: StaffRequest, before: ProtocolVersion, made: ProtocolVersion, anchor: str = "history"
) -> HttpResponse:
    if made.number == before.number:
        messages.info(request, _("Nothing was different, so there is no new version."))
    else:
        messages.success(
            request,
            _("This is now version {number}. {change}").format(
                number=made.number, change=made.change
            ),
        )
    return redirect(f"{reverse('desk:protocol')}#{anchor}")


def _who_and_when(request: StaffRequest) -> dict[str, Any]:
    return {"by": who(request), "now": timezone.now()}


def _version(number: int) -> ProtocolVersion:
    found = protocol.version(number)
    if found is None:
        raise Http404
    return found
