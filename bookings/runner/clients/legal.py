"""The clinic's legal texts, as they are now and as they were when somebody agreed to them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from bookings.models import Clinic, LegalKind, LegalText


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return _current(request, LegalKind.TERMS)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return _current(request, LegalKind.PRIVACY)


@require_safe
def version(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """An earlier one; the one in use also has this address for good."""
    if kind not in LegalKind.values:
        raise Http404
    current = LegalText.objects.current(LegalKind(kind))
    if number == current.number:
        return _show(request, current, current)
    return _show(request, get_object_or_404(LegalText, kind=kind, number=number), current)


def _current(request: HttpRequest, kind: LegalKind) -> HttpResponse:
    current = LegalText.objects.current(kind)
    return _show(request, current, current)


def _show(request: HttpRequest, shown: LegalText, current: LegalText) -> HttpResponse:
    clinic = Clinic.objects.the()
    context = {
        "clinic": clinic,
        "shown": shown,
        "words": shown.as_read_at(clinic),
        "current": current,
        "earlier": range(shown.number - 1, 0, -1),
    }
    return render(request, "runner/clients/legal.html", context)
