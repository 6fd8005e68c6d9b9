"""Mail leaves encrypted, from the first byte or by STARTTLS; a wrong choice says what to set."""

import smtplib
import ssl

import pytest
from django.utils import timezone

from bookings.actions.mail import sign_in_mails
from bookings.mail import second_server, trouble
from bookings.models import MailState
from clinic.operations import mail_settings
from tests.mail.own_ca import server_context
from tests.mail.post_office import SAY_NOTHING, PostOffice

PLAIN, IMPLICIT, STARTTLS = "plain", "tls from the first byte", "starttls"


@pytest.fixture
def office(tmp_path, monkeypatch, settings):
    """Starts a post office that speaks so, which our programs trust."""
    context = server_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    offices = {
        PLAIN: PostOffice(),
        IMPLICIT: PostOffice(tls=context),
        STARTTLS: PostOffice(starttls=context),
    }
    started = []

    def _office(speaks):
        office = offices[speaks].__enter__()
        started.append(office)
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
        return office

    yield _office
    for one in started:
        one.__exit__()


def choose(settings, *, ssl=False, tls=False):
    settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = ssl, tls, 2


@pytest.mark.django_db
@pytest.mark.parametrize(("speaks", "chosen"), [(IMPLICIT, "ssl"), (STARTTLS, "tls")])
def test_both_kinds_of_mail_go_out_encrypted(office, settings, owed, send_due, speaks, chosen):
    choose(settings, **{chosen: True})
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    post_office, mail = office(speaks), owed()
    sign_in_mails.owe("a@example.com", "Code", "123", now=timezone.now())
    assert trouble.problem(2) == ""
    assert send_due() == 1  # and before it what is about signing in
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
    assert len(post_office.messages) == 2


@pytest.mark.parametrize(
    ("speaks", "chosen", "says"),
    [
        (IMPLICIT, {}, "set EMAIL_USE_SSL=true"),
        (IMPLICIT, {"tls": True}, "set EMAIL_USE_SSL=true and take EMAIL_USE_TLS away"),
        (STARTTLS, {"ssl": True}, "set EMAIL_PORT=587, EMAIL_USE_TLS=true"),
        (PLAIN, {"tls": True}, "knows no STARTTLS: set EMAIL_PORT=465"),
        (PLAIN, {"ssl": True}, "set EMAIL_PORT=587"),
    ],
)
def test_a_wrong_choice_says_what_to_set(office, settings, speaks, chosen, says):
    office(speaks)
    choose(settings, **chosen)
    assert says in trouble.problem(0.5)


@pytest.mark.parametrize("chosen", ["ssl", "tls"])
def test_a_certificate_that_nobody_known_has_signed_is_not_taken(
    office, settings, monkeypatch, chosen
):
    office(IMPLICIT if chosen == "ssl" else STARTTLS)
    monkeypatch.delenv("SSL_CERT_FILE")
    choose(settings, **{chosen: True})
    assert "The certificate of the mail server" in trouble.problem(2)


def of_a_certificate(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("certificate verify failed")
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (TimeoutError("timed out"), "Whoever rents out this machine may block port 587"),
        (
            smtplib.SMTPServerDisconnected("Connection unexpectedly closed: timed out"),
            "says nothing: if it speaks TLS from the first byte",
        ),
        (of_a_certificate(18), "signed by nobody but itself"),
        (of_a_certificate(62), "is EMAIL_HOST the very name"),
    ],
)
def test_silence_and_certificates_are_told_apart(settings, error, says):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp.clinic.london", 587
    assert says in trouble.in_words(error)


@pytest.mark.parametrize("host", ["smtp.clinic.london", "localhost"])
@pytest.mark.parametrize("code", [9, 10])
def test_a_certificate_out_of_its_time_is_no_wrong_name(settings, host, code):
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, 587
    said = trouble.in_words(of_a_certificate(code))
    assert "has run out, or is not valid yet" in said
    assert "EMAIL_HOST" not in said


def test_a_wrong_password_says_which_settings_and_tells_neither_it_nor_the_name(office, settings):
    office(PLAIN).password = "right"
    choose(settings)
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "dee@example.com", "wrong-secret"
    said = trouble.problem(2)
    assert "are EMAIL_HOST_USER and EMAIL_HOST_PASSWORD right?" in said
    assert "wrong-secret" not in said
    assert "dee@" not in said


@pytest.mark.parametrize(
    ("at", "says"),
    [
        (("EHLO", ""), "cannot be reached"),
        (("MAIL", "550 not from bo@example.com"), "lets you send from"),
        (("MAIL", "530 5.7.0 Must issue a STARTTLS command first"), "set EMAIL_PORT=587 and"),
        (("MAIL", "530 5.7.0 Authentication required"), "set EMAIL_HOST_USER and"),
        (("MAIL", "550 authentication required"), "set EMAIL_HOST_USER and"),
        (("MAIL", SAY_NOTHING), "and then falls silent: ask your mail’s host"),
    ],
)
def test_other_refusals_are_sentences_too(office, settings, at, says):
    post_office = office(PLAIN)
    choose(settings)
    if at[0] == "MAIL":
        post_office.will(at[1], at="MAIL")
    else:
        settings.EMAIL_PORT = 9
    said = trouble.problem(0.5)
    assert says in said
    assert "bo@" not in said


@pytest.mark.parametrize(("speaks", "chosen"), [(IMPLICIT, {"ssl": True}), (PLAIN, {})])
def test_a_server_that_falls_silent_at_the_login_is_not_blamed_on_the_firewall(
    office, settings, speaks, chosen
):
    office(speaks).seconds_at_login = 3600
    choose(settings, **chosen)
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "dee", "a-secret"
    said = trouble.problem(0.5)
    assert "falls silent when we sign in" in said
    assert "EMAIL_PORT" not in said


@pytest.mark.django_db
def test_a_password_that_no_server_can_be_sent_is_told_and_keeps_the_mail(
    office, settings, owed, send_due
):
    office(PLAIN).password = "right"
    choose(settings)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "dee", "fünf-wörter"
    said, mail = trouble.problem(2), owed()
    assert "a letter such as ä or é" in said
    assert "ü" not in said
    sign_in_mails.owe("a@example.com", "Code", "123", now=timezone.now())
    assert (send_due(), sign_in_mails.send_due()) == (0, 0)
    mail.refresh_from_db()
    assert mail.state == MailState.SCHEDULED
    assert "ü" not in mail.last_error


def test_on_this_machine_a_certificate_of_another_name_need_not_be_trusted(
    office, settings, monkeypatch
):
    office(STARTTLS)
    monkeypatch.delenv("SSL_CERT_FILE")
    choose(settings, tls=True)
    settings.EMAIL_HOST = "localhost"
    assert "EMAIL_USE_TLS=false" in trouble.problem(2)


@pytest.mark.parametrize(
    ("port", "ssl", "tls", "says"),
    [
        (465, True, False, ""),
        (587, False, True, ""),
        (2465, True, False, ""),
        (1025, False, False, ""),
        (465, True, True, "Set only one of EMAIL_USE_SSL"),
        (465, False, True, "EMAIL_PORT is 465, where mail servers speak TLS from the first byte"),
        (465, False, False, "EMAIL_PORT is 465, where"),
        (587, True, False, "EMAIL_PORT is 587, where TLS is asked for by STARTTLS"),
    ],
)
def test_at_the_start_the_port_and_the_choice_must_fit(settings, port, ssl, tls, says):
    settings.EMAIL_PORT = port
    choose(settings, ssl=ssl, tls=tls)
    assert " ".join(mail_settings.problems())[: len(says) or None] == says


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtps://u%40x:p%23@mail.example.com", True, 465),
        ("smtp://mail.example.com", False, 587),
        ("smtps://mail.example.com:2465", True, 2465),
    ],
)
def test_a_second_server_is_an_address(url, tls, port):
    server = second_server.read(url)
    assert server
    assert (server.tls, server.port) == (tls, port)
    assert "p#" not in repr(server)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("ALERT_EMAIL_URL", "mail.example.com"),
        ("ALERT_EMAIL_URL", "smtps://"),
        ("ALERT_EMAIL_URL", "smtp://a:b@c:port"),
        ("ALERT_URL", "http://ntfy.sh/secret-name"),
        ("ALERT_URL", "https://"),
        ("ALIVE_URL", "ping.example.com/secret-name"),
    ],
)
def test_an_address_for_alerts_that_is_none_is_named_without_what_it_says(settings, name, url):
    setattr(settings, name, url)
    (said,) = mail_settings.problems()
    assert said.startswith(f"Set {name} to")
    assert "secret-name" not in said
    assert "a:b" not in said
