"""Behind the mail about a race that is moved or cancelled: what becomes of one's own visits."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.refusals import Refused
from bookings.actions.scheduling import replanning
from bookings.core.roles import Role
from bookings.links import Purpose
from bookings.models import Client, Clinic, RunnerNews
from bookings.queries.training.consequences import RaceChanged, change_of
from bookings.queries.training.told import known_day
from bookings.web.client_links import for_a_client
from bookings.web.responses import page_methods, status_of
from bookings.web.training.plan_store import ClientPlan
from bookings.web.training.race_change import Question, answer_of, questions_of


@page_methods
@for_a_client(Purpose.RACE_NEWS)
def race_news(request: HttpRequest, client: Client, facts: dict[str, Any]) -> HttpResponse:
    rows = RunnerNews.objects.select_related("news__listed__listed_race", "race__client")
    row = rows.filter(pk=facts["row"], client=client).first()
    if row is None:
        raise Http404
    questions = _questions(request, row, client)
    if request.method != "POST" or row.settled_at or not row.still_holds:
        return _page(request, row, questions)
    answers = [answer for one in questions if (answer := answer_of(request, one))]
    try:
        is_first = replanning.settle_news(row, answers, by=Role.RUNNER, now=timezone.now())
    except Refused as refusal:
        return _page(request, row, _questions(request, row, client), refusal)
    if is_first:
        messages.success(request, _("Thank you. Your appointments are as you said."))
    else:
        messages.info(request, _("This was answered before, and the first answer counts."))
    return redirect(request.path)


def _questions(request: HttpRequest, row: RunnerNews, client: Client) -> list[Question]:
    if row.settled_at or not row.still_holds or row.race is None:
        return []
    clinic, now = Clinic.objects.the(), timezone.now()
    store = ClientPlan(client)
    changed = RaceChanged(row.race, known_day(row), row.news.changes)
    change = change_of(changed, store.history, today=clinic.day_of(now))
    return questions_of(request, store, change, clinic, now)


def _page(
    request: HttpRequest,
    row: RunnerNews,
    questions: list[Question],
    refusal: Refused | None = None,
) -> HttpResponse:
    context = {
        "row": row,
        "news": row.news,
        "was": known_day(row),
        "questions": questions,
        "refusal": refusal,
    }
    status = status_of(refusal) if refusal else 200
    return render(request, "runner/training/race_news.html", context, status=status)
