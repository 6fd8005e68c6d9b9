"""Moving and lengthening by form or by drag, undoing it, and telling the client."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from bookings import dates
from bookings.actions.refusals import AgainstTheRules, Refused
from bookings.actions.scheduling import changes, undoing
from bookings.actions.scheduling.changes import MoveRequest, as_booked
from bookings.core.intervals import Interval
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.desk.form_fields import back_or, back_to_the_list
from bookings.desk.scheduling.move_form import MoveForm, WishedMove
from bookings.desk.scheduling.phone_lists import MOST_OFTEN, Times
from bookings.models import Appointment, Clinic
from bookings.queries.scheduling.alternatives import alternatives_to
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.slots import Ignoring, Slot
from bookings.templatetags.undo import tag_of
from bookings.web.actor import who
from bookings.web.days import instant_in
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

MOVED = gettext_noop("Now {when} with {therapist}, {room}, {minutes} minutes.")
MOVED_BACK = gettext_noop("Back at {when} with {therapist}, {room}, {minutes} minutes.")


class LineForm(forms.Form):
    note = forms.CharField(required=False, max_length=300)


@page_methods
def change(request: StaffRequest, pk: int) -> HttpResponse:
    visit, clinic, now = _visit(pk), Clinic.objects.the(), timezone.now()
    if request.method != "POST":
        form = MoveForm.filled_in(visit, clinic, request.GET)
        wish = WishedMove(form, request.GET, clinic, now)
        if request.htmx and request.htmx.target == "times":
            return _list(request, wish)
        return _page(request, wish, nearest=_free_near(request, visit))
    pressed = _as_pressed(request.POST, clinic)
    wish = WishedMove(MoveForm(visit, pressed or request.POST), request.POST, clinic, now)
    if not wish.form.is_valid():
        return _refused(request, wish, " ".join(_errors(wish.form)), status=422)
    if "more" in request.POST:
        return _page(request, wish)
    if not pressed and (problem := wish.problem()):
        return _refused(request, wish, problem, status=422)
    try:
        moved = changes.move(_wanted(request, wish, None if pressed else wish.chosen()), now=now)
    except Refused as refusal:
        return _refused(request, wish, str(refusal), refusal=refusal)
    return _done(request, moved, clinic, MOVED)


def _wanted(request: StaffRequest, wish: WishedMove, times: Times | None) -> MoveRequest:
    second = request.POST.get("knowingly") == "on"  # the second button
    return MoveRequest(
        appointment=wish.form.visit,
        slot=wish.form.slot(wish.clinic, times),
        revision=wish.form.cleaned_data["revision"],
        rules=Rules.OVERRIDDEN if second else Rules.DESK_MOVE,
        notify=wish.form.notify(),
        by=who(request),
    )


def _as_pressed(data: QueryDict, clinic: Clinic) -> QueryDict | None:
    """With the place of the button that was pressed, if it was one of the times proposed."""
    start, _space, therapist = data.get("instead", "").rpartition(" ")
    if (at := instant_in(start)) is None:
        return None
    local = at.astimezone(clinic.tz)
    date, time = f"{local:%Y-%m-%d}", f"{local:%H:%M}"
    data = data.copy()
    data.update({"date": date, "time": time, "therapist": therapist})
    data["when"] = f"{date} {time}"
    return data


@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """The last move, or a booking or cancelling of which nobody has been told yet."""
    return back_to_the_list(request, _undo(request, _visit(pk)))


def _undo(request: StaffRequest, visit: Appointment) -> HttpResponse:
    revision = _revision(request)
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
    return alternatives_to(
        as_booked(now_at, visit),
        ignoring=Ignoring(appointments=(visit.pk,)),
        avoid=_to_avoid(request),
        now=timezone.now(),
    )


def _to_avoid(request: StaffRequest) -> Interval | None:
    begins, ends = (instant_in(request.GET.get(name, "")) for name in ("from", "until"))
    return Interval(begins, ends) if begins and ends and begins < ends else None


def _done(request: StaffRequest, visit: Appointment, clinic: Clinic, how: str) -> HttpResponse:
    when = dates.day_and_time_from(visit.starts_at, clinic.tz, clinic.day_of(timezone.now()))
    place = {"therapist": visit.therapist, "room": visit.room, "minutes": visit.minutes}
    said = _(how).format(when=when, **place)
    if _wants_json(request):
        told = bool(visit.whose.email) and not visit.not_told
        return JsonResponse({"said": said, "revision": visit.revision, "told": told})
    messages.success(request, said, extra_tags=tag_of(visit, by=who(request)))
    return redirect("diary:appointment", visit.pk)


def _refused(
    request: StaffRequest,
    wish: WishedMove,
    said: str,
    *,
    refusal: Refused | None = None,
    status: int = 409,
) -> HttpResponse:
    """The same form, filled as it was, with the sentence and the nearest times."""
    nearest = refusal.nearest if refusal else ()
    ours = isinstance(refusal, AgainstTheRules)
    if _wants_json(request):
        times = [_as_json(one, wish.clinic) for one in nearest]
        problems = [
            {"code": one.code, "severity": one.severity, "sentence": one.sentence}
            for one in (refusal.problems if refusal else ())
        ]
        answer = {"said": said, "problems": problems, "nearest": times, "ours": ours}
        return JsonResponse(answer, status=status)
    context = {"said": said, "refused": refusal, "nearest": nearest, "ours": ours}
    return _page(request, wish, status=status, **context)


def _as_json(opening: Opening, clinic: Clinic) -> dict:
    local, therapist = opening.starts_at.astimezone(clinic.tz), opening.therapists[0]
    return {
        "date": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "therapist": str(therapist.pk),
        "words": _("{when} with {therapist}").format(
            when=dates.day_and_time_from(
                opening.starts_at, clinic.tz, clinic.day_of(timezone.now())
            ),
            therapist=therapist,
        ),
    }


def _said(request: StaffRequest, visit: Appointment, refusal: Refused) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"said": str(refusal)}, status=409)
    messages.error(request, str(refusal))
    return redirect("diary:appointment", visit.pk)


def _page(
    request: StaffRequest, wish: WishedMove, *, status: int = 200, **more: Any
) -> HttpResponse:
    response = render(request, "desk/scheduling/move.html", _context(wish) | more, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _list(request: StaffRequest, wish: WishedMove) -> HttpResponse:
    response = render(request, "desk/scheduling/call/_phone_times.html", _context(wish))
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _context(wish: WishedMove) -> dict[str, Any]:
    return {
        "visit": wish.form.visit,
        "form": wish.form,
        "times": wish.times,
        "times_at": reverse("diary:change", args=[wish.form.visit.pk]),
        "shown_for": {"when": wish.shown_for},
        "later": wish.later,
        "still_later": wish.later + 1 if wish.later < MOST_OFTEN else None,
    }


def _visit(pk: int) -> Appointment:
    return get_object_or_404(Appointment.objects.visits().of_the_living(), pk=pk)


def _revision(request: StaffRequest) -> int:
    sent = whole_number(request.POST.get("revision"))
    return -1 if sent is None else sent


def _errors(form: MoveForm) -> list[str]:
    return [f"{field}: {' '.join(map(str, said))}" for field, said in form.errors.items()]


def _wants_json(request: StaffRequest) -> bool:
    return request.headers.get("Accept") == "application/json"
