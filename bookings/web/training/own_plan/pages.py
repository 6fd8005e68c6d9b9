"""The runner's own training plan: a link or a file is read, looked through, and then kept."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bookings import dates
from bookings.actions import pasted_links
from bookings.actions.pasted_links import NotReadable, TooManyAtOnce
from bookings.actions.training.plan_links import FOLLOWED_FOR, read_calendar
from bookings.core.records import plan_files
from bookings.core.records.plan_files.corrections import Corrections
from bookings.fetching import Fetched
from bookings.models import Clinic, Weekday
from bookings.queries.training.plan_words import plan_words
from bookings.web.days import day_in
from bookings.web.rate_limits import CHECKS, FILES, limited
from bookings.web.responses import page_methods
from bookings.web.training.own_plan.forms import OwnPlanForm
from bookings.web.training.own_plan.links import MANY_AT_ONCE, as_link
from bookings.web.training.own_plan.preview import (
    LinkShown,
    NoPreview,
    PlanFound,
    Preview,
    as_field,
    counted_in_words,
    from_field,
    to_ask,
    with_corrections,
    with_lesson,
)
from bookings.web.training.plan_store import PlanStore

TOO_LARGE = "too-large"  # as clinic/middleware/body_size.py leads here
HEADING = "date,kind,minutes,km"
A_WEEK = [
    "easy,45,8",
    "intervals,60,10",
    "rest,,",
    "tempo,50,9",
    "easy,40,7",
    "long,150,26",
    "strength,30,",
]
MOST_RACES = 400  # no plan has as many days
KEEP_ANYWAY = "keep-anyway"
TEMPLATE = "web/training/own_plan/{}.html"


@page_methods
@limited(FILES)
def own_plan(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """The form, and of a link or a file that can be read what it says."""
    sent = request.method == "POST"
    is_kept = store.client is not None
    data = (request.POST, request.FILES) if sent else ()
    form = OwnPlanForm(*data, is_kept=is_kept)
    if TOO_LARGE in request.GET and not sent:
        form = OwnPlanForm.refused(dates.translated(plan_files.TOO_LARGE), is_kept=is_kept)
    if sent and form.is_valid():
        today = Clinic.objects.the().day_of(timezone.now())
        read = _read_link if form.cleaned_data["link"] else _read_file
        if found := read(form, store, today):
            return _preview(request, store, Preview(found, today))
    return _show_form(request, store, form, status=422 if sent else 200)


@require_POST
@limited(FILES)
def read_again(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """The link that is kept, at once: what it says is shown as the first time."""
    link = store.plan_link
    if link is None:
        return redirect(store.own_plan_url)
    today = Clinic.objects.the().day_of(timezone.now())
    form = OwnPlanForm({})
    try:
        url, known = pasted_links.opened(link), Corrections.from_data(link.corrections)
        return _preview(request, store, Preview(_fetched(url, known, store, today), today))
    except NotReadable as refusal:
        form.errors.clear()
        form.refuse_link(refusal.why)
    except TooManyAtOnce:
        form.errors.clear()
        form.add_error("link", MANY_AT_ONCE)
    return _show_form(request, store, form, status=422)


def _read_file(form: OwnPlanForm, _store: PlanStore, today: date) -> PlanFound | None:
    """None where the form says why."""
    tz = Clinic.objects.the().tz
    try:
        data = form.cleaned_data["file"].read(plan_files.LARGEST + 1)
        return PlanFound(plan_files.read(data, plan_words(), today=today, tz=tz))
    except plan_files.UnreadablePlan as refusal:
        form.add_error("file", dates.translated(refusal.sentence))
    return None


def _read_link(form: OwnPlanForm, store: PlanStore, today: date) -> PlanFound | None:
    """None where the form says why."""
    try:
        return _fetched(as_link(form.cleaned_data["link"]), Corrections(), store, today)
    except NotReadable as refusal:
        form.refuse_link(refusal.why)
    except TooManyAtOnce:
        form.add_error("link", MANY_AT_ONCE)
    return None


def _fetched(url: str, known: Corrections, store: PlanStore, today: date) -> PlanFound:
    """While the runner waits, five seconds at most: so nothing of the link is written down before
    they have said yes. Raises NotReadable and TooManyAtOnce."""

    def read(got: Fetched) -> PlanFound:
        found = read_calendar(got.content or b"", known, today=today, tz=tz)
        return PlanFound(found, url, got.tag, known)

    tz = Clinic.objects.the().tz
    rooms = pasted_links.CLIENTS if store.client else pasted_links.STRANGERS
    return pasted_links.read_for_a_page(url, read, rooms=rooms)


def _show_form(
    request: HttpRequest, store: PlanStore, form: OwnPlanForm, *, status: int
) -> HttpResponse:
    now, clinic = timezone.now(), Clinic.objects.the()
    schedule, link = store.runner.schedule, store.plan_link
    context = {
        "form": form,
        "store": store,
        "schedule": schedule,
        "in_words": counted_in_words(schedule),
        "link": LinkShown.of(link, clinic, now) if link else None,
        "sites": ", ".join(settings.CALENDAR_SITES),
        "weeks": FOLLOWED_FOR // timedelta(weeks=1),
    }
    return render(request, TEMPLATE.format("file"), context, status=status)


@require_safe
def sample(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """A table such as can be read, of the days from today on."""
    today = Clinic.objects.the().day_of(timezone.now())
    rows = [f"{today + timedelta(days=n)},{line}" for n, line in enumerate(A_WEEK)]
    answer = HttpResponse("\r\n".join([HEADING, *rows, ""]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="training-plan.csv"'
    return answer


@page_methods
@limited(CHECKS)
def check(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """What was corrected or taught; kept only where that was the press."""
    if request.method != "POST":
        return redirect(store.own_plan_url)
    try:
        found = from_field(request.POST.get("read", ""), store.owner)
    except NoPreview:
        messages.warning(request, _("That page is no longer good. Please begin again."))
        return redirect(store.own_plan_url)
    found = with_corrections(found, request.POST)
    today = Clinic.objects.the().day_of(timezone.now())
    if lesson := request.POST.get("teach"):
        return _preview(request, store, Preview(with_lesson(found, lesson), today))
    weekday = str(Weekday(store.runner.long_run_weekday).label)
    schedule = found.read.schedule
    asked = to_ask(schedule, weekday, today)
    if asked and not (schedule.days and request.POST.get("do") == KEEP_ANYWAY):
        return _preview(request, store, Preview(found, today, asked))
    store.keep_own_plan(schedule, found.source, now=timezone.now())
    messages.success(
        request, _("Your days are kept, and the plan goes by them. What is booked stays as it is.")
    )
    return redirect(store.url)


@require_POST
def remove(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """All of it, or races that they do not run."""
    days = [day_in(text) for text in request.POST.get("race", "").split()[:MOST_RACES]]
    if races := {day for day in days if day}:
        store.leave_out_races(races, now=timezone.now())
        said = ngettext(
            "That race is left out of the days of your training plan.",
            "Those races are left out of the days of your training plan.",
            len(races),
        )
        messages.success(request, said)
        return redirect(store.url)
    store.remove_own_plan(now=timezone.now())
    weekday = Weekday(store.runner.long_run_weekday).label
    said = _(
        "The days of your training plan are removed here. We assume a long run each {weekday}."
    )
    messages.success(request, said.format(weekday=weekday))
    return redirect(store.url)


def _preview(request: HttpRequest, store: PlanStore, preview: Preview) -> HttpResponse:
    read = as_field(preview.found, store.owner)
    context = {"preview": preview, "store": store, "read": read}
    return render(request, TEMPLATE.format("preview"), context)
