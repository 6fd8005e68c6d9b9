"""A listed race is moved or cancelled: whom it concerns, seen before and settled after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.actions.refusals import MovedMeanwhile, Refused
from bookings.actions.scheduling import replanning
from bookings.actions.scheduling.replanning import VisitAnswer
from bookings.actions.training import race_news as news_of_races
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    Clinic,
    ListedDistance,
    Mail,
    MailKind,
    MailState,
    NewsState,
    Outcome,
    Race,
    RaceNews,
    RunnerNews,
)
from bookings.queries.scheduling.slots import Slot
from bookings.queries.training.consequences import Consequence, RaceChanged, Unfitting, consequences
from bookings.queries.training.listed import FURTHEST_AHEAD, concerned
from bookings.queries.training.told import as_made, known_days
from bookings.web.actor import who
from bookings.web.days import day_in
from bookings.web.forms import DayField, whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods, private
from bookings.web.scheduling.slot_values import as_text, read_slots

A_PAGE = 30
KEEP, CANCEL, PROPOSED = "keep", "cancel", "proposed"


class NewsForm(forms.Form):
    """What has become of a race: another day, or none."""

    cancelled = forms.BooleanField(label=gettext_lazy("It is cancelled"), required=False)
    becomes = DayField(label=gettext_lazy("Its new date"), required=False)

    def __init__(self, *args: Any, listed: ListedDistance, today: date, **options: Any):
        super().__init__(*args, **options)
        self._listed, self._today = listed, today
        self.is_pressed = False  # a second press of the same is the first one's

    def clean(self) -> None:
        day, cancelled = self.cleaned_data.get("becomes"), self.cleaned_data["cancelled"]
        if "becomes" in self.errors:
            return
        if cancelled and day:
            self.add_error("becomes", _("Please say one of the two: a new date, or cancelled."))
        elif not cancelled and not day:
            self.add_error("becomes", _("Please give its new date, or say that it is cancelled."))
        elif day == self._listed.race_date and not self.is_pressed:
            self.add_error("becomes", _("It is on that day already."))
        elif day and not self._today <= day <= self._today + FURTHEST_AHEAD:
            self.add_error("becomes", _("Please give a day to come, within the next two years."))

    @property
    def changes(self) -> dict[str, Any]:
        return RaceNews(becomes=self.cleaned_data["becomes"]).changes


@page_methods
@private
def race_news(request: StaffRequest, pk: int) -> HttpResponse:
    """What it would change, runner by runner; a press carries it out for the race."""
    rows = ListedDistance.objects.select_related("listed_race")
    listed, now = get_object_or_404(rows, pk=pk), timezone.now()
    clinic = Clinic.objects.the()
    if "back" in request.POST:
        return _take_back(request, listed, now)
    sent = request.POST if request.method == "POST" else request.GET
    told = "becomes" in sent or "cancelled" in sent or request.method == "POST"
    form = NewsForm(sent if told else None, listed=listed, today=clinic.day_of(now))
    form.is_pressed = request.method == "POST"
    context: dict[str, Any] = {"listed": listed, "form": form, "today": clinic.day_of(now)}
    if not told or not form.is_valid():
        context["latest"] = listed.news.first()
        return render(request, "desk/races/news.html", context, status=422 if form.errors else 200)
    if request.method == "POST":
        return _publish(request, listed, form, now)
    shown = Paginator(_runners(listed), A_PAGE).get_page(request.GET.get("page"))
    context |= {"shown": shown, "cohort": _cohort(clinic, listed, shown, form, now)}
    context["counts"] = _preview_counts(listed, form)
    return render(request, "desk/races/news.html", context)


def _preview_counts(listed: ListedDistance, form: NewsForm) -> dict[str, int]:
    runners = _runners(listed)
    follow = runners.filter(race_date=listed.race_date, outcome=Outcome.EXPECTED)
    mailed = follow.exclude(client__email="").filter(client__bounced_at=None)
    becomes = form.cleaned_data["becomes"]
    news = RaceNews(listed=listed, was=listed.race_date, becomes=becomes)
    known = known_days(news, list(mailed.values_list("client", flat=True)))
    return {
        "all": runners.count(),
        "by_mail": sum(day != becomes for day in known.values()),
        "own_date": runners.exclude(race_date=listed.race_date).count(),
    }


def _runners(listed: ListedDistance) -> QuerySet[Race]:
    return concerned(listed).select_related("client").order_by("client__name", "pk")


def _cohort(
    clinic: Clinic, listed: ListedDistance, shown: Page, form: NewsForm, now: datetime
) -> list[Consequence]:
    """Those of a page; who has given the race another date is only told."""
    there = [race for race in shown.object_list if race.race_date == listed.race_date]
    changed = [RaceChanged(race, listed.race_date, form.changes) for race in there]
    return consequences(clinic, changed, now=now)


def _take_back(request: StaffRequest, listed: ListedDistance, now: datetime) -> HttpResponse:
    news = listed.news.first()
    if news is None:
        return redirect("desk:race_news", listed.pk)
    try:
        news_of_races.take_back(news, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It takes place after all."))
    return redirect("desk:race_news", listed.pk)


def _publish(
    request: StaffRequest, listed: ListedDistance, form: NewsForm, now: datetime
) -> HttpResponse:
    was = day_in(request.POST.get("was", "")) or date.min
    try:
        news = news_of_races.publish(
            listed, was=was, becomes=form.cleaned_data["becomes"], by=who(request), now=now
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:race_news", listed.pk)
    return redirect("desk:settle_race_news", news.pk)


@dataclass(frozen=True)
class VisitToAsk:
    """A visit that no longer fits, its times as a form has them, and what was chosen before."""

    what: Unfitting
    chosen: str

    @property
    def times(self) -> list[tuple[str, Slot]]:
        return [(as_text(one), one) for one in self.what.choices]


@dataclass(frozen=True)
class RunnerToAsk:
    """A runner whose visits are asked about, or who is to be rung."""

    row: RunnerNews
    consequence: Consequence

    sent: Mapping[str, str]

    @property
    def visits(self) -> Sequence[VisitToAsk]:
        found = self.consequence.visits
        return [VisitToAsk(one, self.sent.get(one.name, "")) for one in found]


@page_methods
@private
def settle(request: StaffRequest, pk: int) -> HttpResponse:
    """Who is left, and what they want of their visits; a press settles those ticked, or one."""
    rows = RaceNews.objects.select_related("listed__listed_race")
    news, clinic, now = get_object_or_404(rows, pk=pk), Clinic.objects.the(), timezone.now()
    is_ticking = "tick" in request.POST
    if request.method == "POST" and not is_ticking:
        _settle(request, news, now)
        return redirect(reverse("desk:settle_race_news", args=[pk]))
    shown = Paginator(_left(news), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "news": news,
        "tick_all": is_ticking,
        "for_all": request.POST.get("all", KEEP),
        "shown": shown,
        "lines": _lines(list(shown.object_list), news, request.POST, clinic, now),
        "counts": _counts(news),
        "alone": news.runners.filter(state=NewsState.LEFT_ALONE).select_related("client"),
        "since": _changed_since(news),
        "settled": _settled(news),
    }
    return render(request, "desk/races/settle.html", context)


def _lines(
    rows: list[RunnerNews], news: RaceNews, sent: Mapping[str, str], clinic: Clinic, now: datetime
) -> list[RunnerToAsk]:
    known = known_days(news, [row.client_id for row in rows])
    changed = [
        RaceChanged(row.race, known[row.client_id], news.changes) for row in rows if row.race
    ]
    by_race = {one.race.pk: one for one in consequences(clinic, changed, now=now)}
    return [RunnerToAsk(row, by_race[row.race_id], sent) for row in rows if row.race_id in by_race]


def _left(news: RaceNews) -> QuerySet[RunnerNews]:
    """Whose race has followed, and who has not answered."""
    rows = _as_it_made_them(news).filter(settled_at=None)
    return rows.select_related("race__client", "client", "news").order_by("client__name", "pk")


def _as_it_made_them(news: RaceNews) -> QuerySet[RunnerNews]:
    """Whose race is still as the news made it."""
    return news.runners.filter(as_made(), client__erased_at=None)


def _changed_since(news: RaceNews) -> QuerySet[RunnerNews]:
    """Whose race was changed or taken out after that: they are left alone."""
    there = _as_it_made_them(news).values("pk")
    rows = news.runners.filter(state=NewsState.DONE).exclude(pk__in=there)
    return rows.select_related("client").order_by("client__name", "pk")


def _counts(news: RaceNews) -> dict[str, int]:
    found = news.runners.aggregate(
        all=Count("pk"),
        waiting=Count("pk", filter=Q(state=NewsState.WAITING)),
        settled=Count("pk", filter=~Q(settled_at=None)),
    )
    rows = list(news.runners.values_list("pk", flat=True))
    runners = news.runners.values("client")
    mails = Mail.objects.filter(client__in=runners, kind=MailKind.RACE_NEWS, about__row__in=rows)
    return {**found, "mails": mails.exclude(state=MailState.SUPERSEDED).count()}


def _settled(news: RaceNews) -> QuerySet[RunnerNews]:
    rows = news.runners.exclude(settled_at=None).select_related("client")
    return rows.order_by("-settled_at", "client__name")[:A_PAGE]


def _settle(request: StaffRequest, news: RaceNews, now: datetime) -> None:
    """Each runner for themselves; of whom it cannot be done, that is told."""
    one = whole_number(request.POST.get("one"))
    asked = [one] if one is not None else map(whole_number, request.POST.getlist("row"))
    rows = _left(news).filter(pk__in=[pk for pk in asked if pk is not None][:A_PAGE])
    done = 0
    for row in rows:
        try:
            answers = _answers(request, row, now)
            is_first = replanning.settle_news(row, answers, by=who(request), now=now)
        except Refused as refusal:
            messages.error(request, f"{row.client}: {refusal}")
            continue
        done += is_first
        if not is_first:
            words = _("{client} has answered meanwhile, and the first answer counts.")
            messages.info(request, words.format(client=row.client))
    if done:
        sentence = ngettext("{count} runner is settled.", "{count} runners are settled.", done)
        messages.success(request, sentence.format(count=done))
    elif not rows:
        messages.info(request, _("Nobody was ticked who is still to be settled."))


def _answers(request: StaffRequest, row: RunnerNews, now: datetime) -> list[VisitAnswer]:
    """Raises MovedMeanwhile where a visit is not as the page has shown it."""
    visits = Appointment.objects.filter(
        client=row.client_id, status=Status.BOOKED, starts_at__gt=now
    ).with_everything()
    found = [_answer(request, visit) for visit in visits]
    return [one for one in found if one]


def _answer(request: StaffRequest, visit: Appointment) -> VisitAnswer | None:
    """What its line says, else what is said for all; of what the page did not show, nothing."""
    if f"revision-{visit.public_id}" not in request.POST:
        return None
    said = request.POST.get(f"visit-{visit.public_id}") or request.POST.get("all", KEEP)
    if said == PROPOSED:
        said = request.POST.get(f"proposed-{visit.public_id}", KEEP)
    slots = [] if said in (KEEP, CANCEL) else read_slots([said])
    if said != CANCEL and not slots:
        return None
    if whole_number(request.POST.get(f"revision-{visit.public_id}")) != visit.revision:
        raise MovedMeanwhile
    return VisitAnswer(visit, slots[0] if slots else None)
