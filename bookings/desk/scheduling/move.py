"""Moving and lengthening by form or by drag, undoing it, and telling the client."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_POST

from bookings import dates
from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import AgainstTheRules, Refused
from bookings.actions.scheduling import changes, undoing
from bookings.actions.scheduling.changes import MoveRequest, as_booked
from bookings.core.intervals import Interval
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.desk.form_fields import back_or, choose_anew_if_gone
from bookings.models import Appointment, Clinic, Room, Therapist, Treatment
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.nearest import nearest_to
from bookings.queries.scheduling.slots import Ignoring, Slot
from bookings.web.actor import who
from bookings.web.forms import DayField, whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

LONGEST_MINUTES = 480
MOVED = gettext_noop("Now {when} with {therapist}, {room}, {minutes} minutes.")
MOVED_BACK = gettext_noop("Back at {when} with {therapist}, {room}, {minutes} minutes.")
PROPOSED = ("date", "time", "therapist", "tell", "note")  # what a link may fill in


class LineForm(forms.Form):
    note = forms.CharField(required=False, max_length=300)


class MoveForm(forms.Form):
    """Where the appointment is to stand; `revision` is what the desk saw."""

    date = DayField()
    time = forms.TimeField(widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    minutes = forms.IntegerField(
        label=gettext_lazy("Length in minutes"), min_value=5, max_value=LONGEST_MINUTES
    )
    treatment = forms.ModelChoiceField(
        Treatment.objects.filter(active=True),
        required=False,
        empty_label=gettext_lazy("The same"),
        help_text=gettext_lazy("Another treatment comes with its own length and price."),
    )
    therapist = forms.ModelChoiceField(Therapist.objects.active(), empty_label=None)
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
        choose_anew_if_gone(self, "therapist")

    def slot(self, clinic: Clinic) -> Slot:
        data = self.cleaned_data
        treatment, minutes = data["treatment"], data["minutes"]
        if treatment and treatment != self.visit.treatment and minutes == self.visit.minutes:
            minutes = treatment.minutes
        return Slot(
            treatment=treatment or self.visit.treatment,
            start=datetime.combine(data["date"], data["time"], clinic.tz).astimezone(UTC),
            therapist=data["therapist"],
            room=data["room"],
            length=timedelta(minutes=minutes),
        )

    def notify(self) -> Notify:
        if self.cleaned_data["tell"] != "yes":
            return Notify.NONE
        return Notify.from_the_desk(self.cleaned_data["note"])


def form_for(request: StaffRequest, visit: Appointment, clinic: Clinic) -> MoveForm:
    """Filled in as it stands, or with the time and therapist that a link of ours proposes."""
    local = visit.starts_at.astimezone(clinic.tz)
    proposed = {name: request.GET[name] for name in PROPOSED if request.GET.get(name)}
    return MoveForm(
        visit,
        initial={
            "date": clinic.day_of(visit.starts_at),
            "time": local.time(),
            "minutes": visit.minutes,
            "therapist": visit.therapist_id,
            "revision": visit.revision,
            **proposed,
        },
    )


@page_methods
def change(request: StaffRequest, pk: int) -> HttpResponse:
    visit, clinic = _visit(pk), Clinic.objects.the()
    if request.method != "POST":
        form = form_for(request, visit, clinic)
        return _page(request, visit, form, nearest=_free_near(request, visit))
    form = MoveForm(visit, _as_pressed(request.POST, clinic))
    if not form.is_valid():
        return _refused(request, visit, form, " ".join(_errors(form)), status=422)
    try:
        second = request.POST.get("knowingly") == "on"  # the second button
        wanted = MoveRequest(
            appointment=visit,
            slot=form.slot(clinic),
            revision=form.cleaned_data["revision"],
            rules=Rules.OVERRIDDEN if second else Rules.DESK_MOVE,
            notify=form.notify(),
            by=who(request),
        )
        moved = changes.move(wanted, now=timezone.now())
    except Refused as refusal:
        return _refused(request, visit, form, str(refusal), refusal=refusal)
    return _done(request, moved, clinic, MOVED)


def _as_pressed(data: QueryDict, clinic: Clinic) -> QueryDict:
    """With the place of the button that was pressed, if it was one of the times proposed."""
    start, _space, therapist = data.get("instead", "").rpartition(" ")
    try:
        local = datetime.fromisoformat(start).astimezone(clinic.tz)
    except ValueError:
        return data
    data = data.copy()
    data.update({"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "therapist": therapist})
    return data


@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """The last move, or a booking or cancelling of which nobody has been told yet."""
    visit, revision = _visit(pk), _revision(request)
    asked: dict[str, Any] = {"revision": revision, "by": who(request), "now": timezone.now()}
    try:
        back = undoing.undo(visit, **asked)
    except Refused as refusal:
        return _said(request, visit, refusal)
    if visit.status == back.status:  # It was a move.
        return _done(request, back, Clinic.objects.the(), MOVED_BACK)
    return _undone(request, back)


def _undone(request: StaffRequest, visit: Appointment) -> HttpResponse:
    booked = visit.status == Status.BOOKED
    words = _("{client} is booked as before.") if booked else _("{client} is not booked after all.")
    messages.success(request, words.format(client=visit.client))
    if booked or request.htmx:
        return redirect("diary:appointment", visit.pk)
    return redirect("diary:day", Clinic.objects.the().day_of(visit.starts_at))


@require_POST
def keep(request: StaffRequest, pk: int) -> HttpResponse:
    """From the list of conflicts: it is meant to stand where it does."""
    visit = _visit(pk)
    try:
        changes.keep_there(visit, revision=_revision(request), by=who(request), now=timezone.now())
    except Refused as refusal:
        return _said(request, visit, refusal)
    messages.success(request, _("{client} stays where it is.").format(client=visit.client))
    return redirect("desk:home")


@require_POST
def tell(request: StaffRequest, pk: int) -> HttpResponse:
    """Tell the client now, with a line, or keep what waits from going out: `silent`.

    Or they have been told already: `rung`.
    """
    visit, form = _visit(pk), LineForm(request.POST)
    if not form.is_valid():
        return _said(request, visit, Refused(_("Please write at most 300 characters.")))
    circumstances = {"by": who(request), "now": timezone.now()}
    asked: dict[str, Any] = {"revision": _revision(request), **circumstances}
    silent, rung = "silent" in request.POST, "rung" in request.POST
    try:
        if silent:
            changes.keep_silent(visit, **asked)
        elif rung:
            changes.told_by_phone(visit, **asked)
        else:
            changes.tell(visit, note=form.cleaned_data["note"], **asked)
    except Refused as refusal:
        return _said(request, visit, refusal)
    said = _who_knows(visit, silent=silent, rung=rung)
    if _wants_json(request):
        return JsonResponse({"said": said})
    messages.success(request, said)
    return back_or(request, "diary:appointment", pk)


def _who_knows(visit: Appointment, *, silent: bool, rung: bool) -> str:
    if silent:
        return _("{client} is not told.").format(client=visit.client)
    if rung:
        return _("{client} has been told by phone.").format(client=visit.client)
    return _("{client} will be told by mail in three minutes.").format(client=visit.client)


def _free_near(request: StaffRequest, visit: Appointment) -> tuple[Opening, ...]:
    """Near the present time, and outside a block that is being made over it."""
    if visit.status != Status.BOOKED:
        return ()
    now_at = Slot(treatment=visit.treatment, start=visit.starts_at, therapist=visit.therapist)
    ignoring = Ignoring(appointments=(visit.pk,))
    avoid = _to_avoid(request)
    return nearest_to(
        as_booked(now_at, visit),
        ignoring=ignoring,
        avoid=avoid,
        but=visit.starts_at,
        now=timezone.now(),
    )


def _to_avoid(request: StaffRequest) -> Interval | None:
    try:
        begins, ends = (parse_datetime(request.GET.get(name, "")) for name in ("from", "until"))
        return Interval(begins, ends) if begins and ends else None
    except ValueError:
        return None


def _done(request: StaffRequest, visit: Appointment, clinic: Clinic, how: str) -> HttpResponse:
    when = dates.day_and_time(visit.starts_at, clinic.tz)
    place = {"therapist": visit.therapist, "room": visit.room, "minutes": visit.minutes}
    said = _(how).format(when=when, **place)
    if _wants_json(request):
        told = bool(visit.whose.email) and not visit.not_told
        return JsonResponse({"said": said, "revision": visit.revision, "told": told})
    messages.success(request, said)
    return redirect("diary:appointment", visit.pk)


def _refused(
    request: StaffRequest,
    visit: Appointment,
    form: MoveForm,
    said: str,
    *,
    refusal: Refused | None = None,
    status: int = 409,
) -> HttpResponse:
    """The same form, filled as it was, with the sentence and the nearest times."""
    clinic = Clinic.objects.the()
    nearest = refusal.nearest if refusal else ()
    ours = isinstance(refusal, AgainstTheRules)
    if _wants_json(request):
        times = [_as_json(one, clinic) for one in nearest]
        problems = [
            {"code": one.code, "severity": one.severity, "sentence": one.sentence}
            for one in (refusal.problems if refusal else ())
        ]
        answer = {"said": said, "problems": problems, "nearest": times, "ours": ours}
        return JsonResponse(answer, status=status)
    context = {"said": said if refusal else "", "nearest": nearest, "ours": ours}
    return _page(request, visit, form, status=status, **context)


def _as_json(opening: Opening, clinic: Clinic) -> dict:
    local, therapist = opening.starts_at.astimezone(clinic.tz), opening.therapists[0]
    return {
        "date": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "therapist": str(therapist.pk),
        "words": _("{when} with {therapist}").format(
            when=dates.day_and_time(opening.starts_at, clinic.tz), therapist=therapist
        ),
    }


def _said(request: StaffRequest, visit: Appointment, refusal: Refused) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"said": str(refusal)}, status=409)
    messages.error(request, str(refusal))
    return redirect("diary:appointment", visit.pk)


def _page(
    request: StaffRequest, visit: Appointment, form: MoveForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    context = {"visit": visit, "form": form, **context}
    return render(request, "desk/scheduling/move.html", context, status=status)


def _visit(pk: int) -> Appointment:
    return get_object_or_404(Appointment.objects.visits().of_the_living(), pk=pk)


def _revision(request: StaffRequest) -> int:
    sent = whole_number(request.POST.get("revision"))
    return -1 if sent is None else sent


def _errors(form: MoveForm) -> list[str]:
    return [f"{field}: {' '.join(map(str, said))}" for field, said in form.errors.items()]


def _wants_json(request: StaffRequest) -> bool:
    return request.headers.get("Accept") == "application/json"
