"""A private calendar’s link on a phone: pasted, looked through, kept, and followed."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser import days
from tests.browser.logins import let_in
from tests.fetching.feeds import LINK, Feed, training

FOLLOW = """
from django.utils import timezone
from bookings.actions.training import plan_links
from bookings.models import PlanLink
PlanLink.objects.update(due_at=timezone.now())
print(plan_links.fetch_due(now=timezone.now()))
"""


def a_plan(hard: str) -> list[str]:
    titles = {1: hard, 3: "Long Run - 24 km"}
    ahead = (days.today() + timedelta(days=n) for n in range(84))
    return [training(day, titles.get(day.weekday(), "Easy run")) for day in ahead]


def test_a_pasted_link_is_looked_through_kept_and_followed(
    open_context, feed_server, run, for_everybody
):
    feed = Feed(feed_server)
    feed.says(*a_plan("6 x 800m"))
    page = let_in(open_context(viewport={"width": 390, "height": 800}).new_page(), "runner")
    page.goto("/plan/own/")
    page.get_by_label("Private calendar link").fill(LINK)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("12 long runs, 12 hard days read.")
    page.get_by_role("button", name="Yes, keep these days").first.click()
    own = page.locator(".own-plan")
    expect(own).to_contain_text("Read from feeds.example.com/…f3a")
    feed.says(*a_plan("Easy run"))
    assert run(FOLLOW).strip() == "1"
    page.reload()
    expect(own).to_contain_text("12 long runs, 0 hard days")
    feed.answers(410)
    assert run(FOLLOW).strip() == "1"
    page.goto("/plan/own/")
    expect(page.locator("main")).to_contain_text("The calendar is no longer at this address.")
    for_everybody(page, read_at=[390])
    page.get_by_text("Remove these days and the link").click()
    page.get_by_role("button", name="Yes, remove them").click()
    expect(page.locator("main")).to_contain_text("are removed here")
