"""Whoever treats: what they offer, what runners read of them, and what they still lack."""

from functools import partial

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.pictures import NoPhoto
from bookings.actions.refusals import Busy
from bookings.actions.rota import busy_calendars, order
from bookings.actions.rota.therapists import show, treats_otherwise
from bookings.models import BusyCalendar, Clinic, Therapist
from bookings.office import saving
from bookings.office.people.therapist_forms import PhotoForm, TherapistForm
from bookings.queries.office import offers
from bookings.queries.training import protocol
from bookings.web.actor import who
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods


@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    today = Clinic.objects.the().day_of(timezone.now())
    found = offers.therapists(today).prefetch_related("treatments")
    return render(request, "office/people/therapists.html", {"listed": found})


@require_POST
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """One place up or down in the list."""
    return saving.moved(request, get_object_or_404(Therapist, pk=pk), "office:therapists")


@page_methods
def new(request: StaffRequest) -> HttpResponse:
    return _answer(request, Therapist(position=order.after_all(Therapist)))


@page_methods
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Who is offered again may treat, and read: the owner is asked once more who they are."""
    therapist = get_object_or_404(Therapist.objects.select_related("user"), pk=pk)
    answer = _answer
    if request.method == "POST" and "active" in _form(request, therapist).changed_data:
        answer = reauthentication_required(app="allauth.mfa")(answer)
    return answer(request, therapist)


@require_POST
def photo(request: StaffRequest, pk: int) -> HttpResponse:
    therapist = get_object_or_404(Therapist.objects.select_related("user"), pk=pk)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            show(therapist, form.cleaned_data["photo"].read())
        except NoPhoto as refusal:
            form.add_error("photo", str(refusal))
        else:
            messages.success(request, _("That is their photo now."))
            return redirect("office:therapist", pk)
    untouched = _form(request, therapist, sent=False)
    page = saving.shown(
        request,
        "office/people/therapist.html",
        untouched,
        made=_as_they_stand(therapist),
        own_calendar=_own_calendar(therapist),
        photo_form=form,
    )
    page.status_code = 422
    return page


@require_POST
def remove_calendar(request: StaffRequest, pk: int) -> HttpResponse:
    """Who cannot sign in cannot do so themselves."""
    try:
        busy_calendars.remove(get_object_or_404(Therapist, pk=pk))
    except Busy as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("Their own calendar is no longer read, and its link deleted.")
        messages.success(request, said)
    return redirect("office:therapist", pk)


def _form(request: StaffRequest, therapist: Therapist, *, sent: bool = True) -> TherapistForm:
    return TherapistForm(
        request.POST if sent and request.method == "POST" else None,
        instance=therapist,
        protocol=protocol.current(),
        ahead=offers.booked_with(therapist, now=timezone.now()) if therapist.pk else 0,
    )


def _as_they_stand(therapist: Therapist) -> Therapist | None:
    """Not as they are typed."""
    if therapist.pk is None:
        return None
    today = Clinic.objects.the().day_of(timezone.now())
    return offers.therapists(today).filter(pk=therapist.pk).first()


def _own_calendar(therapist: Therapist) -> BusyCalendar | None:
    return BusyCalendar.objects.filter(therapist=therapist.pk).first()


def _answer(request: StaffRequest, therapist: Therapist) -> HttpResponse:
    form, made = _form(request, therapist), _as_they_stand(therapist)
    page = partial(
        saving.shown,
        request,
        "office/people/therapist.html",
        form,
        made=made,
        own_calendar=_own_calendar(therapist),
        photo_form=PhotoForm(),
    )
    if request.method != "POST" or not form.is_valid():
        return page()
    if made and not form.is_different:
        messages.info(request, _("Nothing was different, so nothing was changed."))
    elif refusal := saving.refusal_of(request, form):
        return page(refusal=refusal)
    else:
        _tell(request, form)
        _say_what_is_missing(request, form.instance)
    return redirect("office:therapist", form.instance.pk)


def _tell(request: StaffRequest, form: TherapistForm) -> None:
    if "active" in form.changed_data and form.instance.user:
        treats_otherwise(
            [form.instance.user],
            here=request.session.session_key or "",
            by=who(request),
            by_name=str(request.user),
            now=timezone.now(),
        )


def _say_what_is_missing(request: StaffRequest, therapist: Therapist) -> None:
    said = _("{therapist} is saved.").format(therapist=therapist)
    if not (lacks := offers.lacking(_as_they_stand(therapist))):
        messages.success(request, said)
        return
    still = _("Still missing: {things}.").format(things=", ".join(map(str, lacks)))
    messages.warning(request, f"{said} {still}")
