"""The runner's own training plan: a file is read, looked through, and then its days are kept."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings import dates
from bookings.core.records import plan_files
from bookings.models import Clinic, Weekday
from bookings.queries.training.plan_words import plan_words
from bookings.web.days import day_in
from bookings.web.rate_limits import FILES, limited
from bookings.web.responses import page_methods
from bookings.web.training.own_plan.forms import PlanFileForm
from bookings.web.training.own_plan.preview import (
    NoPreview,
    Preview,
    counted_in_words,
    from_field,
    to_ask,
    with_corrections,
    with_lesson,
)
from bookings.web.training.plan_store import PlanStore

TOO_LARGE = "too-large"  # as clinic/middleware/body_size.py leads here
HEADING = "date,kind,minutes,km"
A_WEEK = (
    "Easy run,45,8", "Intervals,60,10", "Rest,,", "Tempo,50,9", "Easy run,40,7", "Long run,150,26",
    "Strength,30,",
)  # fmt: skip
KEEP_ANYWAY = "keep-anyway"
TEMPLATE = "web/training/own_plan/{}.html"


@page_methods
@limited(FILES)
def own_plan(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """The form, and of a file that can be read what it says."""
    sent = request.method == "POST"
    form = PlanFileForm(request.POST, request.FILES) if sent else PlanFileForm()
    if TOO_LARGE in request.GET and not sent:
        form = PlanFileForm.refused(dates.translated(plan_files.TOO_LARGE))
    if sent and form.is_valid():
        clinic = Clinic.objects.the()
        today = clinic.day_of(timezone.now())
        try:
            data = form.cleaned_data["file"].read(plan_files.LARGEST + 1)
            found = plan_files.read(data, plan_words(), today=today, tz=clinic.tz)
        except plan_files.UnreadablePlan as refusal:
            form.add_error("file", dates.translated(refusal.sentence))
        else:
            return _preview(request, store, Preview(found, today))
    schedule = store.runner.schedule
    context = {
        "form": form,
        "store": store,
        "schedule": schedule,
        "in_words": counted_in_words(schedule),
    }
    return render(request, TEMPLATE.format("file"), context, status=422 if sent else 200)


@require_safe
def sample(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """A table such as can be read, of the days from today on."""
    today = Clinic.objects.the().day_of(timezone.now())
    rows = [f"{today + timedelta(days=n)},{line}" for n, line in enumerate(A_WEEK)]
    answer = HttpResponse("\r\n".join([HEADING, *rows, ""]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="training-plan.csv"'
    return answer


@page_methods
def check(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """What was corrected or taught; kept only where that was the press."""
    if request.method != "POST":
        return redirect(store.own_plan_url)
    try:
        found = from_field(request.POST.get("read", ""))
    except NoPreview:
        messages.warning(request, _("That page is no longer good. Please choose the file again."))
        return redirect(store.own_plan_url)
    found = with_corrections(found, request.POST)
    today = Clinic.objects.the().day_of(timezone.now())
    if lesson := request.POST.get("teach"):
        return _preview(request, store, Preview(with_lesson(found, lesson), today))
    weekday = str(Weekday(store.runner.long_run_weekday).label)
    asked = to_ask(found.schedule, weekday, today)
    if asked and not (found.schedule.days and request.POST.get("do") == KEEP_ANYWAY):
        return _preview(request, store, Preview(found, today, asked))
    store.keep_own_plan(found.schedule, now=timezone.now())
    messages.success(
        request, _("Your days are kept, and the plan goes by them. What is booked stays as it is.")
    )
    return redirect(store.url)


@require_POST
def remove(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """All of it, or a race that they do not run."""
    if race := day_in(request.POST.get("race", "")):
        store.leave_out_a_race(race, now=timezone.now())
        messages.success(request, _("That race is left out of the days of your training plan."))
        return redirect(store.url)
    store.remove_own_plan(now=timezone.now())
    weekday = Weekday(store.runner.long_run_weekday).label
    said = _(
        "The days of your training plan are removed here. We assume a long run each {weekday}."
    )
    messages.success(request, said.format(weekday=weekday))
    return redirect(store.url)


def _preview(request: HttpRequest, store: PlanStore, preview: Preview) -> HttpResponse:
    context = {"preview": preview, "store": store}
    return render(request, TEMPLATE.format("preview"), context)
