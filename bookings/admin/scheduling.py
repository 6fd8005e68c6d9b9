"""Appointments, whose record may be corrected, and what happened to each."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.refusals import Stale
from bookings.actions.scheduling import changes, holds
from bookings.admin.base import Bounded, DiaryAdmin, DiaryForm, ReadOnly
from bookings.admin.mail import MailInline
from bookings.core.scheduling.statuses import FREES_ITS_TIME, Status
from bookings.models import STATUS_NAMES, Appointment, AppointmentEvent, Treatment
from bookings.web.actor import who
from bookings.web.days import instant_in

CLOSED = {Status.HELD, *FREES_ITS_TIME}


class AppointmentForm(DiaryForm):
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Appointment
        fields = changes.CORRECTABLE

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self._latest_event()

    def clean(self) -> dict:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("seen") != self._latest_event():
            raise ValidationError(" ".join([str(Stale()), _("Please open it again.")]))
        if cleaned.get("ends_at") and cleaned.get("treatment"):
            self.instance.blocked_until = cleaned["ends_at"] + self._pause(cleaned["treatment"])
        return cleaned

    def _pause(self, treatment: Treatment) -> timedelta:
        """Another treatment brings its own; what was booked keeps the pause of its day."""
        if treatment != self.instance.treatment:
            return timedelta(minutes=treatment.buffer_minutes)
        return self.instance.blocked_until - self.instance.ends_at

    def validate_unique(self) -> None:
        """Also over columns that the form does not show, which Django would pass over."""
        super().validate_unique()
        if self.errors:
            return
        # A hold past its end is free, but a constraint knows that by its status only.
        holds.expire_dead_holds(now=timezone.now())
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self.add_error(None, error)

    def _latest_event(self) -> int | None:
        latest = self.instance.events.order_by("-pk")
        return latest.values_list("pk", flat=True).first()


def in_words(event: AppointmentEvent) -> str:
    """The event's facts: a change as "room: Blue → Red"."""
    before, after = event.facts.get("from"), event.facts.get("to")
    if isinstance(after, dict):
        before = before if isinstance(before, dict) else {}
        facts = {
            name: f"{_shown(before.get(name))} → {_shown(now)}" if before else _shown(now)
            for name, now in after.items()
            if not name.endswith("_id") and before.get(name) != now
        }
    else:
        facts = {name: _shown(value) for name, value in event.facts.items()}
    return "; ".join(f"{name.replace('_', ' ')}: {fact}" for name, fact in facts.items())


def _shown(value: object) -> str:
    """Instants on the clinic's clock, everything else as it is."""
    instant = instant_in(str(value))
    return f"{timezone.localtime(instant):%d %b %Y %H:%M}" if instant else str(value)


class Events(ReadOnly):
    @admin.display(description=gettext_lazy("What"))
    def what(self, event: AppointmentEvent) -> str:
        return in_words(event)


class AppointmentEventInline(Events, admin.TabularInline):
    model = AppointmentEvent
    fields = readonly_fields = ("at", "kind", "by", "what")
    extra = 0


class StatusFilter(admin.SimpleListFilter):
    """Visits, unless something else is asked for: holds come and go by the hundred."""

    title = parameter_name = "status"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        names = [(status.value, str(name)) for status, name in STATUS_NAMES.items()]
        return [*names, ("all", "All")]

    def choices(self, changelist):
        _, *others = super().choices(changelist)
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": "Visits",
        }
        yield from others

    def queryset(self, request: HttpRequest, appointments: Any) -> QuerySet[Appointment]:
        match self.value():
            case None:
                return appointments.visits()
            case "all":
                return appointments
            case status:
                return appointments.filter(status=status)


RECORD = [
    "blocked_until",
    "any_therapist",
    "revision",
    "created_at",
    "booked_at",
    "held_until",
    "public_id",
]


@admin.register(Appointment)
class AppointmentAdmin(DiaryAdmin):
    form = AppointmentForm
    fieldsets = [
        (None, {"fields": ["client", "status"]}),
        (
            gettext_lazy("What was booked"),
            {
                "fields": [*changes.CORRECTABLE, "seen"],
                "description": gettext_lazy(
                    "Corrections are recorded. When they concern the time, the treatment or the "
                    "therapist of a coming appointment, the client is told by e-mail."
                ),
            },
        ),
        (gettext_lazy("Record"), {"fields": [*RECORD]}),
    ]
    readonly_fields = ["client", "status", *RECORD]
    inlines = [AppointmentEventInline, MailInline]
    list_display = ["starts_at", "treatment", "client", "therapist", "room", "status", "price"]
    list_filter = [StatusFilter, "therapist", "room", "treatment"]
    list_select_related = ["client", "therapist", "room", "treatment"]
    search_fields = ["client__name", "client__email", "public_id"]
    ordering = ["-pk"]

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """This page chooses a therapist or a room; it is no place to delete one."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Booking asks for openings; a form of columns does not."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Appointment | None = None) -> bool:
        closed = obj is not None and obj.status in CLOSED
        return super().has_change_permission(request, obj) and not closed

    def has_delete_permission(self, request: HttpRequest, obj: Appointment | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Appointment, form: Any, change: bool) -> None:
        changes.correct(obj, by=who(request), now=timezone.now())


@admin.register(AppointmentEvent)
class AppointmentEventAdmin(Events, Bounded):
    fields = readonly_fields = ("appointment", "at", "kind", "by", "what")
    list_display = ["at", "kind", "appointment", "client", "by", "what"]
    list_select_related = ["appointment__treatment", "appointment__client"]
    search_fields = ["by", "appointment__client__name", "appointment__public_id"]
    ordering = ["-pk"]

    @admin.display(ordering="appointment__client__name")
    def client(self, event: AppointmentEvent) -> str:
        return str(event.appointment.client or "")
