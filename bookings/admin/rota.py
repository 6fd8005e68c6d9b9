"""Therapists with their weekly hours, extra hours and time off; treatments and rooms."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import ForeignKey, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.people import names
from bookings.actions.pictures import NoPhoto, digest_of, portrait
from bookings.actions.rota.therapists import treats_otherwise
from bookings.admin.base import DiaryForm, KnownDays, NamelessLog, RotaAdmin
from bookings.admin.users import LoginForOwners
from bookings.core.roles import Role
from bookings.core.training.protocol.vocabulary import Kind
from bookings.models import (
    Absence,
    Clinic,
    ExtraShift,
    Portrait,
    Room,
    RoomLoan,
    Therapist,
    Treatment,
    User,
    WeeklyBreak,
    WeeklyShift,
)
from bookings.queries.rota.overlaps import overlaps
from bookings.web.actor import who

LATELY = timedelta(days=90)  # what is older stands in a list of its own


class WeeklyShiftInline(KnownDays, admin.TabularInline):
    model = WeeklyShift
    extra = 0


class WeeklyBreakInline(KnownDays, admin.TabularInline):
    model = WeeklyBreak
    extra = 0


class ExtraShiftInline(KnownDays, admin.TabularInline):
    """Of lately and to come, as the time off below: in ten years there are hundreds."""

    model = ExtraShift
    extra = 0
    verbose_name_plural = gettext_lazy("extra shifts to come and of the last 90 days")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        there, clinic = super().get_queryset(request), Clinic.objects.first()
        return there.filter(day__gt=clinic.day_of(timezone.now() - LATELY)) if clinic else there


class AbsenceInline(KnownDays, admin.TabularInline):
    """Without that of somebody who leaves, which goes with their last day alone."""

    model = Absence
    extra = 0
    verbose_name_plural = gettext_lazy("absences to come and of the last 90 days")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        lately = super().get_queryset(request).filter(ends_at__gt=timezone.now() - LATELY)
        return _without_leaving(lately)


def _without_leaving(absences: QuerySet) -> QuerySet:
    return absences.exclude(pk__in=Absence.objects.of_leaving())


class FlagsOverlaps(NamelessLog):
    """Says after saving where hours overlap: they are worked once, whoever typed twice."""

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, *args: Any, **kwargs: Any
    ) -> None:
        super().save_related(request, form, *args, **kwargs)
        row = form.instance
        therapist = row if isinstance(row, Therapist) else row.therapist
        today = Clinic.objects.the().day_of(timezone.now())
        for sentence in overlaps(therapist, since=today):
            messages.warning(request, sentence)


class LoginField(forms.ModelChoiceField):
    """Logins of the staff, and those that are nobody's record: staff read what is mailed to them.

    Two of one name are told apart by their addresses.
    """

    default_error_messages = {
        "invalid_choice": gettext_lazy(
            "A runner’s login cannot be linked: mails to the staff would go to the runner. Make a "
            "login with an address of the therapist’s own first."
        )
    }

    def __init__(self, **options: Any):
        of_a_runner = Q(role=Role.RUNNER, therapist=None, client__isnull=False)
        logins = User.objects.exclude(of_a_runner).order_by("name", "email")
        super().__init__(**{**options, "queryset": logins})

    def label_from_instance(self, login: User) -> str:
        return f"{login.name}, {login.email}" if login.name else login.email


@admin.register(Therapist)
class TherapistAdmin(LoginForOwners, FlagsOverlaps, RotaAdmin):
    gives_power = ("user", "active")  # who is offered again may treat, and read
    fields = [
        "name", "slug", "initials", "speciality", "bio", "qualifications", "user", "active",
    ]  # fmt: skip
    inlines = [WeeklyShiftInline, WeeklyBreakInline, ExtraShiftInline, AbsenceInline]
    list_display = ["name", "initials", "user", "active"]
    list_filter = ["active", "treatments"]
    list_select_related = ["user"]
    search_fields = ["name", "initials"]
    prepopulated_fields = {"slug": ["name"]}

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **options: Any
    ) -> Any:
        if db_field.name == "user":
            options["form_class"] = LoginField
        return super().formfield_for_foreignkey(db_field, request, **options)

    def save_model(
        self, request: HttpRequest, obj: Therapist, form: forms.Form, change: bool
    ) -> None:
        had = form.initial.get("user") if change else None
        super().save_model(request, obj, form, change)
        if {"name", "user"}.intersection(form.changed_data):
            names.as_the_diary(obj)
        if {"user", "active"}.intersection(form.changed_data):
            treats_otherwise(
                User.objects.filter(pk__in=filter(None, {had, obj.user_id})),
                here=request.session.session_key or "",
                by=who(request),
                by_name=str(request.user),
                now=timezone.now(),
            )


class PortraitForm(forms.ModelForm):
    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=gettext_lazy(
            "A JPEG or PNG. It is cut to a square about its middle; where and when it was taken "
            "is left out. Runners see it where they choose a therapist."
        ),
    )

    def clean_photo(self) -> bytes:
        try:
            return portrait(self.cleaned_data["photo"].read())
        except NoPhoto as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def save(self, commit: bool = True) -> Portrait:
        self.instance.picture = self.cleaned_data["photo"]
        self.instance.digest = digest_of(self.instance.picture)
        return super().save(commit)


@admin.register(Portrait)
class PortraitAdmin(NamelessLog):
    """Another photo takes the place of the one there is."""

    form = PortraitForm
    fields = ["therapist", "photo"]
    list_display = ["therapist", "shown"]
    list_select_related = ["therapist"]
    search_fields = ["therapist__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Portrait]:
        return super().get_queryset(request).defer("picture")

    @admin.display(description=gettext_lazy("Photo"))
    def shown(self, portrait: Portrait) -> str:
        url = reverse("runner:portrait", args=[portrait.therapist.slug, portrait.digest])
        return format_html('<img src="{}" alt="" width="64" height="64">', url)


@admin.register(WeeklyShift)
class WeeklyShiftAdmin(FlagsOverlaps, RotaAdmin):
    list_display = [
        "therapist", "weekday", "start", "end", "valid_from", "valid_until", "every_weeks",
    ]  # fmt: skip
    list_display_links = ["therapist", "weekday"]
    list_filter = ["therapist", "weekday"]
    list_select_related = ["therapist"]
    search_fields = ["therapist__name"]


@admin.register(WeeklyBreak)
class WeeklyBreakAdmin(RotaAdmin):
    list_display = [*WeeklyShiftAdmin.list_display, "reason"]
    list_display_links = WeeklyShiftAdmin.list_display_links
    list_filter = WeeklyShiftAdmin.list_filter
    list_select_related = WeeklyShiftAdmin.list_select_related
    search_fields = [*WeeklyShiftAdmin.search_fields, "reason"]


@admin.register(ExtraShift)
class ExtraShiftAdmin(FlagsOverlaps, RotaAdmin):
    list_display = ["therapist", "day", "start", "end", "instead"]
    list_display_links = ["therapist", "day"]
    list_filter = ["therapist"]
    list_select_related = ["therapist"]
    search_fields = ["therapist__name"]
    date_hierarchy = "day"
    ordering = ["-day", "start"]


@admin.register(Absence)
class AbsenceAdmin(RotaAdmin):
    list_display = ["who", "starts_at", "ends_at", "reason"]
    list_display_links = ["who", "starts_at"]
    list_filter = ["therapist"]
    list_select_related = ["therapist"]
    search_fields = ["therapist__name", "reason"]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return _without_leaving(super().get_queryset(request))

    @admin.display(ordering="therapist__name")
    def who(self, absence: Absence) -> str:
        return str(absence.therapist or _("Whole clinic"))


@admin.register(RoomLoan)
class RoomLoanAdmin(RotaAdmin):
    list_display = ["room", "starts_at", "ends_at", "reason"]
    list_display_links = ["room", "starts_at"]
    list_filter = ["room"]
    list_select_related = ["room"]
    search_fields = ["room__name", "reason"]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at"]


class TreatmentAdminForm(DiaryForm):
    session_kinds = forms.MultipleChoiceField(
        choices=[(kind.value, kind.value.replace("_", " ").capitalize()) for kind in Kind],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Where in a runner's training it belongs."),
    )


@admin.register(Treatment)
class TreatmentAdmin(RotaAdmin):
    form = TreatmentAdminForm
    fieldsets = [
        (None, {"fields": ["name", "slug", "need", "description", "session_kinds"]}),
        (
            gettext_lazy("Time and price"),
            {"fields": ["minutes", "buffer_minutes", "price", ("next_price", "next_price_from")]},
        ),
        (gettext_lazy("Who and where"), {"fields": ["therapists", "rooms"]}),
        (gettext_lazy("Shown to runners"), {"fields": ["active", "online", "position"]}),
    ]
    list_display = ["name", "minutes", "buffer_minutes", "price", "offered_by", "online", "active"]
    list_filter = ["active", "online", "therapists"]
    search_fields = ["name", "description"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["therapists", "rooms"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Treatment]:
        return super().get_queryset(request).prefetch_related("therapists")

    @admin.display(description=gettext_lazy("Offered by"))
    def offered_by(self, treatment: Treatment) -> str:
        return ", ".join(therapist.initials for therapist in treatment.therapists.all())


@admin.register(Room)
class RoomAdmin(RotaAdmin):
    list_display = ["name", "active"]
    list_filter = ["active"]
    search_fields = ["name"]
