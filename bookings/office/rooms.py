"""The rooms, and a page for each: its name, what fits in it, whether and when it is in use."""

from functools import partial
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from bookings.actions.rota.offers import fit
from bookings.models import Room, Treatment
from bookings.office import saving
from bookings.office.saving import ChosenField, RowForm
from bookings.queries.office import offers
from bookings.web.forms import NameField, plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods


class RoomForm(RowForm):
    name = NameField(label=gettext_lazy("Name"), longest=60)
    treatments = ChosenField(
        Treatment.objects.all(),
        label=gettext_lazy("What fits in it"),
        help_text=gettext_lazy("A treatment that fits anywhere is ticked in every room."),
    )
    active = forms.BooleanField(
        label=gettext_lazy("It is in use"),
        required=False,
        help_text=gettext_lazy("Otherwise nothing more can be booked in it."),
    )

    helper = plain("seen", Fieldset("", "name", "treatments", "active"))

    class Meta:
        model = Room
        fields = ["name", "active"]

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.initial["treatments"] = list(offers.fitting(self.instance))
        if not self.instance.pk:
            return
        if ahead := offers.booked_in(self.instance, now=timezone.now()):
            sentence = ngettext(
                "{count} appointment to come is booked in it.",
                "{count} appointments to come are booked in it.",
                ahead,
            )
            self.fields["active"].help_text = sentence.format(count=ahead)

    def clean_name(self) -> str:
        return self.only_one(_("There is a room of this name already."))

    def clean_treatments(self) -> QuerySet[Treatment]:
        chosen = self.cleaned_data["treatments"]
        if left := [one for one in offers.bound_to(self.instance) if one not in chosen]:
            sentence = _("No other room is there for {treatment}: choose one on its page first.")
            raise ValidationError(sentence.format(treatment=left[0]))
        return chosen

    def save(self, commit: bool = True) -> Room:
        room = super().save(commit)
        fit(room, self.cleaned_data["treatments"])
        return room


@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    return render(request, "office/offers/rooms.html", {"listed": offers.rooms(timezone.now())})


@page_methods
def new(request: StaffRequest) -> HttpResponse:
    return _answer(request, Room())


@page_methods
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _answer(request, get_object_or_404(Room, pk=pk))


def _answer(request: StaffRequest, room: Room) -> HttpResponse:
    form = RoomForm(request.POST if request.method == "POST" else None, instance=room)
    made = Room.objects.filter(pk=room.pk).first()  # as it stands, not as it is typed
    loans = room.loans.filter(ends_at__gt=timezone.now()) if made else ()
    show = partial(saving.shown, request, "office/offers/room.html", form, loans=loans)
    if request.method != "POST" or not form.is_valid():
        return show(made=made)
    if made and not form.is_different:
        messages.info(request, _("Nothing was different, so nothing was changed."))
    elif refusal := saving.refusal_of(request, form):
        return show(refusal=refusal, made=made)
    else:
        _say_what_is_missing(request, form)
    return redirect("office:rooms")


def _say_what_is_missing(request: StaffRequest, form: RoomForm) -> None:
    said = _("{room} is saved.").format(room=form.instance)
    if form.cleaned_data["active"] and not form.cleaned_data["treatments"].filter(active=True):
        still = _("No treatment fits in it yet, so that nothing is booked there.")
        messages.warning(request, f"{said} {still}")
    else:
        messages.success(request, said)
