"""The owner sees what the mail server and the DNS say, what to put there, and of a test mail."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.actions.mail import sign_in_mails
from bookings.models import Component, Heartbeat, LastSeen, Seen, SignInMail
from tests.mail.post_office import PostOffice
from tests.office.watch.dns_server import DnsServer

pytestmark = pytest.mark.real_clock  # dnspython has no patience else
PAGE = "/office/mail-setup/"
KEY = "v=DKIM1; k=rsa; p=" + "A" * 392


@pytest.fixture
def dns(settings):
    with DnsServer() as server:
        settings.DNS_SERVERS, server.texts = [server.address], {"clinic.london": []}
        settings.DEFAULT_FROM_EMAIL = "The Clinic <clinic@clinic.london>"
        yield server


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with PostOffice() as office:
        settings.EMAIL_PORT = office.port
        yield office


def read(answer) -> dict[str, tuple[bool, str]]:
    """By record: whether it is well, and what to put."""
    return {one.title: (one.is_good, one.put) for one in answer.context["records"]}


def test_what_is_missing_is_said_with_what_to_put(office, dns, mail_server):
    assert "It has not been checked yet." in office.get(PAGE).text
    answer = office.post(PAGE, {"selector": ""}, follow=True)
    assert read(answer) == {
        "SPF": (False, "v=spf1 include:… ~all"),
        "DKIM": (False, ""),
        "DMARC": (False, "v=DMARC1; p=none; rua=mailto:desk@example.com"),
    }
    assert "It answers and lets us in." in answer.text


def test_what_is_there_is_well(office, dns, mail_server):
    dns.texts = {
        "clinic.london": ["v=spf1 mx -all", "something=else"],
        "s7._domainkey.clinic.london": [KEY],
        "_dmarc.clinic.london": ["v=DMARC1; p=quarantine"],
    }
    answer = office.post(PAGE, {"selector": " S7._domainkey.clinic.london "}, follow=True)
    assert read(answer) == {"SPF": (True, ""), "DKIM": (True, ""), "DMARC": (True, "")}
    assert KEY in answer.text
    assert office.get(PAGE).context["form"]["selector"].value() == "s7"


def test_a_known_host_of_mail_is_named_in_the_record_to_put(office, dns, settings):
    dns.texts = {"clinic.london": ["v=spf1 mx ~all"]}
    settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp.fastmail.com", 9
    LastSeen.objects.note(
        Seen.MAIL_RECORDS, domain="clinic.london", spf=["v=spf1 mx ~all"], dmarc=[], dkim={}
    )
    shown = read(office.get(PAGE))
    assert shown["SPF"] == (False, "v=spf1 include:spf.messagingengine.com mx ~all")


@pytest.mark.parametrize("typed", ["a b", "../etc", "x" * 300, "s1\nevil.example", "@", "ß", "-"])
def test_what_is_no_name_of_a_key_is_not_asked(office, dns, typed):
    answer = office.post(PAGE, {"selector": typed})
    assert answer.status_code == 422
    assert dns.asked == []


def test_only_our_own_domain_is_asked_about(office, dns, mail_server):
    office.post(PAGE, {"selector": "s1.elsewhere", "domain": "victim.example"})
    assert dns.asked
    assert all(name.endswith("clinic.london") for name in dns.asked)


def test_a_dns_that_is_slow_costs_three_seconds_and_is_said(office, dns, mail_server, monkeypatch):
    monkeypatch.setattr("bookings.queries.mail.mail_records.SECONDS", 0.3)
    dns.seconds, begun = 5, time.monotonic()
    answer = office.post(PAGE, {"selector": ""}, follow=True)
    assert time.monotonic() - begun < 4
    assert "Nobody answered in time." in answer.text


def test_it_is_asked_five_times_in_ten_minutes_and_then_shows_what_was_found(
    office, dns, mail_server
):
    for _ in range(5):
        found = office.post(PAGE, {"selector": "s1"}, follow=True)
    asked = len(dns.asked)
    answer = office.post(PAGE, {"selector": "s2"})
    assert answer.status_code == 429
    assert "tried too often" in answer.text
    assert read(answer) == read(found)
    assert answer.context["form"]["selector"].value() == "s2"
    assert len(dns.asked) == asked


@pytest.mark.parametrize(
    "domain", ["nobody.london", "example.com", "localhost", "[192.0.2.1]", "192.0.2.1"]
)
def test_a_domain_that_does_not_exist_is_told_instead_of_records_to_put_there(
    office, dns, mail_server, settings, domain
):
    settings.DEFAULT_FROM_EMAIL = f"clinic@{domain}"
    answer = office.post(PAGE, {"selector": ""}, follow=True)
    assert read(answer) == {}
    assert f"There is no domain {domain} that mail can come from" in answer.text
    assert dns.asked == (["nobody.london"] if domain == "nobody.london" else [])


def test_a_test_mail_that_waits_for_a_dead_worker_says_so_here_and_tries_the_second_way_at_once(
    office, mail_server, settings
):
    Heartbeat.objects.note(Component.SENDER)
    Heartbeat.objects.update(at=timezone.now() - timedelta(days=1))
    with PostOffice() as second:
        settings.ALERT_EMAIL_URL = f"smtp://127.0.0.1:{second.port}"
        page = office.post("/office/test-mail/", {"back": "mail_setup"}, follow=True).text
    assert "It waits to go out." in page
    assert "docker compose restart worker" in page
    assert "Whatever is found here, no mail leaves at the moment" in page
    assert "ALERT_EMAIL_URL took the message." in page
    assert "this is how you are told of trouble" in second.messages[0]["Subject"]
    assert "ALERT_EMAIL_URL took the message." in office.get("/office/watch/").text


def test_no_secret_is_shown(office, dns, mail_server, settings):
    mail_server.password = "right"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "dee", "wrong-secret"
    settings.ALERT_EMAIL_URL = "smtps://u:another-secret@mail.example.com"
    settings.ALERT_URL = "https://ntfy.example/a-secret-name"
    page = (
        office.post(PAGE, {"selector": "s1"}, follow=True).text + office.get("/office/watch/").text
    )
    assert "are EMAIL_HOST_USER and EMAIL_HOST_PASSWORD right?" in page
    assert not [one for one in ("wrong-secret", "another-secret", "a-secret-name") if one in page]


def test_a_test_mail_is_followed_until_the_owner_has_found_it(office, mail_server):
    sent = office.post("/office/test-mail/", {"back": "mail_setup"}, follow=True)
    assert "It waits to go out." in sent.text
    assert sign_in_mails.send_due() == 1
    assert "Where did you find it?" in office.get(PAGE).text
    found = office.post("/office/mail-setup/arrived/", {"where": "spam"}, follow=True)
    assert "It arrived among spam" in found.text
    office.post("/office/mail-setup/arrived/", {"where": "<script>"})
    assert LastSeen.objects.get(what=Seen.TEST_MAIL).facts == {"arrived": "spam"}


@pytest.mark.parametrize(
    ("at", "says"), [("RCPT", "refused the recipient"), ("MAIL", "lets you send from")]
)
def test_a_test_mail_that_is_refused_says_why(office, mail_server, at, says):
    mail_server.will("550 no such owner@example.com", at=at)
    office.post("/office/test-mail/")
    sign_in_mails.send_due()
    SignInMail.objects.all().delete()
    page = office.get(PAGE).text
    assert says in page
    assert "550 no such …" in page
