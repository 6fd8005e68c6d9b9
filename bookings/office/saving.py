"""How the office's forms are saved: known to be fresh, and asked about first."""

import json
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.expressions import DatabaseDefault
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bookings.actions.refusals import Refused, Stale
from bookings.actions.rota import offers, order
from bookings.actions.rota.impact import VisitsAffected
from bookings.actions.rota.stamp import stamp
from bookings.core.training import Protocol, claims_in
from bookings.models import Therapist, Treatment
from bookings.web.requests import StaffRequest

NOT_TYPED = frozenset({"seen", "sure", "far"})  # of a form's fields


class RowForm(forms.ModelForm):
    """Of a row, new or as the page has shown it: `seen` is its stamp, and what stood in the fields.

    What somebody else has changed meanwhile stays. Where it is what was typed here too, that is
    told beside the field, and saved when it is sent once more.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, **options: Any):
        super().__init__(_with_plain_lines(data) if data is not None else None, **options)
        self.merged: list[str] = []  # the labels of what somebody else has changed
        self._stamp = stamp(self.instance) if self.instance.pk else ""
        if self.instance.pk:
            self.initial["seen"] = self._as_seen
        for name, value in list(self.initial.items()):
            if isinstance(value, DatabaseDefault):  # of a new row: the database knows, nobody else
                del self.initial[name]

    def full_clean(self) -> None:
        clashing = self._merge() if self.is_bound and self._stamp else {}
        super().full_clean()
        for name, now in clashing.items():
            self.add_error(name, _told(self.fields[name], now))

    def clean_seen(self) -> str:
        return self.cleaned_data["seen"].partition(" ")[0]

    def _as_seen(self) -> str:
        return f"{self._stamp} {json.dumps(self._standing())}"

    def _standing(self) -> dict[str, list[str]]:
        """As a browser would send each field untouched."""
        return {
            name: _sent(field, self.get_initial_for_field(field, name))
            for name, field in self.fields.items()
            if name not in NOT_TYPED and not field.disabled
        }

    def _merge(self) -> dict[str, list[str]]:
        """What is typed here, over what others have changed meanwhile; what clashes, as it stands.

        A page that does not say what it has shown is left to be refused.
        """
        sent = cast(QueryDict, self.data)
        seen, _space, shown = sent.get("seen", "").partition(" ")
        if seen == self._stamp or not (was := _read(shown)):
            return {}
        theirs = {name: now for name, now in self._standing().items() if was.get(name, now) != now}
        clashing = {name: now for name, now in theirs.items() if self._is_typed(name, was, now)}
        for name in theirs.keys() - clashing.keys():
            sent.setlist(name, theirs[name])
        self.merged = [str(self.fields[name].label) for name in theirs if name not in clashing]
        sent["seen"] = self._as_seen()
        self.__dict__.pop("changed_data", None)  # Django keeps it
        return clashing

    def _is_typed(self, name: str, was: dict[str, list[str]], now: list[str]) -> bool:
        """Something else than what was there, and than what is."""
        sent, field = cast(QueryDict, self.data), self.fields[name]
        typed = [one for one in sent.getlist(name) if one]
        return not (_are_same(field, typed, was[name]) or _are_same(field, typed, now))

    def only_one(self, otherwise: str | Promise) -> str:
        """The name on one line, if no other row has it, in whatever letters."""
        name = " ".join(self.cleaned_data["name"].split())
        rows = self._meta.model._default_manager.filter(name__iexact=name)
        if rows.exclude(pk=self.instance.pk).exists():
            raise ValidationError(str(otherwise))
        return name

    @property
    def is_different(self) -> bool:
        return bool(set(self.changed_data) - NOT_TYPED)


def _read(shown: str) -> dict[str, list[str]]:
    try:
        found = json.loads(shown)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _sent(field: forms.Field, value: Any) -> list[str]:
    value = field.prepare_value(value)
    if value is True:
        return ["on"]
    if isinstance(value, (list, tuple, QuerySet)):
        return sorted(map(str, value))
    return [] if value in (None, False, "") else [str(value)]


def _are_same(field: forms.Field, one: list[str], other: Any) -> bool:
    """62,5 is 62.50."""
    if not isinstance(other, list) or len(one) != 1 or len(other) != 1:
        return sorted(one) == other
    try:
        return field.to_python(one[0]) == field.to_python(other[0])
    except ValidationError:
        return one == other


def _told(field: forms.Field, now: list[str]) -> str:
    """What clashes, as it stands now, where that can be read."""
    if now and not isinstance(field, (forms.ChoiceField, forms.BooleanField)):
        sentence = _(
            "Somebody else has changed this meanwhile, to “{now}”. Save again to have it as it "
            "stands here."
        )
        return sentence.format(now=now[0])
    return _(
        "Somebody else has changed this meanwhile. Save again to have it as it stands here, or "
        "open the page anew to see theirs."
    )


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
    if form.merged:
        sentence = _("Somebody else has changed meanwhile, and that stays: {fields}.")
        messages.info(request, sentence.format(fields=", ".join(form.merged)))
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
