"""Which mails a client gets: links in every mail, one click, and what is decided when sending."""

from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser
from django.utils import timezone

from bookings.actions.mail import preferences
from bookings.links import Purpose, client_url
from bookings.models import Mail, MailGroup, MailState

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def path(ana):
    """Of a link to Ana, without the site's address."""

    def _path(purpose, **facts) -> str:
        return urlsplit(client_url(purpose, ana, **facts)).path

    return _path


def fresh(client):
    client.refresh_from_db()
    return client


@pytest.mark.parametrize("group", list(MailGroup))
def test_one_click_without_a_cookie_stops_a_group(ana, path, group):
    preferences.choose(ana, group, wanted=True, how="test", now=timezone.now())
    strict = Browser(enforce_csrf_checks=True)
    url = path(Purpose.UNSUBSCRIBE, group=group)
    assert "Stop these emails?" in strict.get(url).content.decode()
    assert getattr(fresh(ana), group.field)
    assert strict.post(url, ONE_CLICK).status_code == 200
    assert not getattr(fresh(ana), group.field)
    assert ana.mail_consents.first().how == "one click"


def test_one_click_proves_nobodys_address(path, ana):
    ana.proved_at = None
    ana.save()
    Browser().post(path(Purpose.UNSUBSCRIBE, group="nudges"), ONE_CLICK)
    assert fresh(ana).is_provisional


def test_a_link_for_one_purpose_is_good_for_no_other(path):
    other = path(Purpose.PREFERENCES).replace("/mails/", "/unsubscribe/")
    assert Browser().post(other, ONE_CLICK).status_code == 404
    assert Browser().get("/unsubscribe/made-up/").status_code == 404


def test_the_page_shows_and_keeps_each_choice(client, ana, path):
    url = path(Purpose.PREFERENCES)
    shown = client.get(url).context["form"].initial
    assert shown == {"reminders": True, "nudges": False, "news": True}
    client.post(url, {"nudges": "on"})
    ana = fresh(ana)
    assert (ana.wants_reminders, ana.wants_nudges, ana.wants_news) == (False, True, False)
    assert ana.mail_consents.count() == 3
    client.post(url, {"nudges": "on"})
    assert ana.mail_consents.count() == 3


def test_who_wants_no_reminders_gets_none_and_the_row_says_why(visit, send_due, post_office):
    visit = visit()
    mail = Mail.objects.create(
        key="reminder:x", kind="reminder", client=visit.client, appointment=visit,
        created_at=timezone.now(), due_at=timezone.now(), not_after=visit.starts_at,
    )  # fmt: skip
    preferences.choose(
        visit.client, MailGroup.REMINDERS, wanted=False, how="test", now=timezone.now()
    )
    assert send_due() == 0
    mail.refresh_from_db()
    assert mail.state == MailState.CANCELLED
    assert mail.why == "The client wants no reminders of appointments."


def test_confirmations_come_whatever_was_chosen(owed, send_due, post_office):
    mail = owed()
    for group in MailGroup:
        preferences.choose(mail.client, group, wanted=False, how="test", now=timezone.now())
    assert send_due() == 1
