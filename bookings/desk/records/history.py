"""For the owner: who changed what, when, from what to what."""

from datetime import timedelta
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings.core.roles import Role
from bookings.desk.records.history_text import TABLES, Words
from bookings.models import Change, Client, Clinic, User
from bookings.web.forms import DayField, whole_number
from bookings.web.responses import private

ON_A_PAGE = 50
STAFF, RUNNERS, PROGRAMS = "staff", "runners", "programs"
ROLES: dict[str, list[str]] = {
    STAFF: [Role.THERAPIST, Role.DESK, Role.OWNER],
    RUNNERS: [Role.RUNNER],
    PROGRAMS: ["program"],
}
KINDS = (
    ("bookings_appointment", "Appointments"),
    ("bookings_client", "Clients"),
    ("bookings_race", "Races"),
    ("bookings_weeklyshift", "Weekly hours"),
    ("bookings_extrashift", "Extra hours"),
    ("bookings_absence", "Absences and closures"),
    ("therapists_timeoff", "Time off asked for"),
    ("bookings_treatment", "Treatments"),
    ("bookings_treatment_therapists", "Who offers a treatment"),
    ("bookings_treatment_rooms", "Rooms of a treatment"),
    ("bookings_room", "Rooms"),
    ("bookings_therapist", "Therapists"),
    ("bookings_user", "Logins and roles"),
    ("bookings_clinic", "Clinic settings"),
)


class FilterForm(forms.Form):
    """What is asked for; whatever makes no sense is as if it had been left empty."""

    who = forms.CharField(label="Who", required=False, widget=forms.Select)
    what = forms.ChoiceField(label="What", required=False, choices=[("", "Anything"), *KINDS])
    whom = forms.CharField(label="Client", required=False, max_length=100)
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        staff = User.objects.staff().order_by("name", "email")
        people = [(str(user.pk), str(user)) for user in staff]
        groups = [("", "Anybody"), (STAFF, "The staff"), (RUNNERS, "Runners")]
        self.fields["who"].widget.choices = [*groups, (PROGRAMS, "Programs"), *people]


@require_safe
@private
def history(request: HttpRequest) -> HttpResponse:
    """The newest first; `before` is the number of the last one on the page before."""
    clinic = Clinic.objects.the()
    form = FilterForm(request.GET or {"who": STAFF})
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
        "told": Words(shown, clinic.tz).told(),
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
    if (table := data.get("what")) and table in TABLES:
        found = found.filter(table=table)
    if whom := data.get("whom"):
        found = found.filter(client__in=Client.objects.filter(name__icontains=whom).values("pk"))
    if since := data.get("since"):
        found = found.filter(at__gte=clinic.begin_of(since))
    if until := data.get("until"):
        found = found.filter(at__lt=clinic.begin_of(until + timedelta(days=1)))
    return found
