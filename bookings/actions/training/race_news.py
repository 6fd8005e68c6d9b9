"""A listed race is moved or cancelled: each of its runners' races follows, one after the other.

What is cut off goes on, and what is done twice changes nothing: a runner's row says whether theirs
is done. Their own visits stay until they, or the desk for them, say otherwise.
"""

import time
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.actions.mail.outbox import Notify, owe_about_their_data
from bookings.actions.one_worker import Work, alone_with
from bookings.actions.refusals import RaceRefused, Refused
from bookings.actions.training import races
from bookings.mail.wake_worker import ring
from bookings.models import (
    Client,
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
from bookings.models.mail.mails import MailQuerySet
from bookings.queries.training.consequences import RaceChanged, change_of, misfits_of
from bookings.queries.training.listed import concerned
from bookings.queries.training.plans import History
from bookings.queries.training.told import NOTHING_TO_ASK, known_day

TASK = "bookings.tasks.go_on_with_race_news"
AT_ONCE = 3  # seconds of a press; the rest is a worker's
AT_WORK_FOR = 10  # seconds of a worker, and then whatever else waits has its turn
MOST_RUNNERS = 500
OF_USE_FOR = timedelta(days=14)


class NewsRefused(Refused):
    """Somebody else has moved it meanwhile, or it says nothing new."""


def publish(
    listed: ListedDistance, *, was: date, becomes: date | None, by: str, now: datetime
) -> RaceNews:
    """Carry it out for the race: its day is another one, or it is cancelled; and as many of its
    runners as a press has time for. The same again is the first one's. Raises NewsRefused."""
    news = _written(listed, was=was, becomes=becomes, by=by, now=now)
    if not go_on(news, now=now, until=time.monotonic() + AT_ONCE):
        ring(TASK)
    return news


@transaction.atomic
def _written(
    listed: ListedDistance, *, was: date, becomes: date | None, by: str, now: datetime
) -> RaceNews:
    listed = ListedDistance.objects.select_for_update(no_key=True).get(pk=listed.pk)
    latest = listed.news.first()
    if latest and (latest.was, latest.becomes) == (was, becomes) and _is_as(listed, latest):
        return latest
    if listed.race_date != was or listed.cancelled_at:
        raise NewsRefused(_("It has been moved or cancelled since you opened this page."))
    if becomes == was:
        raise NewsRefused(_("It is on that day already."))
    runners = list(concerned(listed).order_by("race_date", "pk"))
    if len(runners) > MOST_RUNNERS:
        raise NewsRefused(_("It has more than 500 runners here: please ask for help."))
    news = RaceNews.objects.create(listed=listed, was=was, becomes=becomes, made_at=now, by=by)
    RunnerNews.objects.bulk_create(
        [RunnerNews(news=news, client_id=one.client_id, race=one) for one in runners]
    )
    listed.race_date, listed.cancelled_at = becomes or was, None if becomes else now
    listed.save(update_fields=["race_date", "cancelled_at"])
    return news


def _is_as(listed: ListedDistance, news: RaceNews) -> bool:
    if news.becomes is None:
        return listed.cancelled_at is not None
    return listed.race_date == news.becomes and listed.cancelled_at is None


def take_back(news: RaceNews, *, now: datetime) -> None:
    """A race that was cancelled takes place after all, on its day. Raises NewsRefused."""
    _taken_back(news, now=now)
    if not go_on(news, now=now, until=time.monotonic() + AT_ONCE):
        ring(TASK)


@transaction.atomic
def _taken_back(news: RaceNews, *, now: datetime) -> None:
    listed = ListedDistance.objects.select_for_update(no_key=True).get(pk=news.listed_id)
    is_latest = listed.news.first() == news and news.is_cancelled
    if not is_latest or listed.cancelled_at is None or news.was < Clinic.objects.the().day_of(now):
        raise NewsRefused(_("It has been moved or cancelled since you opened this page."))
    listed.cancelled_at = None
    listed.save(update_fields=["cancelled_at"])
    news.runners.filter(state=NewsState.DONE).update(state=NewsState.WAITING)


def go_on_with_all(*, now: datetime) -> bool:
    """Whether its time was over before the runners were, so that it is to be called again."""
    until = time.monotonic() + AT_WORK_FOR
    with alone_with(Work.RACE_NEWS) as is_mine:
        if not is_mine:
            return False
        waiting = RaceNews.objects.filter(runners__state=NewsState.WAITING).distinct()
        return not all(go_on(news, now=now, until=until) for news in waiting.order_by("pk"))


def go_on(news: RaceNews, *, now: datetime, until: float) -> bool:
    """False where its time was over first. What was said of the race before comes first."""
    clinic = Clinic.objects.the()
    rows = RunnerNews.objects.filter(news__listed=news.listed_id, news__lte=news.pk)
    waiting = rows.filter(state=NewsState.WAITING).order_by("news_id", "pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        if time.monotonic() > until:
            return False
        _carry_out(pk, clinic, now=now)
    return True


@transaction.atomic
def _carry_out(pk: int, clinic: Clinic, *, now: datetime) -> None:
    """Of one runner, under their lock."""
    found = RunnerNews.objects.select_for_update(of=("self",)).select_related("news__listed")
    row = found.filter(pk=pk).first()
    if row is None or row.state != NewsState.WAITING:
        return
    races.lock(Client.objects.get(pk=row.client_id))
    race = row.client.races.select_related("client").filter(pk=row.race_id or 0).first()
    row.race = race
    if row.news.is_taken_back:
        _bring_back(row, race, now)
        return
    row.why = _why_left_alone(race, row)
    if race and not row.why:
        try:
            with transaction.atomic():
                races.change(race, is_told=False, now=now, **row.news.changes)
        except RaceRefused as refusal:
            row.why = str(refusal)[:300]
    row.state = NewsState.LEFT_ALONE if row.why else NewsState.DONE
    if row.state == NewsState.DONE:
        _tell(row, clinic, now)
    row.save(update_fields=["state", "why", "settled_at", "settled_by"])


def _bring_back(row: RunnerNews, race: Race | None, now: datetime) -> None:
    """Into their plan, where it was cancelled with the others; told to who was told of that."""
    mails = Mail.objects.filter(kind=MailKind.RACE_NEWS, client=row.client_id, about__row=row.pk)
    is_told = mails.filter(data_at__isnull=False).exists() or row.is_answered
    visits = _visits_told_in(mails)
    row.state, row.why = NewsState.LEFT_ALONE, _("It takes place after all.")
    if race and race.outcome == Outcome.CANCELLED and race.race_date == row.news.was:
        try:
            with transaction.atomic():
                races.change(race, is_told=False, outcome=Outcome.EXPECTED, now=now)
        except RaceRefused as refusal:
            row.why = str(refusal)[:300]
        else:
            if is_told or visits:
                _owe(row, {"back": True, "visits": visits}, key=f"{row.news_id}:back", now=now)
    row.save(update_fields=["state", "why"])


def _why_left_alone(race: Race | None, row: RunnerNews) -> str:
    news = row.news
    if race is None or race.listed_id != news.listed_id:
        return _("They have taken it out of their plan since.")
    if race.race_date != news.was:
        return _("They have given it another date themselves.")
    if race.outcome != Outcome.EXPECTED:
        return _("They have said already how it went.")
    if _was_left_there(row):
        return _("They had given it that date themselves, before it was moved there.")
    return ""


def _was_left_there(row: RunnerNews) -> bool:
    """Whether this takes back what had not moved theirs."""
    before = RaceNews.objects.filter(listed=row.news.listed_id, pk__lt=row.news_id).first()
    if before is None or (before.was, before.becomes) != (row.news.becomes, row.news.was):
        return False
    return before.runners.filter(client=row.client_id, state=NewsState.LEFT_ALONE).exists()


def _tell(row: RunnerNews, clinic: Clinic, now: datetime) -> None:
    """One mail, about which the desk can still think again; who gets none is rung."""
    visits = _withdrawn(row)
    is_mailed = _owe(row, {"visits": visits} if visits else {}, key=str(row.news_id), now=now)
    if not is_mailed and known_day(row) != row.news.becomes:
        return  # to be rung
    if not _is_asked(row, clinic, now):
        row.settled_at, row.settled_by = now, NOTHING_TO_ASK


def _owe(row: RunnerNews, about: dict[str, Any], *, key: str, now: datetime) -> bool:
    """Whether a mail reaches them at all."""
    if not row.client.email or row.client.bounced_at:
        return False
    owe_about_their_data(
        MailKind.RACE_NEWS,
        row.client,
        key=key,
        about={"row": row.pk, **about},
        good_for=OF_USE_FOR,
        notify=Notify.from_the_desk(),
        now=now,
    )
    return True


def _withdrawn(row: RunnerNews) -> dict[str, int]:
    """Earlier mails about the race that have not gone out; the visits they were to tell of."""
    rows = RunnerNews.objects.filter(client=row.client_id, news__listed=row.news.listed_id)
    earlier = list(rows.filter(news__lt=row.news_id).values_list("pk", flat=True))
    there = Mail.objects.filter(
        client=row.client_id, kind=MailKind.RACE_NEWS, about__row__in=earlier
    )
    return _visits_told_in(there)


def _visits_told_in(mails: MailQuerySet) -> dict[str, int]:
    """Of those that have not gone out, which are withdrawn."""
    waiting = mails.not_gone_out()
    visits = [mail.about.get("visits", {}) for mail in waiting.select_for_update().order_by("pk")]
    waiting.supersede(_("Their race has changed again since."))
    return {pk: revision for told in visits for pk, revision in told.items()}


def _is_asked(row: RunnerNews, clinic: Clinic, now: datetime) -> bool:
    """Whether a visit of theirs no longer fits."""
    race = row.client.races.select_related("client").get(pk=row.race_id or 0)
    history = History.of(race.client)
    changed = RaceChanged(race, known_day(row), row.news.changes)
    change = change_of(changed, history, today=clinic.day_of(now))
    return bool(misfits_of(change, history, clinic, now))


def waiting_mail(row: RunnerNews) -> Mail | None:
    """The one mail about it while it has not gone out, held back for the caller's transaction."""
    mails = Mail.objects.filter(
        client=row.client_id, kind=MailKind.RACE_NEWS, about__row=row.pk, data_at=None
    )
    return mails.filter(state=MailState.SCHEDULED).select_for_update().first()


def is_asked_still(row: RunnerNews) -> bool:
    """Whether nobody has answered, and the race is as the news made it; held for the caller's
    transaction."""
    rows = RunnerNews.objects.select_for_update(of=("self",)).select_related("news", "race")
    found = rows.filter(pk=row.pk, settled_at=None).first()
    return found is not None and found.still_holds


def settle(row: RunnerNews, *, by: str, now: datetime) -> None:
    """Nothing is left to ask; the first answer stays."""
    still_asked = RunnerNews.objects.filter(pk=row.pk, settled_at=None)
    still_asked.update(settled_at=now, settled_by=by)
