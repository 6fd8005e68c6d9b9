"""Somebody is ill, the clinic is closed, a therapist has gone: whose visits are settled here.

Nobody is forgotten: what is left undone stays on the list, whoever made it so.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from bookings.actions.mail.outbox import GRACE, Notify
from bookings.actions.refusals import Refused
from bookings.actions.rota import blocks
from bookings.actions.rota.impact import VisitsAffected
from bookings.actions.scheduling import cancellation, changes
from bookings.actions.scheduling.changes import MoveRequest
from bookings.core.intervals import day_bounds
from bookings.core.scheduling.codes import Rules
from bookings.desk.scheduling.move import LineForm
from bookings.models import Absence, Appointment, Clinic, Therapist
from bookings.queries.desk.settled import settled
from bookings.queries.desk.stranded import SHOWN, all_stranded, with_places
from bookings.queries.scheduling.slots import Slot
from bookings.web.actor import who
from bookings.web.days import instant_in
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

EVERYBODY, SETTLED = "clinic", "settled"
Row = TypeVar("Row", Absence, Therapist)


class AwayForm(forms.Form):
    """Who is not in, and for how long. Nobody is chosen already: a slip would close the clinic."""

    absent = forms.ChoiceField()
    when = forms.ChoiceField(
        choices=[
            ("today", gettext_lazy("Now to the end of today")),
            ("both", gettext_lazy("Today and tomorrow")),
            ("tomorrow", gettext_lazy("Tomorrow")),
        ]
    )
    reason = forms.CharField(required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in Therapist.objects.active()}
        choose = [("", _("Please choose")), *((pk, str(one)) for pk, one in self.people.items())]
        self.fields["absent"] = forms.ChoiceField(
            choices=[*choose, (EVERYBODY, _("The whole clinic"))]
        )

    def absence(self, clinic: Clinic, now: datetime) -> Absence:
        today = clinic.day_of(now)
        tomorrow = day_bounds(today + timedelta(days=1), 1, clinic.tz)
        this_minute = now.replace(second=0, microsecond=0)
        when = self.cleaned_data["when"]
        return Absence(
            therapist=self.people.get(self.cleaned_data["absent"]),
            starts_at=tomorrow.start if when == "tomorrow" else this_minute,
            ends_at=tomorrow.start if when == "today" else tomorrow.end,
            reason=self.cleaned_data["reason"],
        )


@page_methods
def stranded(request: StaffRequest) -> HttpResponse:
    """The list; a press moves or cancels those ticked, or the one whose button it was."""
    clinic, now = Clinic.objects.the(), timezone.now()
    if request.method == "POST":
        return redirect(_with_those(request, _settle(request, clinic, now)))
    absence = _asked_for(request, Absence, "absence")
    therapist = _asked_for(request, Therapist, "therapist")
    found = all_stranded(clinic, absence=absence, therapist=therapist, now=now)
    context = {
        "rows": with_places(clinic, found[:SHOWN], now=now),
        "count": len(found),
        "absence": absence,
        "therapist": therapist,
        "today": clinic.day_of(now),
        "tick_all": request.GET.get("tick") == "all",
        "query": request.GET.urlencode(),
        "settled": settled(clinic, _settled_before(request), grace=GRACE, now=now),
        "away": AwayForm(initial={"absent": therapist.pk if therapist else ""}),
    }
    return render(request, "desk/rota/stranded.html", context)


def _settled_before(request: StaffRequest) -> list[int]:
    """Whom presses on this list have settled: its address says so, whoever reloads it."""
    named = map(whole_number, request.GET.getlist(SETTLED))
    return list(dict.fromkeys(pk for pk in named if pk is not None))[-SHOWN:]


def _with_those(request: StaffRequest, done: list[Appointment]) -> str:
    query = request.GET.copy()
    before = [pk for pk in _settled_before(request) if pk not in [one.pk for one in done]]
    query.setlist(SETTLED, [*map(str, before), *(str(one.pk) for one in done)])
    return f"{request.path}?{query.urlencode()}"


def _asked_for(request: StaffRequest, kind: type[Row], name: str) -> Row | None:
    number = whole_number(request.GET.get(name))
    return None if number is None else kind._default_manager.filter(pk=number).first()


@require_POST
def away(request: StaffRequest) -> HttpResponse:
    """Put the absence in the diary, whatever is booked in it, and show what that is."""
    form, clinic, now = AwayForm(request.POST), Clinic.objects.the(), timezone.now()
    if not form.is_valid():
        messages.error(request, _("Please say who is away, and when."))
        return redirect("diary:stranded")
    absence = form.absence(clinic, now)
    try:
        kept = _kept(absence, now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("diary:stranded")
    messages.success(request, _("It is in the diary: {absence}.").format(absence=kept))
    return redirect(f"{reverse('diary:stranded')}?{urlencode({'absence': kept.pk})}")


def _kept(absence: Absence, now: datetime) -> blocks.Block:
    """Somebody ill does not ask first: what is booked then is settled afterwards."""
    try:
        return blocks.keep(absence, now=now)
    except VisitsAffected as refusal:
        return blocks.keep(absence, accepted=refusal.impact.digest, now=now)


def _settle(request: StaffRequest, clinic: Clinic, now: datetime) -> list[Appointment]:
    """Those it was done with; what was not is told."""
    line = LineForm(request.POST)
    if not line.is_valid():
        messages.error(request, _("Please write at most 300 characters."))
        return []
    acts: dict[str, Callable[..., bool]] = {"move": _move, "cancel": _cancel, "offer": _offer}
    one = whole_number(request.POST.get("one"))
    act = acts.get(request.POST.get("do", "move"), _move)
    asked = [one] if one is not None else map(whole_number, request.POST.getlist("visit"))
    wanted = [pk for pk in asked if pk is not None][:SHOWN]
    found = Appointment.objects.visits().of_the_living().in_bulk(wanted)
    if not found:
        messages.error(request, _("Nobody was ticked, so nothing was changed."))
        return []
    notify = Notify.from_the_desk(line.cleaned_data["note"])
    done: list[Appointment] = []
    told: list[Appointment] = []
    for visit in sorted(found.values(), key=lambda visit: visit.starts_at):
        try:
            is_news = act(request, visit, notify=notify, by=who(request), now=now)
        except Refused as refusal:
            said = _("{client} stays on the list: {why}")
            messages.error(request, said.format(client=visit.client, why=refusal))
        else:
            done.append(visit)
            told += [visit] if is_news else []
    _say_what_was_done(request, act, told, len(done) - len(told))
    return done


def _say_what_was_done(
    request: StaffRequest, act: Callable[..., bool], told: list[Appointment], in_rooms: int
) -> None:
    if mailed := [visit for visit in told if visit.whose.email]:
        messages.success(request, _in_words(act, len(mailed)))
    if in_rooms:
        sentence = ngettext(
            "{count} visit goes into another room at the same hour; nobody has to be told.",
            "{count} visits go into another room at the same hour; nobody has to be told.",
            in_rooms,
        )
        messages.success(request, sentence.format(count=in_rooms))
    if to_ring := [str(visit.client) for visit in told if not visit.whose.email]:
        said = _("No mail reaches {clients}: please ring them.")
        messages.warning(request, said.format(clients=", ".join(to_ring)))


def _move(
    request: StaffRequest, visit: Appointment, *, notify: Notify, now: datetime, **how: Any
) -> bool:
    """Whether it is news: another room at the same hour is none."""
    start, _space, therapist = request.POST.get(f"to-{visit.pk}", "").rpartition(" ")
    to = Therapist.objects.active().filter(pk=whole_number(therapist)).first()
    begins = instant_in(start)
    if to is None or begins is None:
        raise Refused(_("Please choose one of the free times."))
    revision = _number(request, f"revision-{visit.pk}")
    stays = (begins, to) == (visit.starts_at, visit.therapist)
    is_news = not stays or visit.revision != revision  # or is there since the same press
    request_ = MoveRequest(
        appointment=visit,
        slot=Slot(treatment=visit.treatment, start=begins, therapist=to),
        revision=revision,
        rules=Rules.DESK_MOVE,
        notify=notify if is_news else Notify.NONE,
        **how,
    )
    changes.move(request_, now=now)
    return is_news


def _cancel(request: StaffRequest, visit: Appointment, **how: Any) -> bool:
    """At our wish, so without a fee."""
    cancellation.cancel(visit, seen=_number(request, f"seen-{visit.pk}"), **how)
    return True


def _offer(request: StaffRequest, visit: Appointment, **how: Any) -> bool:
    changes.offer_times(visit, revision=_number(request, f"revision-{visit.pk}"), **how)
    return True


def _number(request: StaffRequest, name: str) -> int:
    sent = whole_number(request.POST.get(name))
    return -1 if sent is None else sent


def _in_words(act: Callable[..., bool], done: int) -> str:
    said = {
        _move: ngettext(
            "{count} visit is moved; the mail about it goes in three minutes.",
            "{count} visits are moved; the mails about them go in three minutes.",
            done,
        ),
        _cancel: ngettext(
            "{count} visit is cancelled without a fee; the mail about it goes in three minutes.",
            "{count} visits are cancelled without a fee; the mails about them go in three minutes.",
            done,
        ),
        _offer: ngettext(
            "The mail that offers {count} client other times goes in three minutes.",
            "The mails that offer {count} clients other times go in three minutes.",
            done,
        ),
    }
    return said[act].format(count=done)
