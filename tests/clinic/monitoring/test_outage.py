"""The database goes away, and pages are refused: what visitors read, and what the log says."""

import contextlib
import io
import logging
from logging import StreamHandler

import pytest
from django.db import OperationalError, connection, connections
from django.db.utils import InternalError

from bookings.models import Heartbeat
from tests.factories import make_clinic, make_treatment, make_user

PHONE = "020 7946 0000"
PAGES = ["/", "/book/sports-massage-60/", "/plan/", "/accounts/login/", "/desk/", "/diary/"]


@contextlib.contextmanager
def set_to(**changed):
    usual = {name: connection.settings_dict[name] for name in changed}
    connections.close_all()
    connection.settings_dict.update(changed)
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict.update(usual)


@pytest.fixture
def log():
    """What goes to standard error, by the handler of the settings."""
    (handler,) = [one for one in logging.getLogger().handlers if type(one) is StreamHandler]
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream.getvalue
    handler.setStream(before)


@pytest.fixture
def browser(transactional_db, client):
    make_clinic(phone=PHONE)
    make_treatment(slug="sports-massage-60")
    client.force_login(make_user("dee@example.com", is_superuser=True))
    client.raise_request_exception = False
    assert client.get("/").status_code == 200
    return client


@pytest.mark.parametrize("page", PAGES)
def test_without_a_database_a_page_is_503_with_the_clinics_phone_and_no_traceback(
    browser, page, log
):
    with set_to(NAME="nowhere"):
        answer = browser.get(page)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert PHONE in answer.content.decode()
    said = log()
    assert "OperationalError" in said
    assert "Traceback" not in said


def test_a_form_that_is_sent_meanwhile_is_answered_likewise(browser):
    with set_to(NAME="nowhere"):
        answer = browser.post("/accounts/login/", {"login": "a@example.com", "password": "x"})
    assert (answer.status_code, PHONE in answer.content.decode()) == (503, True)


def test_when_it_is_back_so_are_the_pages(browser):
    with set_to(NAME="nowhere"):
        assert browser.get("/").status_code == 503
    assert browser.get("/").status_code == 200


def test_a_database_that_cannot_write_is_told_by_readiness_and_by_the_alarm(browser):
    Heartbeat.objects.create(part="beat", at="2026-12-02T09:00Z")
    read_only = {"options": "-c default_transaction_read_only=on"}
    with set_to(OPTIONS=read_only):
        with pytest.raises(InternalError):
            Heartbeat.objects.update(at="2026-12-02T09:00Z")
        ready, alarm = browser.get("/readyz"), browser.get("/healthz")
        assert browser.post("/accounts/logout/").status_code == 503
    assert ready.json()["checks"]["database"].startswith("The database answers, but cannot write")
    assert (ready.status_code, alarm.status_code) == (503, 503)


def test_a_disk_that_takes_no_more_of_the_databases_files_is_told(browser):
    """As far as PostgreSQL lets itself be limited: a row that fits is taken, a file is not."""
    full = {"options": "-c temp_file_limit=1kB"}
    with set_to(OPTIONS=full, USER="postgres"):  # whose right it is to set it
        Heartbeat.objects.create(part="beat", at="2026-12-02T09:00Z")
        answer = browser.get("/readyz")
    assert answer.json()["checks"]["database"].startswith("The database answers, but cannot write")


def test_without_a_database_readiness_says_that_it_does_not_answer(browser):
    browser.logout()
    with set_to(NAME="nowhere"):
        with pytest.raises(OperationalError):
            connection.ensure_connection()
        for path in ("/readyz", "/healthz"):
            answer = browser.get(path)
            assert answer.status_code == 503
            assert "The database does not answer." in answer.content.decode()


def test_a_spool_that_is_full_is_told(browser, settings, tmp_path):
    settings.ERASURES_FILE = tmp_path / "gone" / "erasures.jsonl"
    told = browser.get("/readyz").json()["checks"]["spool"]
    assert told == f"{tmp_path / 'gone'} takes no files: No such file or directory."


@pytest.mark.parametrize("page", ["/desk/", "/plan/keep/"])
def test_a_page_that_is_refused_logs_no_traceback(client, clinic, page, log):
    client.force_login(make_user("ana@example.com"))
    status = client.get(page).status_code
    assert 400 <= status < 500
    said = log()
    assert page in said
    assert "Traceback" not in said


def test_a_host_that_is_not_ours_logs_no_traceback(client, clinic, log):
    assert client.get("/", headers={"host": "evil.example.com"}).status_code == 400
    assert "Traceback" not in log()
