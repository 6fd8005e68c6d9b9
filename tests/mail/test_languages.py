"""Every mail is written in the language of whoever gets it, whoever has it written."""

import re
from email.message import EmailMessage
from html import unescape

import pytest
from django.conf import settings
from django.utils import timezone, translation
from icalendar import Calendar

from bookings.core.roles import Role
from bookings.mail.compose import compose
from bookings.models import Clinic, Mail, MailKind, PlanLink, Race, SignInMail, Therapist, Treatment
from bookings.web.mail.samples import sample
from clinic.accounts.adapter import AccountAdapter
from clinic.demo.pseudo_languages import LONGER, RIGHT_TO_LEFT, from_the_right, longer
from tests.factories import make_client, make_user
from therapists import feeds

PROTOCOL = " ".join((settings.BASE_DIR / "bookings/protocol.yaml").read_text().split())
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("more_languages", "visit")]


@pytest.fixture
def written(clinic, visit):
    """Composes a mail of a kind in a language, about the same each time."""
    visit()
    made: dict[str, Mail] = {}

    def _written(kind=MailKind.CONFIRMED, *, language) -> EmailMessage:
        mail = made.get(kind) or made.setdefault(kind, sample(kind, clinic, now=timezone.now()))
        mail.client.language = language
        return compose(mail, clinic, now=timezone.now())

    return _written


def readable(page: str) -> str:
    return unescape(re.sub(r"<(style|title).*?</\1>|<[^>]*>", "\n", page, flags=re.DOTALL))


def not_ours_to_translate(clinic) -> str:
    """What the clinic has typed, its protocol, and the names that samples have."""
    named = [row for model in (Treatment, Therapist, Race, PlanLink) for row in model.objects.all()]
    typed = [
        clinic.name,
        clinic.address,
        clinic.address.replace("\n", ", "),
        clinic.what_to_wear,
        clinic.how_to_find_us,
    ]
    return "\n".join(["Robin Sample", *map(str, named), *typed, PROTOCOL])


def part(message: EmailMessage, subtype: str) -> str:
    return next(one.get_content() for one in message.walk() if one.get_content_subtype() == subtype)


@pytest.mark.parametrize("kind", list(MailKind))
def test_a_mail_says_in_which_language_and_direction_it_is(written, kind):
    assert '<html lang="en-xa">' in part(written(kind, language=LONGER), "html")
    assert '<html lang="ar-xb" dir="rtl">' in part(written(kind, language=RIGHT_TO_LEFT), "html")


@pytest.mark.fixed_clock("2026-11-24T09:00")  # links say in which second they were made
@pytest.mark.parametrize("kind", list(MailKind))
def test_a_prepared_template_says_what_djangos_own_tags_say(written, kind, settings):
    for language in ("", LONGER, RIGHT_TO_LEFT):
        said = []
        for is_prepared in (True, False):
            settings.DEBUG = not is_prepared
            message = written(kind, language=language)
            said.append((message["Subject"], part(message, "plain"), part(message, "html")))
        assert said[0] == said[1]


def test_words_for_readers_of_plain_text_and_calendars_are_in_it_too(written):
    message = written(language=LONGER)
    assert "London time" in part(written(language=""), "plain")
    assert "(London tîmé" in part(message, "plain")
    calendar = Calendar.from_ical(part(message, "calendar"))
    assert " àtà " in str(calendar.events[0]["summary"])


@pytest.mark.parametrize("kind", list(MailKind))
def test_whatever_is_not_of_the_database_or_the_protocol_is_translated(written, kind, clinic):
    message = written(kind, language=RIGHT_TO_LEFT)
    known = not_ours_to_translate(clinic)
    for text in (message["Subject"], part(message, "plain"), readable(part(message, "html"))):
        untranslated = re.sub(r"https?://\S+|\u202e[^\u202c]*\u202c|[^\x00-\x7f]+", "|", text)
        for run in re.findall(r"[A-Za-z][\w ’]*", untranslated):
            assert run.strip() in known


def test_who_looks_at_it_does_not_change_it(written):
    with translation.override(RIGHT_TO_LEFT):
        assert '<html lang="en-xa">' in part(written(language=LONGER), "html")
        assert '<html lang="en-gb">' in part(written(language=""), "html")
        assert translation.get_language() == RIGHT_TO_LEFT


def test_a_language_whose_catalog_is_gone_is_the_clinics(written):
    assert '<html lang="en-gb">' in part(written(language="fr"), "html")


@pytest.mark.parametrize(
    ("own", "on_the_page", "told"),
    [(LONGER, RIGHT_TO_LEFT, LONGER), ("", RIGHT_TO_LEFT, RIGHT_TO_LEFT)],
)
def test_a_code_is_mailed_in_the_clients_language_or_the_pages(own, on_the_page, told):
    make_client(email="ana@example.com", language=own)
    assert _language_of_a_code("ana@example.com", None, on_the_page) == told


def test_staff_are_written_to_in_the_clinics_language():
    desk = make_user("dee@example.com", role=Role.DESK)
    assert _language_of_a_code(desk.email, desk, RIGHT_TO_LEFT) == "en-gb"


def _language_of_a_code(address: str, user, on_the_page: str) -> str:
    with translation.override(on_the_page):
        AccountAdapter().send_mail(
            "account/email/login_code",
            address,
            {"user": user, "clinic": Clinic.objects.the(), "code": "7"},
        )
    body = SignInMail.objects.get().body
    said = {"en-gb": "Hello,", LONGER: longer("Hello,"), RIGHT_TO_LEFT: from_the_right("Hello,")}
    return next(language for language, hello in said.items() if body.startswith(hello))


def test_a_subscribed_calendar_is_in_its_clients_language(clinic, visit):
    booked = visit(client=make_client(language=LONGER))
    feed = feeds.renew(client=booked.client)
    assert " àtà " in feeds.calendar_of(feed, clinic, now=timezone.now()).decode()
    feed = feeds.renew(client=make_client("Bo Demo"))
    assert "àtà" not in feeds.calendar_of(feed, clinic, now=timezone.now()).decode()
