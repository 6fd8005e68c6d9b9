"""What runners know of a race that is moved or cancelled, and who is still to be asked or rung."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from bookings.models import Mail, MailKind, NewsState, Outcome, RaceNews, RunnerCall, RunnerNews

NOTHING_TO_ASK = "nothing"  # by whom a row is settled of which nobody was asked


def as_made(prefix: str = "") -> Q:
    """Whose race is still as the news made it."""
    there = Q(**{f"{prefix}news__becomes": F(f"{prefix}race__race_date")})
    gone = Q(**{f"{prefix}news__becomes": None, f"{prefix}race__outcome": Outcome.CANCELLED})
    return Q(**{f"{prefix}state": NewsState.DONE}) & (there | gone)


@dataclass(frozen=True)
class ToAsk:
    """News about which `left` runners have not answered."""

    news: RaceNews
    left: int


def to_ask(today: date) -> list[ToAsk]:
    """Of races to come."""
    is_ahead = Q(becomes__gte=today) | Q(becomes=None, was__gte=today)
    left = as_made("runners__") & Q(runners__settled_at=None, runners__client__erased_at=None)
    asked = RaceNews.objects.filter(is_ahead).annotate(left=Count("runners", filter=left))
    found = asked.filter(left__gt=0).select_related("listed__listed_race")
    return [ToAsk(one, one.left) for one in found]


def to_ring_about_races() -> int:
    """Runners on the phone list who have not been rung."""
    return RunnerCall.objects.filter(done_at=None, race__client__erased_at=None).count()


def known_day(row: RunnerNews) -> date:
    """Before this news: what they were told last, or have answered about."""
    return known_days(row.news, [row.client_id])[row.client_id]


def known_days(news: RaceNews, clients: Collection[int]) -> dict[int, date]:
    """Of each; two queries. `news` may not have been published yet."""
    rows = RunnerNews.objects.filter(
        news__listed=news.listed_id, client__in=clients, state=NewsState.DONE
    ).select_related("news")
    earlier = rows.filter(news__lt=news.pk) if news.pk else rows
    known, reached = dict.fromkeys(clients, news.was), set[int]()
    in_order = list(earlier.order_by("-news_id"))
    told = _told(in_order)
    for row in in_order:
        if row.client_id not in reached and row.pk not in told:
            known[row.client_id] = row.news.was
        else:
            reached.add(row.client_id)
    return known


def _told(rows: Collection[RunnerNews]) -> set[int]:
    answered, numbers = {row.pk for row in rows if row.is_answered}, [row.pk for row in rows]
    clients = {row.client_id for row in rows}
    mails = Mail.objects.filter(client__in=clients, kind=MailKind.RACE_NEWS, about__row__in=numbers)
    return answered | set(mails.filter(data_at__isnull=False).values_list("about__row", flat=True))
