"""What every admin page has in common that changes the diary, or may only be read."""

from collections.abc import Callable
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.refusals import Refused
from bookings.models import Clinic

CHANGED_MEANWHILE = (
    "Something else was saved at this very moment that does not go with it. "
    "Nothing was changed; please look again."
)
NO_CLINIC_YET = "Please fill in the clinic settings first."


@changes_the_diary
def _behind_the_lock(_clinic: Clinic, page: Callable[[], HttpResponse]) -> HttpResponse:
    return page()


def _write(page: Callable[[], HttpResponse]) -> HttpResponse:
    """The page, run as the diary's only writer. Raises Refused."""
    try:
        return _behind_the_lock(page)
    except IntegrityError as error:
        raise Refused(CHANGED_MEANWHILE) from error
    except Clinic.DoesNotExist as error:
        raise Refused(NO_CLINIC_YET) from error


class DiaryForm(forms.ModelForm):
    """Comes back filled in, with the reason, when the database has refused it."""

    refused = ""

    def clean(self) -> dict:
        if self.refused:
            raise ValidationError(self.refused)
        return super().clean()


class DiaryAdmin(admin.ModelAdmin):
    """Locks the clinic's row before it writes; a refusal is a sentence on the page."""

    form = DiaryForm

    def get_form(self, request: HttpRequest, *args, **kwargs) -> type[DiaryForm]:
        form = super().get_form(request, *args, **kwargs)
        form.refused = getattr(request, "refused", "")
        return form

    def changeform_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        page = partial(super().changeform_view, request, *args, **kwargs)
        if request.method != "POST":
            return page()
        try:
            return _write(page)
        except Refused as refusal:
            request.refused = str(refusal)
            return page()

    def changelist_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        page = partial(super().changelist_view, request, *args, **kwargs)
        return self._or_back(request, page)

    def delete_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        page = partial(super().delete_view, request, *args, **kwargs)
        return self._or_back(request, page)

    def _or_back(self, request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
        if request.method != "POST":
            return page()
        try:
            return _write(page)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class ReadOnly:
    """A record of what happened: nobody adds to it, changes it or takes from it by hand."""

    def has_add_permission(self, *_) -> bool:
        return False

    def has_change_permission(self, *_) -> bool:
        return False

    def has_delete_permission(self, *_) -> bool:
        return False
