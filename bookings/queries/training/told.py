"""On which day runners know their race to be, while news of it may not have reached them."""

from collections.abc import Collection, Iterable
from datetime import date

from bookings.models import Mail, MailKind, NewsState, RaceNews, RunnerNews

NOTHING_TO_ASK = "nothing"  # by whom a row is settled of which nobody was asked


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


def _told(rows: Iterable[RunnerNews]) -> set[int]:
    answered = {row.pk for row in rows if row.settled_by not in ("", NOTHING_TO_ASK)}
    mails = Mail.objects.filter(kind=MailKind.RACE_NEWS, about__row__in=[row.pk for row in rows])
    return answered | set(mails.filter(data_at__isnull=False).values_list("about__row", flat=True))
