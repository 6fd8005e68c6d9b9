"""The owner writes the clinic's legal texts: what is to be filled in, tried, in versions."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.actions.clients import legal
from bookings.actions.clients.legal import TextMoved
from bookings.models import Clinic, LegalKind, LegalText
from bookings.web.actor import who
from bookings.web.forms import ShortText, Textarea, plain
from bookings.web.mail.frame import framed_by_us
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

LONGEST_TEXT = 50_000


class TextForm(forms.Form):
    based_on = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    text = ShortText(
        label=gettext_lazy("Text"),
        longest=LONGEST_TEXT,
        widget=Textarea(attrs={"rows": 24, "spellcheck": "true"}),
        help_text=gettext_lazy(
            "## begins a heading, - a point of a list, a blank line a paragraph; **bold**."
        ),
        error_messages={"required": gettext_lazy("A legal text cannot be empty.")},
    )

    helper = plain("based_on", "text")


@require_safe
def overview(request: StaffRequest) -> HttpResponse:
    texts = [LegalText.objects.current(kind) for kind in LegalKind]
    return render(request, "office/wording/texts.html", {"texts": texts})


@page_methods
def edit(request: StaffRequest, kind: str) -> HttpResponse:
    which = _kind(kind)
    current = LegalText.objects.current(which)
    if request.method != "POST":
        form = TextForm(initial={"based_on": current.number, "text": current.text})
        return _show(request, form, current)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _show(request, form, current, status=422)
    typed = form.cleaned_data
    try:
        made = legal.write(which, **typed, by=who(request), now=timezone.now())
    except TextMoved as refusal:
        form = TextForm({**dict(form.data.items()), "based_on": current.number})
        form.add_error("text", str(refusal))
        return _show(request, form, current, status=409)
    if made.number == current.number:
        messages.info(request, _("Nothing was different, so there is no new version."))
    else:
        messages.success(request, _("This is now version {number}.").format(number=made.number))
    return redirect("office:text", kind)


@page_methods
@framed_by_us
def tried(request: StaffRequest, kind: str) -> HttpResponse:
    """As people read it, by POST with what is typed; nothing is kept."""
    clinic, text = Clinic.objects.the(), LegalText.objects.current(_kind(kind))
    if request.method == "POST":
        text = LegalText(kind=text.kind, text=request.POST.get("text", "")[:LONGEST_TEXT])
    context = {"text": text, "words": text.as_read_at(clinic), "clinic": clinic}
    return render(request, "office/wording/text_tried.html", context)


def _kind(kind: str) -> LegalKind:
    if kind not in LegalKind.values:
        raise Http404
    return LegalKind(kind)


def _show(
    request: StaffRequest, form: TextForm, current: LegalText, *, status: int = 200
) -> HttpResponse:
    kept = LegalText.objects.filter(kind=current.kind)
    context: dict[str, Any] = {
        "form": form,
        "current": current,
        "stale": status == 409,
        "versions": kept.defer("text").annotate(agreed=Count("agreements")).order_by("-number"),
    }
    return render(request, "office/wording/text.html", context, status=status)
