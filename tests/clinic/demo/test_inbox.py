"""The demo's inbox shows a mail as the person would see it."""

from email.message import EmailMessage

import pytest

from tests.factories import make_clinic

pytestmark = pytest.mark.urls("tests.clinic.demo.inbox_urls")

NAME = "00000000000000000001-1"


@pytest.fixture
def inbox(client, db, settings, tmp_path):
    """The demo's pages over a folder with one mail of every kind of part."""
    make_clinic()
    settings.STATE = tmp_path
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / f"{NAME}.eml").write_bytes(a_mail().as_bytes())
    return client


def a_mail():
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Your appointment", "c@example.com", "a@example.com"
    mail.set_content("Plain words, see https://example.com/x")
    mail.add_alternative(
        "<html><head></head><body><script>1</script>Rich words</body></html>", subtype="html"
    )
    mail.add_alternative("BEGIN:VCALENDAR", subtype="calendar", params={"method": "REQUEST"})
    mail.add_attachment(b"BEGIN", maintype="text", subtype="calendar", filename="visit.ics")
    return mail


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_it_lists_the_mail_whole_and_in_part(inbox):
    assert "Your appointment" in text(inbox.get("/demo/inbox/"))
    part = text(inbox.get("/demo/inbox/", headers={"HX-Request": "true"}))
    assert "Your appointment" in part
    assert "<html" not in part


def test_it_shows_text_headers_and_attachments(inbox):
    page = text(inbox.get(f"/demo/inbox/{NAME}/"))
    for words in ("Plain words", "a@example.com", "visit.ics", "text/calendar; method=REQUEST"):
        assert words in page
    assert "None" not in page


def test_the_html_can_run_nothing_and_is_framed_by_us_alone(inbox):
    response = inbox.get(f"/demo/inbox/{NAME}/body/")
    assert "Rich words" in text(response)
    policy = response["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


def test_an_attachment_comes_as_a_file(inbox):
    response = inbox.get(f"/demo/inbox/{NAME}/parts/1/")
    assert response.content == b"BEGIN"
    assert response["Content-Disposition"] == 'attachment; filename="visit.ics"'


@pytest.mark.parametrize("where", ["00000000000000000002-1/", f"{NAME}/parts/9/", "../secret_key/"])
def test_what_is_not_there_is_not_found(inbox, where):
    assert inbox.get(f"/demo/inbox/{where}").status_code == 404
