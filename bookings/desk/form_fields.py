"""What several of the desk's forms have: fields, and the way back."""

from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.web.requests import StaffRequest


def back_to_the_list(request: StaffRequest, otherwise: HttpResponse) -> HttpResponse:
    """To the list of who is to be settled, as it was narrowed down, where the form stood on it."""
    if request.POST.get("back") != "stranded":
        return otherwise
    query = QueryDict(request.POST.get("query", "")).urlencode()
    return redirect(f"{reverse('diary:stranded')}?{query}")


def back_or(request: StaffRequest, *otherwise: Any) -> HttpResponse:
    """To the desk's list, when the form was one of its rows."""
    return redirect("desk:home") if request.POST.get("back") == "desk" else redirect(*otherwise)


def choose_unless_known(form: forms.Form, name: str) -> None:
    """Nobody is chosen by being the first of the list; nor in the place of somebody gone from it.

    For a field without an empty choice: a browser sends the first line unless one is marked.
    """
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField) or field.queryset is None:
        return
    wanted = form.get_initial_for_field(field, name)
    if not wanted or not _is_there(field, getattr(wanted, "pk", wanted)):
        field.empty_label = _("Please choose")
        field.widget.choices = field.choices


def _is_there(field: forms.ModelChoiceField, wanted: object) -> bool:
    """Also asked of what somebody has put behind an address, which may be anything."""
    try:
        field.to_python(wanted)
    except forms.ValidationError:
        return False
    return True
