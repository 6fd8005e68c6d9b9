"""Mails about signing in: sent behind the answer, and forgotten."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test import Client as Browser
from django.utils import timezone

from bookings import tasks
from bookings.actions.mail import sign_in_mails
from bookings.management.commands.send_mail_loop import send_what_was_left
from bookings.models import SignInMail
from tests import factories

CODE_PAGE = "/accounts/login/code/"


@pytest.fixture(autouse=True)
def by_smtp(settings):
    """Not into the list that Django's tests keep."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def data(clinic):
    factories.make_client("Ana Demo", email="ana@example.com")
    Browser().post(CODE_PAGE, {"email": "ana@example.com"})
    return SignInMail.objects.get()


def test_it_goes_out_by_the_worker_and_leaves_nothing_behind(data, post_office):
    tasks.send_due_mails()
    (message,) = post_office.messages
    assert message["To"] == "ana@example.com"
    assert message["From"].startswith("Taper Clinic <")
    assert message["Subject"] == "Your code to sign in"
    assert "Your code to sign in is" in message.get_content()
    assert not SignInMail.objects.exists()


def test_the_code_stands_in_the_text_alone(data):
    code = data.body.split()[data.body.split().index("is") + 1]
    assert code not in data.subject


@pytest.mark.django_db(transaction=True)
def test_without_celery_the_loop_sends_it(data, post_office):
    send_what_was_left(timedelta(seconds=90))
    assert len(post_office.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_no_sender_waits_for_another_that_stands_still(data, post_office):
    SignInMail.objects.update(not_after=Now())
    frozen = connection.copy()
    try:
        with transaction.atomic(), frozen.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT FROM bookings_signinmail FOR UPDATE")
            with connection.cursor() as mine:
                mine.execute("SET LOCAL lock_timeout = '300ms'")
            sign_in_mails.send_due()
        assert SignInMail.objects.count() == 1
    finally:
        frozen.close()
    sign_in_mails.send_due()
    assert not SignInMail.objects.exists()


def test_one_that_has_waited_too_long_is_forgotten(data, post_office):
    SignInMail.objects.update(not_after=Now())
    sign_in_mails.send_due()
    assert not post_office.messages
    assert not SignInMail.objects.exists()


def test_without_a_mail_server_it_waits(data, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert sign_in_mails.send_due() == 0
    assert SignInMail.objects.exists()


def test_a_line_break_in_what_was_typed_makes_no_header(clinic, post_office):
    typed = "Hello\r\nBcc: everybody@example.com"
    sign_in_mails.owe("ana@example.com", typed, "Text", now=timezone.now())
    sign_in_mails.send_due()
    assert post_office.messages[0]["Bcc"] is None


def test_an_address_that_is_refused_holds_nobody_up(clinic, post_office):
    sign_in_mails.owe("no@@example.com", "x", "x", now=timezone.now())
    sign_in_mails.owe("ana@example.com", "x", "x", now=timezone.now())
    sign_in_mails.send_due()
    sign_in_mails.send_due()
    assert [message["To"] for message in post_office.messages] == ["ana@example.com"]


def test_no_subject_turns_an_apostrophe_into_marks_of_html():
    """Text is escaped by Django as pages are, unless a template says that it is none."""
    folder = settings.BASE_DIR / "templates/account/email"
    subjects = {path.name: path.read_text() for path in folder.glob("*_subject.txt")}
    filled = {name for name, text in subjects.items() if "{{" in text}
    assert "owners_told_subject.txt" in filled
    assert {name for name in filled if "{% autoescape off %}" not in subjects[name]} == set()
