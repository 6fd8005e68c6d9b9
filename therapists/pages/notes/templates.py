"""A therapist's own beginnings of notes: words that are about nobody, put in by one press."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings.models import Therapist
from bookings.web.forms import Textarea
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods
from therapists.models import NoteTemplate
from therapists.pages.no_store import of_a_therapist

MOST = 12  # as many as a phone shows above a note


class TemplateForm(forms.ModelForm):
    class Meta:
        model = NoteTemplate
        fields = ("name", "subjective", "objective", "assessment", "plan")
        labels = {
            "name": gettext_lazy("Name of the template"),
            "subjective": gettext_lazy("What they say"),
            "objective": gettext_lazy("What you found and did"),
            "assessment": gettext_lazy("What you make of it"),
            "plan": gettext_lazy("Plan"),
        }
        widgets = {
            "name": forms.TextInput(attrs={"class": "form-control"}),
            **{
                part: Textarea(attrs={"rows": 2, "class": "form-control"})
                for part in NoteTemplate.PARTS
            },
        }

    def clean(self) -> dict:
        said = super().clean() or {}
        if not any(said.get(part) for part in NoteTemplate.PARTS):
            raise forms.ValidationError(_("Please write at least one part of it."))
        own = NoteTemplate.objects.filter(therapist=self.instance.therapist)
        others = own.exclude(pk=self.instance.pk)
        if others.filter(name__iexact=said.get("name", "")).exists():
            self.add_error("name", _("You have a template of that name."))
        elif others.count() >= MOST:
            raise forms.ValidationError(_("Twelve templates are as many as there can be."))
        return said


@page_methods
@of_a_therapist
def page(request: StaffRequest, therapist: Therapist, pk: int | None = None) -> HttpResponse:
    """All of them, and a form for a new one or for the one that is changed."""
    own = NoteTemplate.objects.filter(therapist=therapist)
    shown = get_object_or_404(own, pk=pk) if pk else NoteTemplate(therapist=therapist)
    form = TemplateForm(request.POST or None, instance=shown, label_suffix="")
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("“{name}” is kept.").format(name=form.cleaned_data["name"]))
        return redirect("therapists:templates")
    context = {"templates": own, "form": form, "changed": pk}
    status = 422 if request.method == "POST" else 200
    return render(request, "therapists/notes/templates.html", context, status=status)


@require_POST
@of_a_therapist
def remove(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """Notes that were begun with it stay as they are."""
    template = get_object_or_404(NoteTemplate, pk=pk, therapist=therapist)
    template.delete()
    messages.success(request, _("“{name}” is gone.").format(name=template.name))
    return redirect("therapists:templates")
