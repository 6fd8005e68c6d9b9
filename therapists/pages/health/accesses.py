"""For the owner: who read or wrote whose health data, when, and from where.

A line for each person, client and day; what was drawn of many clients at once (Today, the day
sheet) is one line of its own. Every single act is one press away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.paginator import Paginator
from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Concat, TruncDate
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.core.clients.search_text import bounded
from bookings.core.intervals import day_bounds
from bookings.core.roles import Role
from bookings.models import Clinic
from bookings.web.days import day_in
from bookings.web.filters import with_remembered
from bookings.web.requests import StaffRequest
from bookings.web.responses import private
from therapists.models import Access, AccessOperation, What

ON_A_PAGE = 50
DAYS = 31  # shown at once, so that years of them make no page slow
OF_MANY = ("therapists:today", "therapists:day", "therapists:follow_day", "therapists:sheet")
PLACES = {
    "today": gettext_lazy("Today"),
    "follow_day": gettext_lazy("Today"),
    "day": gettext_lazy("Today"),
    "mark": gettext_lazy("Today"),
    "sheet": gettext_lazy("Day sheet"),
    "brief": gettext_lazy("Brief"),
    "clear": gettext_lazy("Brief"),
    "note": gettext_lazy("Note"),
    "draft": gettext_lazy("Note"),
    "history": gettext_lazy("History"),
    "health": gettext_lazy("Health check"),
    "ask": gettext_lazy("Health check in the room"),
    "hand_over": gettext_lazy("Health check on the phone handed over"),
    "health_by_link": gettext_lazy("Health check"),
    "letter": gettext_lazy("Letter"),
    "letter_pdf": gettext_lazy("Letter"),
    "photo": gettext_lazy("Photo"),
    "add_photo": gettext_lazy("Photo"),
    "remove_photo": gettext_lazy("Photo"),
    "account": gettext_lazy("Own data"),
    "account_json": gettext_lazy("Own data"),
    "your_data": gettext_lazy("Own data"),
    "download": gettext_lazy("Own data"),
    "download_json": gettext_lazy("Own data"),
    "export_all": gettext_lazy("Export of everything"),
    "kept_records": gettext_lazy("Kept records"),
    "kept_record": gettext_lazy("Kept records"),
}


@dataclass(frozen=True)
class Filter:
    """What is asked of the log; `own` shows what clients have read of themselves as well."""

    who: str
    did: str
    own: bool
    every: bool
    until: date

    @classmethod
    def of(cls, request: StaffRequest, today: date) -> "Filter":
        asked = with_remembered(request, "accesses", "did", "own", "every")
        did = asked.get("did", "")
        return cls(
            who=bounded(asked.get("who", "")),
            did=did if did in AccessOperation.values else "",
            own="own" in asked,
            every="every" in asked,
            until=day_in(asked.get("until", "")) or today,
        )

    @property
    def query(self) -> str:
        """The same, for a link to another page of it."""
        told = {"until": self.until.isoformat(), "who": self.who, "did": self.did}
        flags = {name: "on" for name in ("own", "every") if getattr(self, name)}
        return urlencode({name: value for name, value in told.items() if value} | flags)

    def found(self, since: datetime, until: datetime) -> QuerySet[Access]:
        found = Access.objects.filter(at__gte=since, at__lt=until)
        if self.did:
            found = found.filter(did=self.did)
        if not self.own:
            found = found.but_own_looks()
        if self.who:
            login = Q(user__email__icontains=self.who) | Q(user__name__icontains=self.who)
            named = Q(who__icontains=self.who) | Q(client__name__icontains=self.who)
            found = found.filter(login | named)
        return found


@require_safe
@private
def accesses(request: StaffRequest) -> HttpResponse:
    """Of a month up to a day; of everybody, or of `who`: part of a login or a client's name."""
    clinic = Clinic.objects.the()
    asked = Filter.of(request, clinic.day_of(timezone.now()))
    shown = day_bounds(asked.until - timedelta(days=DAYS - 1), DAYS, clinic.tz)
    found = asked.found(shown.start, shown.end)
    lines = _by_act(found) if asked.every else _by_day(found, clinic.tz)
    page = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": page.object_list if asked.every else [_said(one) for one in page],
        "asked": asked,
        "operations": AccessOperation.choices,
        "since": shown.start,
        "days": DAYS,
    }
    return render(request, "therapists/health/accesses.html", context)


# Who signs in as a client may be somebody else, so that login's address is told.
LOGIN = Case(When(Q(who__startswith=Role.RUNNER), then=F("user__email")), default=Value(""))


def _by_act(accesses: QuerySet[Access]) -> QuerySet:
    """A line for each client on each page that somebody opened, with the records' numbers."""
    acts = accesses.annotate(login=LOGIN).values(
        "at", "who", "did", "what", "client", "client__name", "address", "page", "reason", "login"
    )
    records = ArrayAgg("record", order_by="record", distinct=True)
    return acts.annotate(records=records).order_by("-at", "client__name", "what")


def _by_day(accesses: QuerySet[Access], tz: ZoneInfo) -> QuerySet:
    """A line for each person, client, day and reason; for lists of many, one for each person."""
    is_list = Q(page__in=OF_MANY)
    told = accesses.annotate(
        login=LOGIN,
        day=TruncDate("at", tzinfo=tz),
        whose=Case(When(is_list, then=None), default=F("client")),
        name=Case(When(is_list, then=Value("")), default=F("client__name")),
    )
    lines = told.values("day", "who", "whose", "name", "reason", "login").annotate(
        since=Min("at"),
        until=Max("at"),
        acts=ArrayAgg(Concat("did", Value(" "), "what"), distinct=True),
        pages=ArrayAgg("page", distinct=True),
        addresses=ArrayAgg("address", distinct=True, filter=Q(address__isnull=False)),
        names=ArrayAgg("client__name", distinct=True, filter=is_list),
        clients=Count("client", distinct=True),
    )
    return lines.order_by("-until", "name", "who", "reason")


def _said(line: dict[str, Any]) -> dict[str, Any]:
    """The line with what was done, and where, in words."""
    return {**line, "did": _did(line["acts"]), "places": _places(line["pages"])}


def _did(acts: Iterable[str]) -> str:
    words = []
    for act in acts:
        did, _between, what = act.partition(" ")
        operation, record = AccessOperation(did).label, What(what).label
        words.append(_("{did} {what}").format(did=operation.lower(), what=str(record).lower()))
    return ", ".join(words)


def _places(pages: Iterable[str]) -> str:
    names = (page.rpartition(":")[2] for page in pages)
    return ", ".join(dict.fromkeys(str(PLACES.get(name, name)) for name in names))
