"""The same weeks for others, from a day on."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings import dates
from bookings.actions.refusals import Refused
from bookings.actions.rota import hours as rota
from bookings.models import Clinic, Therapist
from bookings.office.rota.saving import asked, settle
from bookings.queries.rota.patterns import patterns
from bookings.web.forms import AsksAboutFarDays, DayField, plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods


class CopyForm(AsksAboutFarDays):
    others = forms.ModelMultipleChoiceField(
        Therapist.objects.none(),
        label=gettext_lazy("Who works the same hours"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Please tick somebody.")},
    )
    since = DayField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy(
            "What they work now ends the day before, and what they would work later falls away."
        ),
    )

    helper = plain("far", "others", "since")

    def __init__(self, *args: Any, source: Therapist, **options: Any):
        super().__init__(*args, **options)
        self.source = source
        self.today = Clinic.objects.the().day_of(timezone.now())
        self.initial["since"] = self.today
        others = cast(forms.ModelMultipleChoiceField, self.fields["others"])
        others.queryset = Therapist.objects.active().exclude(pk=source.pk)

    def clean_since(self) -> Any:
        since = self.cleaned_data["since"]
        if since < self.today:
            raise forms.ValidationError(_("What has been worked is not changed any more."))
        if not patterns(self.source, since=since):
            sentence = _("{therapist} has no hours from that day on.")
            raise forms.ValidationError(sentence.format(therapist=self.source))
        return since

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.ask_if_far_off("since", self.today)
        return data


@page_methods
def copy(request: StaffRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(Therapist, pk=pk)
    form = CopyForm(request.POST if request.method == "POST" else None, source=source)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=422 if form.errors else 200)
    others, accepted = list(form.cleaned_data["others"]), request.POST.get("accepted", "")
    since, now = form.cleaned_data["since"], timezone.now()
    try:
        rota.copy_to(source, others, since=since, accepted=accepted, now=now)
    except Refused as refusal:
        return _page(request, form, refusal=refusal, status=409)
    sentence = ngettext(
        "{count} therapist works the same hours as {source}.",
        "{count} therapists work the same hours as {source}.",
        len(others),
    )
    said = sentence.format(count=len(others), source=source)
    messages.success(request, f"{said} {dates.begins(since, form.today)}".strip())
    return settle(accepted, reverse("office:rota"))


def _page(
    request: StaffRequest, form: CopyForm, *, refusal: Refused | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "therapist": form.source, **asked(refusal)}
    return render(request, "office/rota/copy.html", context, status=status)
