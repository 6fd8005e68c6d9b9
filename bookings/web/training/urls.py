"""A plan's pages, which the runner's site and the desk's both mount."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path

from bookings.web import days  # noqa: F401 - <day:…> in routes
from bookings.web.training import basket, feedback, plan, race_change
from bookings.web.training.own_plan import misplaced
from bookings.web.training.own_plan import pages as own_plan_pages

View = Callable[..., HttpResponse]
Page = tuple[str, Callable[..., Any], str]

# Views that take (request, store). A race's page, whose address is the race's day, has a place of
# its own with each of the two.
PLAN: tuple[Page, ...] = (
    ("", plan.plan, "plan"),
    ("habits/", plan.habits, "habits"),
    ("efforts/", feedback.effort, "effort"),
    ("sessions/", feedback.session, "session"),
    ("choose/", basket.choose, "choose"),
    ("times/<slug:slug>/", plan.times, "plan_times"),
    ("times/<slug:slug>/choose/", basket.choose_time, "choose_time"),
    ("visits/", misplaced.answer, "misplaced"),
    ("book/", basket.basket, "basket"),
    ("book/change/", basket.change, "change_basket"),
)
RUNNERS_PLAN: tuple[Page, ...] = (
    *PLAN,
    ("keep/", plan.keep, "keep"),
    ("own/", own_plan_pages.own_plan, "own_plan"),
    ("own/sample/", own_plan_pages.sample, "sample_own_plan"),
    ("own/check/", own_plan_pages.check, "check_own_plan"),
    ("own/again/", own_plan_pages.read_again, "read_own_plan_again"),
    ("own/remove/", own_plan_pages.remove, "remove_own_plan"),
    ("<day:day>/", race_change.race, "race"),
)
DESKS_PLAN: tuple[Page, ...] = (*PLAN, ("races/<day:day>/", race_change.race, "race"))


def mounted(
    pages: Iterable[Page], at: str, through: Callable[[View], View], prefix: str = ""
) -> list[URLPattern]:
    """Routes of the pages under an address; `through` finds the plan that their views take."""
    return [path(at + route, through(view), name=prefix + name) for route, view, name in pages]
