"""Time off and meetings, closures, extra hours and weekly breaks: made, changed, removed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.refusals import Refused
from bookings.actions.rota import blocks as absences
from bookings.actions.rota.blocks import Block
from bookings.actions.rota.impact import VisitsAffected
from bookings.actions.rota.stamp import stamp
from bookings.core.roles import Role
from bookings.desk.rota.block_forms import (
    BlockForm,
    BreakForm,
    ClosedForm,
    ExtraForm,
    OffForm,
)
from bookings.models import Absence, Clinic, ExtraShift, WeeklyBreak
from bookings.queries.rota.overlaps import is_never_worked, overlaps
from bookings.web.days import day_in
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

SHOWN = 200


@dataclass(frozen=True)
class BlockKind:
    """`name` as in an address, `title` for the page."""

    name: str
    title: str | Promise
    form: type[BlockForm]


KINDS = {
    kind.name: kind
    for kind in (
        BlockKind("off", gettext_lazy("Time off or a meeting"), OffForm),
        BlockKind("extra", gettext_lazy("Extra hours"), ExtraForm),
        BlockKind("break", gettext_lazy("Weekly break"), BreakForm),
        BlockKind("closed", gettext_lazy("Clinic closed"), ClosedForm),
    )
}


@require_safe
def blocks(request: StaffRequest) -> HttpResponse:
    """What is to come, soonest first."""
    clinic, now = Clinic.objects.the(), timezone.now()
    today = clinic.day_of(now)
    away = Absence.objects.filter(ends_at__gt=now).select_related("therapist")
    still = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    context = {
        "kinds": KINDS.values(),
        "off": away.filter(therapist__isnull=False)[:SHOWN],
        "closed": away.filter(therapist__isnull=True)[:SHOWN],
        "extra": ExtraShift.objects.filter(day__gte=today).select_related("therapist")[:SHOWN],
        "breaks": WeeklyBreak.objects.filter(still).select_related("therapist")[:SHOWN],
    }
    return render(request, "desk/rota/blocks.html", context)


@page_methods
def new_block(request: StaffRequest, kind: str) -> HttpResponse:
    wanted = _kind(kind)
    if request.method != "POST":
        return _page(request, wanted, wanted.form(initial=_proposed(request)))
    return _kept(request, wanted, wanted.form.kind())


@page_methods
def block(request: StaffRequest, kind: str, pk: int) -> HttpResponse:
    shown = _kind(kind)
    block, clinic = _block(shown, pk), Clinic.objects.the()
    if request.method == "POST":
        return _kept(request, shown, block)
    initial = {**shown.form.initial_of(block, clinic), "seen": stamp(block)}
    visits = absences.booked_in(clinic, block, now=timezone.now())
    return _page(request, shown, shown.form(initial=initial), block=block, visits=visits)


@require_POST
def remove_block(request: StaffRequest, kind: str, pk: int) -> HttpResponse:
    block = _block(_kind(kind), pk)
    try:
        absences.remove(
            block,
            seen=request.POST.get("seen", ""),
            accepted=request.POST.get("accepted", ""),
            now=timezone.now(),
        )
    except VisitsAffected as refusal:
        return _shown_again(request, _kind(kind), block, refusal)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("diary:block", kind, pk)
    messages.success(request, "Removed.")
    return redirect("diary:blocks")


def _kept(request: StaffRequest, kind: BlockKind, block: Block) -> HttpResponse:
    form, clinic = kind.form(request.POST, is_new=block.pk is None), Clinic.objects.the()
    if not form.is_valid():
        return _page(request, kind, form, block=block, status=422)
    asked = form.apply_to(block, clinic)
    try:
        kept = absences.keep(
            asked,
            seen=form.cleaned_data["seen"],
            accepted=request.POST.get("accepted", ""),  # the second button
            now=timezone.now(),
        )
    except VisitsAffected as refusal:
        facts = {"impact": refusal.impact, "avoided": _span(asked)}
        return _page(request, kind, form, block=block, said=str(refusal), status=409, **facts)
    except Refused as refusal:
        return _page(request, kind, form, block=block, said=str(refusal), status=409)
    messages.success(request, _("{what}: it is in the diary.").format(what=kind.title))
    if isinstance(kept, WeeklyBreak) and is_never_worked(kept):
        messages.warning(request, _("Nobody works then: it is outside their hours of that day."))
    if isinstance(kept, ExtraShift):
        for sentence in overlaps(kept.therapist, since=kept.day):
            messages.warning(request, sentence)
    if isinstance(kept, Absence) and request.POST.get("accepted"):  # whoever is in it is settled
        return redirect(f"{reverse('diary:stranded')}?{urlencode({'absence': kept.pk})}")
    return redirect("diary:block", kind.name, kept.pk)


def _shown_again(
    request: StaffRequest, kind: BlockKind, block: Block, refusal: VisitsAffected
) -> HttpResponse:
    """The block's page, with what would be touched if it were removed."""
    initial = kind.form.initial_of(block, Clinic.objects.the())
    form = kind.form(initial={**initial, "seen": request.POST.get("seen", "")})
    facts = {"impact": refusal.impact, "removing": True}
    return _page(request, kind, form, block=block, said=str(refusal), status=409, **facts)


def _page(
    request: StaffRequest,
    kind: BlockKind,
    form: BlockForm,
    *,
    block: Block | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    made = block if block is not None and block.pk else None
    stays = made if isinstance(made, Absence) and made.of_leaving else None
    context = {
        "kind": kind,
        "kinds": KINDS.values(),
        "form": form,
        "made": made,
        "stays": stays and absences.why_it_stays(stays),
        "may_say": Role.OWNER in request.roles,
        **context,
    }
    return render(request, "desk/rota/block.html", context, status=status)


def _proposed(request: StaffRequest) -> dict:
    """What a press on an empty place of the diary fills in."""
    place: dict[str, Any] = {
        name: request.GET[name] for name in ("first", "start", "end") if name in request.GET
    }
    if (therapist := whole_number(request.GET.get("therapist"))) is not None:
        place["therapist"] = therapist
    day = day_in(place.get("first", ""))
    return {**place, "weekday": day.weekday()} if day else place


def _span(block: Block) -> tuple[datetime, datetime] | None:
    return (block.starts_at, block.ends_at) if isinstance(block, Absence) else None


def _kind(name: str) -> BlockKind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _block(kind: BlockKind, pk: int) -> Block:
    rows = kind.form.kind.objects.select_related("therapist__user")
    if kind.form.kind is Absence:
        rows = rows.filter(therapist__isnull=kind.name == "closed")
    return get_object_or_404(rows, pk=pk)
