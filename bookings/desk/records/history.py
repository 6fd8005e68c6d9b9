"""For the owner: who changed what, when, from what to what."""

from datetime import timedelta
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.actions.exports import OF_CLIENTS
from bookings.core.roles import Role
from bookings.desk.records.history_text import RowNames
from bookings.models import Change, Client, Clinic, User
from bookings.web.filters import with_remembered
from bookings.web.forms import DayField, whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import private

ON_A_PAGE = 50
STAFF, RUNNERS, PROGRAMS = "staff", "runners", "programs"
ROLES: dict[str, list[str]] = {
    STAFF: [Role.THERAPIST, Role.DESK, Role.OWNER],
    RUNNERS: [Role.RUNNER],
    PROGRAMS: ["program"],
}
KINDS = (
    ("bookings_appointment", gettext_lazy("Appointments")),
    ("bookings_client", gettext_lazy("Clients")),
    (OF_CLIENTS, gettext_lazy("Clients taken out as a file")),
    ("bookings_race", gettext_lazy("Races")),
    ("bookings_weeklyshift", gettext_lazy("Weekly hours")),
    ("bookings_extrashift", gettext_lazy("Extra hours")),
    ("bookings_absence", gettext_lazy("Absences and closures")),
    ("therapists_timeoff", gettext_lazy("Time off asked for")),
    ("bookings_treatment", gettext_lazy("Treatments")),
    ("bookings_treatment_therapists", gettext_lazy("Who offers a treatment")),
    ("bookings_treatment_rooms", gettext_lazy("Rooms of a treatment")),
    ("bookings_room", gettext_lazy("Rooms")),
    ("bookings_roomloan", gettext_lazy("Rooms lent out")),
    ("bookings_therapist", gettext_lazy("Therapists")),
    ("bookings_user", gettext_lazy("Logins and roles")),
    ("bookings_clinic", gettext_lazy("Clinic settings")),
)


class ChangesFilterForm(forms.Form):
    """What is asked for; whatever makes no sense is as if it had been left empty."""

    who = forms.CharField(label=gettext_lazy("Who"), required=False, widget=forms.Select)
    what = forms.ChoiceField(
        label=gettext_lazy("What"), required=False, choices=[("", gettext_lazy("Anything")), *KINDS]
    )
    whom = forms.CharField(label=gettext_lazy("Client"), required=False, max_length=100)
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        staff = User.objects.staff().order_by("name", "email")
        people = [(str(user.pk), str(user)) for user in staff]
        groups = [("", _("Anybody")), (STAFF, _("The staff")), (RUNNERS, _("Runners"))]
        self.fields["who"].widget.choices = [*groups, (PROGRAMS, _("Programs")), *people]


@require_safe
@private
def history(request: StaffRequest) -> HttpResponse:
    """The newest first; `before` is the number of the last one on the page before."""
    clinic = Clinic.objects.the()
    asked = with_remembered(request, "history", "who", "what")
    form = ChangesFilterForm(asked or {"who": STAFF})
    form.is_valid()
    data = form.cleaned_data
    found = _asked_for(data, clinic)
    before = whole_number(request.GET.get("before"))
    if before is not None:
        found = found.filter(pk__lt=before)
    changes = list(found.order_by("-pk").select_related("client")[: ON_A_PAGE + 1])
    shown = changes[:ON_A_PAGE]
    query = {name: value for name, value in form.data.items() if name in form.fields and value}
    context = {
        "form": form,
        "told": RowNames(shown, clinic.tz).told(),
        "newest": urlencode(query) if before is not None else "",
        "older": urlencode({**query, "before": shown[-1].pk}) if len(changes) > len(shown) else "",
    }
    return render(request, "desk/records/history.html", context)


def _asked_for(data: dict, clinic: Clinic) -> QuerySet[Change]:
    found = Change.objects.all()
    who = data.get("who", "")
    if who in ROLES:
        found = found.filter(role__in=ROLES[who])
    elif (user := whole_number(who)) is not None:
        found = found.filter(user=user)
    if table := data.get("what"):
        found = found.filter(table=table)
    if whom := data.get("whom"):
        found = found.filter(client__in=Client.objects.filter(name__icontains=whom).values("pk"))
    if since := data.get("since"):
        found = found.filter(at__gte=clinic.begin_of(since))
    if until := data.get("until"):
        found = found.filter(at__lt=clinic.begin_of(until + timedelta(days=1)))
    return found
