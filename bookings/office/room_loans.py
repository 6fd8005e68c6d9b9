"""A room is lent out for an afternoon or a week, and taken back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings.actions.refusals import Refused
from bookings.actions.rota import room_loans
from bookings.core.intervals import Interval
from bookings.models import Clinic, Room, RoomLoan
from bookings.models.rota.room_loans import LONGEST_REASON
from bookings.office.rota.saving import asked, settle
from bookings.web.forms import ShortText, plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods
from bookings.web.scheduling.spans import SpanForm


class LoanForm(SpanForm):
    reason = ShortText(
        label=gettext_lazy("What for"),
        longest=LONGEST_REASON,
        required=False,
        help_text=gettext_lazy("For the staff alone."),
    )

    helper = plain("first", "start", "last", "end", "reason")

    def __init__(self, *args: Any, clinic: Clinic, **options: Any):
        super().__init__(*args, **options)
        self.clinic = clinic

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors:
            begins, ends = self.bounds(self.clinic)
            if ends <= begins:
                sentence = _("The clocks change then, and nothing is left of that time.")
                self.add_error("end", sentence)
            elif ends <= timezone.now():
                self.add_error("last" if data.get("last") else "first", _("That is over already."))
        return data


@page_methods
def lend(request: StaffRequest, pk: int) -> HttpResponse:
    clinic, room = Clinic.objects.the(), get_object_or_404(Room, pk=pk)
    form = LoanForm(request.POST if request.method == "POST" else None, clinic=clinic)
    if request.method != "POST" or not form.is_valid():
        return _page(request, room, form, status=422 if form.errors else 200)
    accepted = request.POST.get("accepted", "")
    try:
        room_loans.lend(
            room,
            Interval(*form.bounds(clinic)),
            reason=form.cleaned_data["reason"],
            accepted=accepted,
            now=timezone.now(),
        )
    except Refused as refusal:
        return _page(request, room, form, refusal=refusal, status=409)
    messages.success(request, _("{room} is lent out then.").format(room=room))
    return settle(accepted, reverse("office:room", args=[room.pk]))


@require_POST
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    loan = get_object_or_404(RoomLoan.objects.select_related("room"), pk=pk)
    room_loans.take_back(loan)
    messages.success(request, _("{room} can be booked again then.").format(room=loan.room))
    return redirect("office:room", loan.room_id)


def _page(
    request: StaffRequest,
    room: Room,
    form: LoanForm,
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "room": room, **asked(refusal)}
    return render(request, "office/offers/lend_room.html", context, status=status)
