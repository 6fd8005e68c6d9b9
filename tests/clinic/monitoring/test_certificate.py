"""The site's certificate is seen as browsers see it, at public addresses alone."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import LastSeen, Seen, WatchedPart
from bookings.queries.office import watch
from clinic.monitoring import certificate
from tests.clinic.monitoring.web_hook import WebHook
from tests.factories import make_clinic
from tests.mail.own_ca import server_context

pytestmark = pytest.mark.real_clock


@contextmanager
def site(folder, monkeypatch, **made):
    with WebHook(server_context(folder, **made)) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
        yield running.url


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "is_trouble"), [(20, False), (13, True)])
def test_how_long_it_is_good_is_known_and_told_when_nobody_has_renewed_it(
    tmp_path, monkeypatch, settings, days, is_trouble
):
    settings.ENCRYPTED = True
    with site(tmp_path, monkeypatch, days=days) as settings.SITE_URL:
        certificate.look_when_due()
    assert set(LastSeen.objects.get(what=Seen.CERTIFICATE).facts) == {"since", "until"}
    (found,) = [
        one
        for one in watch.standings(make_clinic(), now=timezone.now())
        if one.part == WatchedPart.CERTIFICATE
    ]
    assert found.is_trouble == is_trouble
    assert ("should have been renewed" in found.says) == is_trouble


@pytest.mark.django_db
def test_one_that_lives_for_six_days_is_told_of_in_its_last_quarter(settings):
    settings.ENCRYPTED, now = True, timezone.now()
    for left, expected in ((30, True), (40, False)):
        until = now + timedelta(hours=left)
        since = until - timedelta(days=6)
        LastSeen.objects.note(Seen.CERTIFICATE, since=since.isoformat(), until=until.isoformat())
        found = next(
            one
            for one in watch.standings(make_clinic(), now=now)
            if one.part == WatchedPart.CERTIFICATE
        )
        assert found.is_trouble == expected


@pytest.mark.parametrize(
    ("made", "says"),
    [({"days": -1}, "has expired"), ({"host": "another.example"}, "IP address mismatch")],
)
def test_one_that_browsers_refuse_is_a_problem(tmp_path, monkeypatch, made, says):
    with site(tmp_path, monkeypatch, **made) as url:
        found = certificate.found(url)
    assert "Browsers do not trust the site’s certificate" in found["problem"]
    assert says in found["problem"]


def test_a_name_that_leads_into_our_own_network_is_not_asked(monkeypatch):
    asked = threading.Event()
    monkeypatch.setattr(certificate, "_shown", lambda *_: asked.set())
    for address in ("127.0.0.1", "10.1.2.3", "169.254.169.254", "fd00::1", "::ffff:10.0.0.1"):
        told = [(2, 1, 6, "", (address, 443))]
        monkeypatch.setattr(certificate.socket, "getaddrinfo", lambda *_, told=told, **__: told)
        assert "not public" in certificate.found("https://book.example.com")["unknown"]
    assert not asked.is_set()


def test_a_site_that_does_not_answer_is_not_known_and_no_alarm(monkeypatch):
    assert "not known here" in certificate.found("https://127.0.0.1:9")["unknown"]
    assert "no address" in certificate.found("https://nowhere.invalid")["unknown"]
