"""The demo's catcher over real SMTP, and its inbox."""

import re
import smtplib
import socket
import subprocess
import sys
from email.message import EmailMessage

import pytest

from clinic.demo.smtp_sink import KEPT
from tests import patience
from tests.reading import first_match

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.clinic.demo.demo_urls")]
HTML = '<html><head><title>x</title></head><body><a href="/there">There</a></body></html>'
CALENDAR = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DEMO, settings.STATE = True, tmp_path
    (tmp_path / "mail").mkdir()
    return tmp_path / "mail"


@pytest.fixture
def catcher(folder):
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "clinic.demo.smtp_sink", folder, str(port)])
    patience.wait_for(lambda: answers(port) or process.poll() is not None)
    assert process.poll() is None
    yield port
    process.terminate()
    process.wait()


def answers(port):
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def letter_to(recipient, subject="You are booked", **attached):
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "clinic@example.com", recipient, subject
    letter.set_content("In words <only>")
    letter.add_alternative(HTML, subtype="html")
    for name, text in attached.items():
        letter.add_attachment(text, subtype="calendar", filename=name)
    return letter


def send(port, letter):
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(letter)


def keep(folder, letter, name="00000000000000000001-1"):
    (folder / f"{name}.eml").write_bytes(letter.as_bytes())
    return f"/demo/inbox/{name}/"


def test_a_mail_sent_over_smtp_is_in_the_inbox(client, catcher):
    send(catcher, letter_to("søren@example.com"))
    page = client.get("/demo/inbox/").content.decode()
    assert "You are booked" in page
    assert "to søren@example.com" in page


def test_the_newest_mail_comes_first(client, catcher):
    for subject in ("First", "Second", "Third"):
        send(catcher, letter_to("kim@example.com", subject))
    page = client.get("/demo/inbox/").content.decode()
    assert re.findall(r"First|Second|Third", page) == ["Third", "Second", "First"]


def test_an_empty_inbox_says_so(client):
    assert b"No mail yet" in client.get("/demo/inbox/").content


def test_the_list_alone_answers_the_refreshing(client):
    answer = client.get("/demo/inbox/", headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert "HX-Request" in answer["Vary"]


def test_a_mail_is_shown_as_html_in_a_sandbox_and_as_text(client, folder):
    address = keep(folder, letter_to("kim@example.com"))
    page = client.get(address).content.decode()
    assert "In words &lt;only&gt;" in page
    sandbox = first_match(r'<iframe [^>]*src="(.+?)"[^>]*sandbox="(.+?)"', page)
    assert sandbox[1] == f"{address}body/"
    assert "allow-scripts" not in sandbox[2]
    assert "allow-same-origin" not in sandbox[2]


def test_the_html_body_may_be_styled_and_framed_by_us_and_can_run_nothing(client, folder):
    answer = client.get(f"{keep(folder, letter_to('kim@example.com'))}body/")
    policy = answer["Content-Security-Policy"]
    assert b"There</a>" in answer.content
    assert "style-src 'unsafe-inline'" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_every_other_page_keeps_the_strict_policy(client, folder):
    policy = client.get(keep(folder, letter_to("kim@example.com")))["Content-Security-Policy"]
    assert "unsafe-inline" not in policy


def test_an_attachment_has_its_name_its_content_and_a_download(client, folder):
    address = keep(folder, letter_to("kim@example.com", **{"visit.ics": CALENDAR}))
    page = client.get(address).content.decode()
    assert ">visit.ics</a>" in page
    assert "BEGIN:VCALENDAR" in page
    download = client.get(f"{address}parts/0/")
    assert download.content.split() == CALENDAR.encode().split()
    assert download["Content-Disposition"] == 'attachment; filename="visit.ics"'
    assert download["X-Content-Type-Options"] == "nosniff"


def test_a_name_of_an_attachment_cannot_leave_its_place(client, folder):
    address = keep(folder, letter_to("kim@example.com", **{'../"a".ics': CALENDAR}))
    assert client.get(f"{address}parts/0/")["Content-Disposition"].endswith(r'="\"a\".ics"')


@pytest.mark.parametrize("part", ["parts/7/", "../00000000000000000009-1/", "../secret_key/"])
def test_what_is_not_there_is_not_found(client, folder, part):
    assert client.get(keep(folder, letter_to("kim@example.com")) + part).status_code == 404


def test_a_subject_cannot_write_the_page(client, folder):
    address = keep(folder, letter_to("kim@example.com", "<script>alert(1)</script>"))
    assert b"<script>alert" not in client.get(address).content
    assert b"<script>alert" not in client.get("/demo/inbox/").content


def test_the_oldest_mails_go_when_there_are_too_many(folder, catcher):
    for number in range(KEPT + 3):
        keep(folder, letter_to("kim@example.com"), f"{number:020d}-1")
    send(catcher, letter_to("kim@example.com"))
    kept = sorted(folder.glob("*.eml"))
    assert len(kept) == KEPT
    assert kept[0].name.startswith(f"{4:020d}")
