"""How the office's forms are saved: known to be fresh, and asked about first."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.expressions import DatabaseDefault
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.refusals import Refused, Stale
from bookings.actions.rota import offers, order
from bookings.actions.rota.impact import VisitsAffected
from bookings.actions.rota.stamp import stamp
from bookings.core.training import Protocol, claims_in
from bookings.models import Therapist, Treatment
from bookings.web.requests import StaffRequest


class RowForm(forms.ModelForm):
    """Of a row, new or as the page has shown it (`seen`)."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, **options: Any):
        super().__init__(_with_plain_lines(data) if data is not None else None, **options)
        if self.instance.pk:
            self.initial["seen"] = stamp(self.instance)
        for name, value in list(self.initial.items()):
            if isinstance(value, DatabaseDefault):  # of a new row: the database knows, nobody else
                del self.initial[name]

    def only_one(self, otherwise: str) -> str:
        """The name on one line, if no other row has it, in whatever letters."""
        name = " ".join(self.cleaned_data["name"].split())
        rows = self._meta.model._default_manager.filter(name__iexact=name)
        if rows.exclude(pk=self.instance.pk).exists():
            raise ValidationError(otherwise)
        return name

    @property
    def is_different(self) -> bool:
        return bool(set(self.changed_data) - {"seen", "far"})


def _with_plain_lines(data: QueryDict) -> QueryDict:
    """A browser ends lines in CR LF, which is no change of a text."""
    plain = data.copy()
    for name, values in data.lists():
        plain.setlist(name, [value.replace("\r\n", "\n") for value in values])
    return plain


def without_claims(text: str, protocol: Protocol) -> str:
    """Raises ValidationError for what no text for runners may say of massage."""
    if claims := claims_in(text, protocol.claims.not_allowed):
        sentence = _("It promises more than massage can keep: “{words}”.")
        raise ValidationError(sentence.format(words=claims[0]))
    return text


def moved(request: StaffRequest, row: Treatment | Therapist, listed: str) -> HttpResponse:
    """Back to the list, at the row that was moved up or down in it."""
    if (to := request.POST.get("to")) in order.STEPS:
        order.move(row, order.STEPS[to])
    return redirect(f"{reverse(listed)}#row-{row.pk}")


class ChosenField(forms.ModelMultipleChoiceField):
    """Any of the rows, ticked; those that are gone say so."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, queryset: Any, *, label: Any, **options: Any):
        super().__init__(queryset, label=label, required=False, **options)

    def offer_those_of(self, row: Treatment | Therapist, *, through: str) -> None:
        """Whoever or whatever is in use, and what the row has already, so that none goes unseen."""
        had = Q(**{through: row.pk}) if row.pk else Q()
        rows = cast(QuerySet, self.queryset).model._default_manager
        self.queryset = rows.filter(Q(active=True) | had).distinct()

    def label_from_instance(self, row: Any) -> str:
        return str(row) if row.active else _("{name} (no longer)").format(name=row)


def refusal_of(request: StaffRequest, form: RowForm) -> Refused | None:
    """Why a form that is valid was not saved; None when it was."""
    try:
        offers.keep(
            form.instance,
            form.save,
            seen=form.cleaned_data["seen"],
            accepted=request.POST.get("accepted", ""),  # the second button
            now=timezone.now(),
        )
    except Refused as refusal:
        return refusal
    return None


def shown(
    request: StaffRequest,
    template: str,
    form: RowForm,
    *,
    refusal: Refused | None = None,
    **context: Any,
) -> HttpResponse:
    """The form's page; with what was typed and why, when it was not saved."""
    impact = refusal.impact if isinstance(refusal, VisitsAffected) else None
    status = 409 if refusal else 422 if form.errors else 200
    context = {
        "form": form,
        "said": refusal and str(refusal),
        "impact": impact,
        "stale": isinstance(refusal, Stale),
        **context,
    }
    return render(request, template, context, status=status)
