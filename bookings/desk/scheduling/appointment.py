"""One appointment: what it is, what became of it, and what can be done with it.

Every form of the panel says which event its page had `seen` last.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial, wraps
from secrets import token_hex

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bookings import dates
from bookings.actions.clients.identity import ClientErased
from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import OnHold, Refused, Stale
from bookings.actions.scheduling import attendance, cancellation, undoing, unproved
from bookings.actions.series import making
from bookings.core.intervals import day_bounds
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.desk.form_fields import back_or
from bookings.desk.scheduling import unsaved
from bookings.desk.scheduling.checkout import checkout_of
from bookings.desk.training.phase_badge import badge
from bookings.models import Account, Appointment, Clinic, Mail, MailState, Method, OwnPlan
from bookings.models.mail.kinds import TELLS_OF_A_VISIT
from bookings.queries.clients import strangers
from bookings.queries.desk.stamp import stamp_of
from bookings.queries.money.standing import standing_of
from bookings.queries.scheduling import event_text
from bookings.queries.scheduling.cutoffs import is_late_to_cancel, moved_late_at
from bookings.queries.series.in_words import one_of_it
from bookings.queries.training.misplaced import why_misplaced
from bookings.queries.training.phases import phases_on
from bookings.queries.training.plans import History, plan_of, runner_of
from bookings.queries.waiting_list.relays import given_to_a_newcomer, relay_of
from bookings.templatetags.undo import newest_of, tag_of
from bookings.web.actor import who
from bookings.web.forms import Textarea, whole_number
from bookings.web.requests import StaffRequest

A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
MAILS_SHOWN, NEXT_SHOWN, PAST_SHOWN = 20, 3, 5
TYPED_NOTE = "typed_note"
METHODS = (Method.CARD, Method.CASH, Method.TRANSFER)  # the usual one first


class LateForm(forms.Form):
    minutes = forms.IntegerField(min_value=0, max_value=240)


class ReasonForm(forms.Form):
    reason = forms.CharField(required=False, max_length=300)


class DeskNoteForm(forms.Form):
    desk_note = forms.CharField(required=False, max_length=500, widget=Textarea())


@require_safe
def appointment(request: StaffRequest, pk: int) -> HttpResponse:
    """A page of its own, or the panel beside the day when htmx asks."""
    page = (
        "desk/scheduling/_appointment.html" if request.htmx else "desk/scheduling/appointment.html"
    )
    response = _page(request, pk, page, is_panel=bool(request.htmx))
    response.headers["Vary"] = "HX-Request"
    return response


@require_safe
def follow(request: StaffRequest, pk: int) -> HttpResponse:
    """The same, for the page that asks by itself; nothing while it is as it has been seen."""
    return _page(request, pk, "desk/scheduling/_appointment.html", seen=request.GET.get("seen", ""))


def _page(
    request: StaffRequest, pk: int, template: str, *, is_panel: bool = False, seen: str = ""
) -> HttpResponse:
    clinic, now = request.clinic or Clinic.objects.the(), timezone.now()
    # Before all else, as on the desk's first page; the panel follows with the day beside it.
    stamp = "" if is_panel else stamp_of(clinic.day_of(now), now=now)
    if seen and stamp == seen:
        return HttpResponse(status=204)
    context = {
        **_panel(visit_of(pk), clinic),
        "is_panel": is_panel,
        "stamp": stamp,
        "typed_note": _typed_note(request, pk),
        "door_pass": unsaved.door_pass(request.user),
    }
    return render(request, template, context)


def _typed_note(request: StaffRequest, pk: int) -> str | None:
    """What was refused, or was sent when the login had ended."""
    typed = unsaved.taken(request, reverse(unsaved.NOTE, args=[pk]))
    if typed is None:
        return None
    messages.info(request, unsaved.NOTE_STANDS_HERE)
    return typed.get("desk_note")


def _panel(visit: Appointment, clinic: Clinic) -> dict:
    now, events = timezone.now(), list(visit.events.order_by("at", "pk"))
    day = clinic.day_of(visit.starts_at)
    living = visit.whose.erased_at is None
    booked = living and visit.status == Status.BOOKED
    account, others = Account.of(visit), _others_of_the_client(visit, now)
    is_due = now >= day_bounds(day, 1, clinic.tz).start
    return {
        "visit": visit,
        "day": day,
        "living": living,
        "movable": booked,
        "seen": max((event.pk for event in events), default=0),
        "key": token_hex(16),
        "phase": badge(phases_on([visit.whose], day)[visit.whose.pk]),
        "marks": attendance.marks_after(visit.status),
        "marked": visit.status in attendance.MARKS and any("from" in e.facts for e in events),
        "may_be_late": booked or (living and visit.status == Status.ARRIVED),
        "undo": undoing.offered(visit, clinic, by=Role.DESK, now=now) if living else None,
        "confirm_by": strangers.asked_until_in_words(visit, clinic, now=now),
        **(_as_it_stands(visit, clinic, now) if booked else {}),
        "methods": METHODS,
        "account": account,
        "checkout": checkout_of(visit, account, events, is_due, bool(others["upcoming"])),
        "is_due": is_due,
        "standing": standing_of(visit.whose),
        "events": [(one, event_text.in_words(one, clinic)) for one in events],
        **others,
        **(_mails_about(visit) | _series(visit, clinic.day_of(now))),
    }


def _against_plan(visit: Appointment, clinic: Clinic, now: datetime) -> str:
    """What their own training plan has against its day; nothing where they leave it there."""
    client = visit.whose
    own = OwnPlan.objects.filter(client=client).first()
    if own is None or (visit.public_id, visit.revision) in own.left_alone:
        return ""
    runner = runner_of(client, History())  # Whether they have been says nothing of a day's plan.
    plan = plan_of(client.races.all(), runner, today=clinic.day_of(now))
    advice = why_misplaced(visit, plan, clinic, now=now)
    return dates.translated(advice.for_staff) if advice else ""


def _series(visit: Appointment, today: date) -> dict:
    """What it comes again in, and whether it could; and which newcomer has its time."""
    words = one_of_it(visit.series, today) if visit.series else ""
    living = visit.whose.erased_at is None
    return {
        "series_words": words,
        "may_repeat": living and making.may_come_again(visit),
        "to_a_newcomer": given_to_a_newcomer(visit),
    }


def _mails_about(visit: Appointment) -> dict:
    mails = list(Mail.objects.about(visit).order_by("-due_at")[:MAILS_SHOWN])
    return {"mails": mails, "told": next(filter(_tells_of_it, mails), None)}


def _tells_of_it(mail: Mail) -> bool:
    """That it is booked, moved or cancelled; a reminder that is still to come tells nothing yet."""
    is_void = mail.state in (MailState.SUPERSEDED, MailState.CANCELLED)
    return mail.kind in TELLS_OF_A_VISIT and not is_void


def _as_it_stands(visit: Appointment, clinic: Clinic, now: datetime) -> dict:
    """What cancelling would cost, whether its time can be passed on, or is, whether it waits for
    another, and what the runner's own plan has against it.
    """
    return {
        "against_plan": _against_plan(visit, clinic, now),
        "may_wait": visit.starts_at > now,
        "waits": visit.earlier_wishes.waiting().first(),
        "late_fee": _fee_now(visit, clinic, now),
        "moved_late": moved_late_at(visit, clinic) is not None,
        "is_late": now < visit.starts_at and is_late_to_cancel(visit, clinic, now=now),
        "relay": relay_of(visit, clinic, now=now) if visit.relayed_at else None,
    }


def _fee_now(visit: Appointment, clinic: Clinic, now: datetime) -> Decimal | int:
    """What cancelling would cost the client at this moment."""
    late = is_late_to_cancel(visit, clinic, now=now)
    return clinic.fee_for_cancelling_late(visit.price) if late else 0


def _others_of_the_client(visit: Appointment, now: datetime) -> dict:
    others = Appointment.objects.visits().with_everything().filter(client=visit.client_id)
    to_come = others.upcoming(now).filter(starts_at__gt=visit.starts_at)
    return {
        "next": others.filter(starts_at__gt=visit.starts_at).order_by("starts_at")[:NEXT_SHOWN],
        "past": others.filter(starts_at__lt=visit.starts_at).order_by("-starts_at")[:PAST_SHOWN],
        "upcoming": to_come.order_by("starts_at").first(),
    }


def answering(
    act: Callable[[StaffRequest, Appointment], str], *, of_the_erased: bool = False
) -> Callable[..., HttpResponse]:
    """A form of the panel: `act` says in words what it has done, or raises Refused.

    Of whoever has been erased the clinic keeps its books, and nothing else.
    """

    @require_POST
    @wraps(act)
    def view(request: StaffRequest, pk: int) -> HttpResponse:
        visit = visit_of(pk)
        before = newest_of(visit)
        try:
            if visit.whose.erased_at and not of_the_erased:
                raise ClientErased
            said = act(request, visit)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            tag = tag_of(visit, by=who(request), since=before)
            messages.success(request, said, extra_tags=tag)
        if TYPED_NOTE in request.POST and not visit.whose.erased_at:
            _keep_typed_note(request, visit)
        return back(request, pk)

    return view


def _keep_typed_note(request: StaffRequest, visit: Appointment) -> None:
    """What stood in its box, unsaved, when something else was pressed (`js/desk/typed_note.js`)."""
    try:
        messages.info(request, _note(request, visit, request.POST[TYPED_NOTE]))
    except Refused as refusal:
        messages.error(request, str(refusal))


for_the_books = partial(answering, of_the_erased=True)


def circumstances(request: StaffRequest) -> dict:
    """What every action asks besides: what the page had shown, who acts and when."""
    return {"seen": seen(request), "by": who(request), "now": timezone.now()}


@for_the_books
def mark(request: StaffRequest, visit: Appointment) -> str:
    """Arrived, completed, did not come, or the last of these taken back."""
    asked = request.POST.get("status", "")
    if asked == "undo":
        marked = attendance.undo(visit, within=None, **circumstances(request))
    elif asked in attendance.MARKS:
        marked = _marked(request, visit, Status(asked))
    else:
        raise Http404
    status = marked.get_status_display().lower()
    return _("{client}: {status}.").format(client=visit.client, status=status)


def _marked(request: StaffRequest, visit: Appointment, status: Status) -> Appointment:
    """That somebody on hold is here is written down, so that their therapist hears of it."""
    try:
        return attendance.mark(visit, status, **circumstances(request))
    except OnHold:
        if status == Status.ARRIVED:
            attendance.note_waiting(visit, by=who(request), now=timezone.now())
        raise


@answering
def late(request: StaffRequest, visit: Appointment) -> str:
    form = LateForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Please give the minutes, from 0 to 240."))
    minutes = form.cleaned_data["minutes"]
    attendance.note_lateness(visit, minutes, **circumstances(request))
    if not minutes:
        return _("{client}: in time after all.").format(client=visit.client)
    said = ngettext("{client}: {count} minute late.", "{client}: {count} minutes late.", minutes)
    return said.format(client=visit.client, count=minutes)


@answering
def note(request: StaffRequest, visit: Appointment) -> str:
    return _note(request, visit, request.POST.get("desk_note", ""))


def _note(request: StaffRequest, visit: Appointment, typed: str) -> str:
    """Raises Refused; what was typed stands in its box then."""
    form = DeskNoteForm({"desk_note": typed})
    note_url = reverse(unsaved.NOTE, args=[visit.pk])
    if not form.is_valid():
        unsaved.put_back(request, {"desk_note": typed}, note_url, request.user.pk)
        raise Refused(_("A note has 500 letters at most."))
    text = form.cleaned_data["desk_note"]
    try:
        attendance.write_note(visit, text, **circumstances(request))
    except Stale as stale:
        unsaved.put_back(request, {"desk_note": text}, note_url, request.user.pk)
        theirs = Appointment.objects.values_list("desk_note", flat=True).get(pk=visit.pk)
        kept = _("{refusal} The note is now: “{text}”")
        raise Refused(kept.format(refusal=stale, text=theirs)) from stale
    return _("The note is kept.") if text else _("The note is gone.")


@answering
def cancel(request: StaffRequest, visit: Appointment) -> str:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Please give the reason in at most 300 characters."))
    cancellation.cancel(
        visit,
        reason=form.cleaned_data["reason"],
        notify=Notify.from_the_desk() if request.POST.get("tell") == "yes" else Notify.NONE,
        charging=request.POST.get("wish") == "client",
        **circumstances(request),
    )
    return _("{client}’s appointment is cancelled.").format(client=visit.client)


@answering
def vouch(request: StaffRequest, visit: Appointment) -> str:
    """The desk knows whose it is: it stays, though nobody has confirmed it."""
    unproved.keep(visit, **circumstances(request))
    return _("{client}’s appointment stays.").format(client=visit.client)


def back(request: StaffRequest, pk: int) -> HttpResponse:
    """To the appointment, or to the day's table."""
    if A_DAY.fullmatch(day := request.POST.get("day", "")):
        return redirect(f"{reverse('diary:today')}?day={day}")
    return back_or(request, "diary:appointment", pk)


def seen(request: StaffRequest) -> int:
    """The last event of the form's page; a form without one has seen nothing."""
    return whole_number(request.POST.get("seen")) or 0


def visit_of(pk: int) -> Appointment:
    found = Appointment.objects.visits().with_everything()
    return get_object_or_404(found.select_related("client__same_address_as", "series"), pk=pk)
