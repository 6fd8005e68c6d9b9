"""What runs beside the web pages. Arguments are ids; the work itself is in actions."""

from celery import shared_task
from django.utils import timezone

from bookings.actions.mail import nudges, sending, sign_in_mails
from bookings.actions.people import leaving
from bookings.actions.records import checking, jobs
from bookings.actions.rota import busy_calendars, offers
from bookings.actions.scheduling import holds, unproved
from bookings.actions.series import race_sessions
from bookings.actions.series import tending as series
from bookings.actions.training import plan_links, race_news
from bookings.actions.waiting_list import tending
from bookings.mail.wake_worker import ring
from bookings.models import Component, Heartbeat


@shared_task(name="bookings.tasks.send_due_mails", ignore_result=True)
def send_due_mails(by_beat: bool = False) -> None:
    if by_beat:
        Heartbeat.objects.note(Component.BEAT)
    sign_in_mails.send_due()  # first, since somebody waits for the code
    sending.send_due(now=timezone.now())


@shared_task(name="bookings.tasks.expire_dead_holds", ignore_result=True)
def expire_dead_holds() -> None:
    holds.expire_dead_holds(now=timezone.now())


@shared_task(name="bookings.tasks.release_unproved", ignore_result=True)
def release_unproved() -> None:
    unproved.release_due(now=timezone.now())


@shared_task(name="bookings.tasks.plan_nudges", ignore_result=True)
def plan_nudges() -> None:
    nudges.plan_for_everybody(now=timezone.now())


@shared_task(name="bookings.tasks.bring_in_prices", ignore_result=True)
def bring_in_prices() -> None:
    offers.bring_in_prices(now=timezone.now())


@shared_task(name="bookings.tasks.end_logins_of_leavers", ignore_result=True)
def end_logins_of_leavers() -> None:
    leaving.leave_when_due(now=timezone.now())


@shared_task(name="bookings.tasks.tend_waiting_list", ignore_result=True)
def tend_waiting_list() -> None:
    tending.tend(now=timezone.now())


@shared_task(name="bookings.tasks.look_through_waiting_list", ignore_result=True)
def look_through_waiting_list() -> None:
    tending.look_through(now=timezone.now())


@shared_task(name="bookings.tasks.book_what_opens", ignore_result=True)
def book_what_opens() -> None:
    now = timezone.now()
    series.book_what_opens(now=now)
    race_sessions.book_what_opens(now=now)


@shared_task(name="bookings.tasks.go_on_with_imports", ignore_result=True)
def go_on_with_imports() -> None:
    if jobs.go_on_with_all(now=timezone.now()):
        ring(checking.TASK)  # behind what waits


@shared_task(name="bookings.tasks.fetch_calendars", ignore_result=True)
def fetch_calendars() -> None:
    """In a worker of its own: a site that is slow keeps nobody's mail waiting."""
    Heartbeat.objects.note(Component.CALENDARS)
    busy_calendars.fetch_due(now=timezone.now())
    plan_links.fetch_due(now=timezone.now())


@shared_task(name=race_news.TASK, ignore_result=True)
def go_on_with_race_news() -> None:
    if race_news.go_on_with_all(now=timezone.now()):
        ring(race_news.TASK)
