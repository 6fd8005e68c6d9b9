"""What the clinic's mails begin and end with: a page for each kind, tried before it is kept."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.actions.mail import wordings
from bookings.actions.mail.wordings import WordingMoved
from bookings.core.training import Protocol
from bookings.mail.own_words import BEGINS_WITH_A_FACT, names_for, unknown_in
from bookings.models import MailKind, MailWording
from bookings.office.saving import without_claims
from bookings.queries.training import protocol
from bookings.web.actor import who
from bookings.web.forms import ShortText, Textarea, plain
from bookings.web.mail.frame import framed, html_of, in_a_frame
from bookings.web.mail.samples import written_sample
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

LONGEST_WORDS = 1000


class WordsOfMail(ShortText):
    """Lines of a mail; a blank line begins a paragraph."""

    def __init__(self, label: Any, **options: Any):
        widget = Textarea({"rows": 4, "spellcheck": "true"})
        super().__init__(
            label=label, longest=LONGEST_WORDS, widget=widget, required=False, **options
        )

    def to_python(self, value: Any) -> str:
        lines = (super().to_python(value) or "").splitlines()
        return "\n".join(line.rstrip() for line in lines).strip()


class WordingForm(forms.Form):
    based_on = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    opening = WordsOfMail(gettext_lazy("After the greeting"))
    closing = WordsOfMail(
        gettext_lazy("At the end"),
        help_text=gettext_lazy("Over the clinic’s address. Empty: nothing stands there."),
    )

    helper = plain("based_on", "opening", "closing")

    def __init__(self, *args: Any, kind: MailKind, rules: Protocol, **options: Any):
        super().__init__(*args, **options)
        self.kind, self.rules = kind, rules
        self.fields["opening"].help_text = (
            _("It follows the first sentence, which stays. Empty: nothing is added.")
            if kind in BEGINS_WITH_A_FACT
            else _("In place of Taper’s own words. Empty: those stand.")
        )

    def clean_opening(self) -> str:
        return self._said("opening")

    def clean_closing(self) -> str:
        return self._said("closing")

    def _said(self, name: str) -> str:
        text = without_claims(self.cleaned_data[name], self.rules)
        if unknown := unknown_in(text, self.kind):
            sentence = _("“{words}” becomes nothing in this mail. What can stand there: {names}.")
            names = ", ".join(f"{{{one}}}" for one in names_for(self.kind))
            raise ValidationError(sentence.format(words=unknown[0], names=names))
        return text

    def show_stale(self, number: int) -> None:
        """What was typed stays; the next press is about what is written now."""
        self.data = {**dict(self.data.items()), "based_on": str(number)}


@require_safe
def overview(request: StaffRequest) -> HttpResponse:
    newest = {one.kind: one for one in MailWording.objects.order_by("number")}
    kinds = [(kind, newest.get(kind)) for kind in MailKind]
    return render(request, "office/wording/mails.html", {"kinds": kinds})


@page_methods
def edit(request: StaffRequest, name: str) -> HttpResponse:
    kind = _kind(name)
    current = MailWording.objects.current(kind)
    if request.method != "POST":
        return _show(request, _form(kind, initial=_as_it_stands(current)), current)
    form = _form(kind, _sent(request, current))
    if not form.is_valid():
        return _show(request, form, current, status=422)
    try:
        made = wordings.write(kind, **form.cleaned_data, by=who(request), now=timezone.now())
    except WordingMoved as refusal:
        form.show_stale(current.number)
        return _show(request, form, current, stale=str(refusal), status=409)
    _tell(request, current, made)
    return redirect("office:mail", kind)


@page_methods
@framed
def tried(request: StaffRequest, name: str) -> HttpResponse:
    """The mail as it stands, or by POST as it would be with what is typed; nothing is kept."""
    kind = _kind(name)
    if request.method != "POST":
        return in_a_frame(html_of(written_sample(kind)))
    form = _form(kind, request.POST)
    form.is_valid()
    typed = {name: form.cleaned_data.get(name, "") for name in ("opening", "closing")}
    return in_a_frame(html_of(written_sample(kind, MailWording(kind=kind, number=1, **typed))))


def _kind(name: str) -> MailKind:
    if name not in MailKind.values:
        raise Http404
    return MailKind(name)


def _form(kind: MailKind, data: Any = None, **options: Any) -> WordingForm:
    return WordingForm(data, kind=kind, rules=protocol.current(), **options)


def _as_it_stands(current: MailWording) -> dict[str, Any]:
    return {"based_on": current.number, "opening": current.opening, "closing": current.closing}


def _sent(request: StaffRequest, current: MailWording) -> Any:
    """As typed; with the button for Taper's own words, nothing."""
    if request.POST.get("do") != "reset":
        return request.POST
    return {"based_on": request.POST.get("based_on", ""), "opening": "", "closing": ""}


def _show(
    request: StaffRequest,
    form: WordingForm,
    current: MailWording,
    *,
    stale: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "kind": form.kind,
        "current": current,
        "stale": stale,
        "names": names_for(form.kind),
        "versions": MailWording.objects.filter(kind=form.kind),
    }
    return render(request, "office/wording/mail.html", context, status=status)


def _tell(request: StaffRequest, before: MailWording, made: MailWording) -> None:
    if made.number == before.number:
        messages.info(request, _("Nothing was different, so nothing was changed."))
    elif made.is_our_own:
        messages.success(request, _("Mails of this kind say it from now on."))
    else:
        messages.success(request, _("Mails of this kind say what comes with Taper again."))
