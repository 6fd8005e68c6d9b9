"""What every admin page has in common that changes the diary, or may only be read."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldError, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import (
    PROTECT,
    DateField,
    DecimalField,
    Field,
    ForeignKey,
    Model,
    QuerySet,
)
from django.db.models.options import Options
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.refusals import Refused
from bookings.actions.rota.impact import (
    CodesByVisit,
    Impact,
    VisitsAffected,
    refuse_or_let_go,
)
from bookings.core.clients.search_text import bounded
from bookings.models import THE_CLINIC, Client, Clinic, User
from bookings.queries.scheduling.conflicts import codes_that_stand
from bookings.web.days import refuse_unknown
from bookings.web.filters import NewestPages
from bookings.web.forms import NumberField, looks_like_a_phone

CHANGED_MEANWHILE = gettext_noop(
    "Something else was saved at this very moment that does not go with it. "
    "Nothing was changed; please look again."
)
MOST_SHOWN = 10  # of each kind that does not let a row be deleted
NOT_SENT_AGAIN = ("accepted", "csrfmiddlewaretoken")
NO_CLINIC_YET = gettext_noop("Please fill in the clinic settings first.")


@changes_the_diary
def _behind_the_lock(_clinic: Clinic, page: Callable[[], HttpResponse]) -> HttpResponse:
    return page()


def _write(page: Callable[[], HttpResponse]) -> HttpResponse:
    """The page, run as the diary's only writer. Raises Refused."""
    try:
        return _behind_the_lock(page)
    except IntegrityError as error:
        raise Refused(_(CHANGED_MEANWHILE)) from error
    except Clinic.DoesNotExist as error:
        raise Refused(_(NO_CLINIC_YET)) from error


class DiaryRequest(HttpRequest):
    """For type checkers alone: what a change keeps on its request."""

    refused: str
    impact: Impact | None
    stood: CodesByVisit


def _kept_on(request: HttpRequest) -> DiaryRequest:
    """Django's own pages hand it on as any request."""
    return cast(DiaryRequest, request)


class DiaryForm(forms.ModelForm):
    """Comes back filled in, with the reason, when the database has refused it."""

    refused = ""

    def clean(self) -> dict:
        if self.refused:
            raise ValidationError(self.refused)
        super().clean()
        return self.cleaned_data


# What a question about a list raises that makes no sense: a day beyond the end of time, a range of
# nothing. Django lets one ask for any column, and answers only a part of these itself.
MAKES_NO_SENSE = (ValueError, OverflowError, TypeError, FieldError, DataError)


class Bounded(admin.ModelAdmin):
    """A list that answers, and costs no more than any other, whatever is asked of it."""

    paginator = NewestPages
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                response = super().changelist_view(request, *args, **kwargs)
                return response.render() if hasattr(response, "render") else response
        except MAKES_NO_SENSE:
            if request.method == "POST" or not request.GET:
                raise
        self.message_user(request, _("That could not be looked for. Here are all."), messages.ERROR)
        return HttpResponseRedirect(request.path)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        return super().get_search_results(request, queryset, bounded(search_term))


class KnownDays:
    """No form takes a day that pages do not know, or a number that nobody writes or dials."""

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **options: Any) -> Any:
        if isinstance(db_field, DecimalField):
            options["form_class"] = NumberField
        field = super().formfield_for_dbfield(db_field, request, **options)  # type: ignore[misc]
        if field and isinstance(db_field, DateField):
            field.validators.append(refuse_unknown)
        if field and db_field.name == "phone":
            field.validators.append(looks_like_a_phone)
        return field


class NamelessLog(KnownDays, Bounded):
    """Django's own log knows rows by their numbers: what they were called would outlive them.

    What was changed stands in the history. Nothing is tied to a client who has been erased.
    """

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.related_model is Client:
            kwargs.setdefault("queryset", Client.objects.living())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple:
        """What must stay is looked for first, and told in part: Django goes through all of it."""
        if kept := self._kept_by(objs, request):
            return [], {}, set(), kept
        return super().get_deleted_objects(objs, request)

    def _kept_by(self, rows: Any, request: HttpRequest) -> list[str]:
        """What does not let any of the rows go, the first of each kind; in one sentence what
        whoever asks has no page of: the log of who read what, and all about health."""
        found: list[str] = []
        kept_besides = False
        for relation in rows[0]._meta.related_objects if rows else ():
            if relation.on_delete is not PROTECT:
                continue
            model = relation.related_model
            there = model._base_manager.filter(**{f"{relation.field.name}__in": list(rows)})
            if self._has_page_of(model, request):
                found += _in_part(list(there[: MOST_SHOWN + 1]), model._meta)
            else:
                kept_besides = kept_besides or there.exists()
        return [*found, _("Records that have to be kept.")] if kept_besides else found

    def _has_page_of(self, model: type[Model], request: HttpRequest) -> bool:
        pages = self.admin_site._registry.get(model)
        return pages is not None and pages.has_view_permission(request)

    def log_addition(self, request: HttpRequest, obj: Model, _message: object) -> Any:
        return _log(request, [obj], ADDITION)

    def log_change(self, request: HttpRequest, obj: Model, _message: object) -> Any:
        return _log(request, [obj], CHANGE)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> Any:
        return _log(request, queryset, DELETION)


def _in_part(rows: list[Model], of: Options) -> list[str]:
    shown = [f"{capfirst(of.verbose_name)}: {row}" for row in rows[:MOST_SHOWN]]
    if len(rows) > MOST_SHOWN:
        sentence = _("There are more {rows} than these.")
        shown.append(sentence.format(rows=of.verbose_name_plural))
    return shown


def _log(request: HttpRequest, rows: Iterable[Model], action: int) -> list[LogEntry]:
    return LogEntry.objects.bulk_create(
        LogEntry(
            user=cast(User, request.user),
            content_type=ContentType.objects.get_for_model(row),
            object_id=row.pk,
            object_repr=f"{row._meta.verbose_name} {row.pk}",
            action_flag=action,
        )
        for row in rows
    )


class DiaryAdmin(NamelessLog):
    """Locks the clinic's row before it writes; a refusal is a sentence on the page."""

    form = DiaryForm

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm]:
        form = super().get_form(request, *args, **kwargs)
        if issubclass(form, DiaryForm):
            form.refused = getattr(request, "refused", "")
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page = partial(super().changeform_view, request, *args, **kwargs)
        if request.method != "POST":
            return page()
        try:
            return _write(page)
        except Refused as refusal:
            kept = _kept_on(request)
            kept.refused, kept.impact = str(refusal), getattr(refusal, "impact", None)
            return page()

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._or_back(request, partial(super().changelist_view, request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._or_back(request, partial(super().delete_view, request, *args, **kwargs))

    def _or_back(self, request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
        if request.method != "POST":
            return page()
        try:
            return _write(page)
        except VisitsAffected as refusal:
            return self._asks_again(request, refusal)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def _asks_again(self, request: HttpRequest, refusal: VisitsAffected) -> HttpResponse:
        """What would be touched, and a button that sends the same again and accepts it."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Are you sure?"),
            "opts": self.opts,
            "said": str(refusal),
            "impact": refusal.impact,
            "sent": [
                (name, value)
                for name, values in request.POST.lists()
                for value in values
                if name not in NOT_SENT_AGAIN
            ],
        }
        return TemplateResponse(request, "admin/rota_ask_again.html", context, status=409)


class RotaAdmin(DiaryAdmin):
    """Asks first which visits and live holds a change would leave where they could not stand.

    What it was like before is kept on the request, because threads share a ModelAdmin.
    """

    change_form_template = "admin/rota_change_form.html"

    def save_model(self, request: HttpRequest, obj: Any, form: forms.Form, change: bool) -> None:
        _look(request)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """The last to be saved: after it Django says that it was."""
        super().save_related(request, *args, **kwargs)
        _compare(request)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        _look(request)
        super().delete_model(request, obj)
        _compare(request)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        _look(request)
        super().delete_queryset(request, queryset)
        _compare(request)

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["impact"] = getattr(request, "impact", None)
        return super().render_change_form(request, context, *args, **kwargs)


def _look(request: HttpRequest) -> None:
    """Nothing can stand in a clinic that has not been set up."""
    clinic = Clinic.objects.filter(pk=THE_CLINIC).first()
    _kept_on(request).stood = codes_that_stand(clinic, now=timezone.now()) if clinic else {}


def _compare(request: HttpRequest) -> None:
    accepted = request.POST.get("accepted", "")
    stood = _kept_on(request).stood
    refuse_or_let_go(Clinic.objects.the(), stood, accepted=accepted, now=timezone.now())


class ReadOnly:
    """A record of what happened: nobody adds to it, changes it or takes from it by hand."""

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        return False
