"""The clinic's logo heads its mails, in the mail itself: whoever reads one loads nothing."""

import io
from email import message_from_bytes
from email.policy import default

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image

from bookings.actions import looks
from bookings.mail.compose import compose
from bookings.mail.messages import logo
from bookings.models import Clinic, MailKind
from bookings.web.mail.frame import html_of
from bookings.web.mail.samples import written_sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(clinic):
    logo._as_png.cache_clear()
    made = io.BytesIO()
    Image.new("RGBA", (400, 100), "navy").save(made, "PNG")
    looks.show_logo(made.getvalue())
    return Clinic.objects.the()


def sent(mail):
    now = timezone.now()
    return message_from_bytes(
        compose(mail, Clinic.objects.the(), now=now).as_bytes(), policy=default
    )


def pictures(message):
    return [part for part in message.walk() if part.get_content_maintype() == "image"]


def test_the_logo_stands_where_the_name_stood_and_is_named_so(shown, owed):
    message = sent(owed())
    html = message.get_body(("html",)).get_content()
    [picture] = pictures(message)
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html
    assert shown.name in html.split('alt="', 1)[1].split('"', 1)[0]
    assert "http" not in html.split("<img", 1)[1].split(">", 1)[0]
    with Image.open(io.BytesIO(picture.get_content())) as found:
        assert (found.format, found.width) == ("PNG", shown.logo_width)
    assert shown.name in message.get_body(("plain",)).get_content()
    assert [part.get_filename() for part in message.iter_attachments()] == ["appointment.ics"]


def test_a_dark_logo_stands_on_the_mails_paper_wherever_a_reader_makes_all_else_dark(clinic):
    drawn = Image.new("RGBA", (400, 100))
    drawn.paste("black", (0, 0, 400, 40))
    drawn.paste("black", (0, 60, 40, 100))
    made = io.BytesIO()
    drawn.save(made, "PNG")
    looks.show_logo(made.getvalue())
    with Image.open(io.BytesIO(logo.logo_of(Clinic.objects.the().logo_digest))) as found:
        assert not found.has_transparency_data
    page = (settings.BASE_DIR / "templates/mail/style.css").read_text()
    assert f".page {{ background-color: {logo.PAPER}; }}" in page


def test_without_one_there_is_no_picture(clinic, owed):
    message = sent(owed())
    assert pictures(message) == []
    assert "<img" not in message.get_body(("html",)).get_content()


def test_one_that_is_taken_away_meanwhile_stops_no_mail(shown, owed):
    mail = owed()
    looks.take_the_logo_away()
    gone = compose(mail, shown, now=timezone.now())  # by who had looked the clinic up before
    assert shown.name in html_of(gone)


def test_a_page_that_shows_a_mail_shows_its_logo(shown):
    html = html_of(written_sample(MailKind.CONFIRMED))
    assert 'src="data:image/png;base64,' in html
    assert "cid:" not in html
