"""The mails as a person reads them and as Python's own e-mail reader takes them apart."""

import email
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from django.utils import timezone
from icalendar import Calendar

from bookings import links
from bookings.core.scheduling.statuses import Status
from bookings.core.wording import isolated
from bookings.mail.compose import BadAddress, compose
from bookings.models import Mail, MailKind
from bookings.models.mail.kinds import ABOUT_THEIR_DATA, OF_THE_WAITING_LIST, TIMED_TO_TRAINING
from tests.factories import make_client
from tests.reading import part_of

ABOUT_NONE = (
    *TIMED_TO_TRAINING, *ABOUT_THEIR_DATA, *OF_THE_WAITING_LIST, MailKind.SERIES_MISSED,
    MailKind.PLAN_SILENT,
    MailKind.RACE_NEWS,
)  # fmt: skip
ABOUT_VISITS = [k for k in MailKind if k not in ABOUT_NONE]
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
START = datetime(2026, 12, 1, 10, 15, tzinfo=UTC)

# Links say in which second they were made.
pytestmark = [pytest.mark.django_db, pytest.mark.fixed_clock("2026-11-24T09:00")]


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://book.example.com"
    settings.DEFAULT_FROM_EMAIL = "Taper <bookings@example.com>"


@pytest.fixture
def appointment(visit):
    client = make_client("Ana Demo", email="ana@example.com", proved_at=timezone.now())
    return visit(client=client, starts_at=START, public_id="QmFyZWZvb3RSdW5uZXJz")


@pytest.fixture
def on_the_wire(appointment, clinic):
    """The bytes of a mail."""

    def _on_the_wire(kind="confirmed", **fields) -> bytes:
        if kind == "cancelled":
            appointment.status = Status.CANCELLED
        if kind == "released":
            appointment.status = Status.CANCELLED
            appointment.save()
        about = {"visits": {str(appointment.pk): appointment.revision}}
        fields = {
            "revision": appointment.revision, "created_at": NOW, "about": about, **fields,
        }  # fmt: skip
        mail = Mail(
            key=f"{kind}:{appointment.public_id}:{appointment.revision}",
            kind=kind,
            client=appointment.client,
            appointment=appointment,
            **fields,
        )
        return compose(mail, clinic, now=NOW).as_bytes()

    return _on_the_wire


@pytest.fixture
def read(on_the_wire):
    """Composes a mail and reads it back from its bytes."""

    def _read(kind="confirmed", **fields) -> EmailMessage:
        return email.message_from_bytes(on_the_wire(kind, **fields), policy=default)

    return _read


def text(message: EmailMessage) -> str:
    return part_of(message).replace("\r\n", "\n")


def html(message: EmailMessage) -> str:
    return part_of(message, "html")


class Page(HTMLParser):
    """What a person sees of an HTML mail, and where its links lead."""

    def __init__(self, source: str):
        super().__init__()
        self.tags, self.links, self.words = list[str](), list[str](), list[str]()
        self._hidden = False
        self.feed(re.sub("</?bdi>", "", source))  # which nobody sees

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._hidden = tag in ("style", "title")
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data):
        if not self._hidden:
            self.words.append(data)

    def handle_endtag(self, tag):
        self._hidden = False

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("confirmed", "Your appointment on Tuesday 1 December, 10:15"),
        ("moved", "Moved: your appointment is on Tuesday 1 December, 10:15"),
        ("cancelled", "Cancelled: your appointment on Tuesday 1 December, 10:15"),
    ],
)
def test_the_subject_says_when_and_nothing_of_what(kind, subject, read):
    assert read(kind)["Subject"] == subject


def test_it_comes_from_the_clinic_and_answers_go_to_the_desk(read):
    message = read()

    assert message["From"] == "Taper Clinic <bookings@example.com>"
    assert message["Reply-To"] == "Taper Clinic <desk@example.com>"
    assert message["To"] == "ana@example.com"
    assert message["Message-ID"] == "<confirmed.QmFyZWZvb3RSdW5uZXJz.0@book.example.com>"
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("kind", ABOUT_VISITS)
def test_text_and_html_each_say_everything(kind, read):
    message = read(kind)

    for words in (" ".join(text(message).split()), Page(html(message)).text):
        for fact in [
            "Tuesday 1 December",
            "10:15 to 11:15",
            "London time",
            "Sports massage",
            "Kim Demo",
            "1 Tow Path",
            "London N1 1AA",
            "£60",
            "+44 20 7946 0000",
        ]:
            assert fact in words


@pytest.mark.parametrize("kind", ["confirmed", "moved"])
def test_the_links_lead_to_the_page_the_move_and_the_cancelling(kind, read, appointment):
    message = read(kind)
    page = f"https://book.example.com/appointments/{links.mail_token(appointment)}/"
    preferences = links.client_url(links.Purpose.PREFERENCES, appointment.client)
    visits = links.client_url(links.Purpose.VISITS, appointment.client)
    wanted = [page, f"{page}move/", f"{page}cancel/"]
    if kind == "confirmed":
        there = "https://www.google.com/maps/dir/?api=1&destination=1+Tow+Path%2C+London+N1+1AA"
        wanted += [there, f"{page}health/", f"{page}plan/", f"{page}cancel/"]
    wanted += [visits, preferences]

    assert [link for link in Page(html(message)).links if link.startswith("http")] == wanted
    assert [one.rstrip("),") for one in re.findall(r"https?://\S+", text(message))] == wanted


def test_only_what_can_be_switched_off_has_the_headers_for_it(read, appointment):
    assert read("confirmed")["List-Unsubscribe"] is None
    reminder = read("reminder")
    unsubscribe = links.client_url(links.Purpose.UNSUBSCRIBE, appointment.client, group="reminders")
    assert reminder["List-Unsubscribe"] == f"<{unsubscribe}>"
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_unsubscribe_address_is_whole_on_the_wire(on_the_wire):
    assert re.search(rb"\r\nList-Unsubscribe: <https://\S+>\r\n", on_the_wire("reminder"))


def test_a_cancelled_visit_offers_to_book_another(read):
    message = read("cancelled")

    assert Page(html(message)).links[0] == "https://book.example.com/"
    assert "https://book.example.com/\n" in text(message)


@pytest.mark.parametrize(("by", "is_told"), [("runner", True), ("desk: dee", False)])
def test_who_has_cancelled_themselves_is_told_until_when_that_can_be_undone(
    read, appointment, clinic, by, is_told
):
    appointment.events.create(kind="cancelled", at=NOW, by=by)
    until = NOW + timedelta(minutes=clinic.undo_minutes)
    message = read("cancelled")
    for said in (text(message), html(message)):
        assert (f"{until:%H:%M} you can" in said) is is_told


def test_summer_time_is_the_clinics(read, appointment):
    appointment.starts_at = datetime(2026, 7, 7, 9, 15, tzinfo=UTC)

    assert read()["Subject"] == "Your appointment on Tuesday 7 July, 10:15"


def test_the_cutoffs_are_told_as_moments(read):
    assert (
        "You can move it online until Monday 30 November, 10:15 "
        "and cancel it until Monday 30 November, 22:15"
    ) in text(read())


def test_a_cutoff_that_has_passed_is_told_too(read):
    assert "It starts too soon to be moved" in text(read(created_at=START - timedelta(hours=13)))
    assert "please ring us on" in text(read(created_at=START - timedelta(hours=3)))


@pytest.mark.parametrize(
    ("move", "cancel", "sentence"),
    [
        (24, 24, "You can move it online until Monday 30 November, 10:15 and cancel it until"),
        (
            1,
            48,
            "You can move it online until Tuesday 1 December, 09:15; to cancel it, please",
        ),
        (48, 1, "too soon to be moved online; you can cancel it until Tuesday 1 December, 09:15"),
        (48, 48, "It starts soon: to change it, please ring us on"),
    ],
)
def test_the_cutoffs_stand_in_any_order(read, clinic, move, cancel, sentence):
    clinic.move_cutoff_hours, clinic.cancel_cutoff_hours = move, cancel
    said = text(read(created_at=START - timedelta(hours=30)))
    assert sentence in said
    assert "until ;" not in said


def test_who_has_just_booked_is_told_how_long_they_may_think_again(read, appointment):
    appointment.booked_at = START - timedelta(hours=2)
    sentence = "you can cancel it until Tuesday 1 December, 08:25"
    assert sentence in text(read(created_at=START - timedelta(hours=2)))


def test_a_moved_mail_says_when_it_was(read, appointment):
    before = {"starts_at": START - timedelta(days=1), "therapist": "Kim Demo"}
    appointment.record("moved", by="runner", now=NOW, facts={"from": before})
    message = read("moved")

    assert "It was on Monday 30 November, 10:15" in text(message)
    assert "Monday 30 November, 10:15" in Page(html(message)).text


# What calendars and mail readers make of it.


@pytest.mark.parametrize(
    ("kind", "method"), [("confirmed", "REQUEST"), ("moved", "REQUEST"), ("cancelled", "CANCEL")]
)
def test_the_calendar_is_an_alternative_and_a_file(kind, method, read):
    message = read(kind)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    inside = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    file = next(message.iter_attachments())

    assert inside.get_param("method") == method
    assert Calendar.from_ical(inside.get_content())["METHOD"] == method
    assert file.get_filename() == "appointment.ics"
    assert file.get_content().decode() == inside.get_content()


@pytest.mark.parametrize("kind", ABOUT_VISITS)
def test_the_html_asks_nothing_of_the_network_and_carries_its_own_styles(kind, read):
    source = html(read(kind))
    page = Page(source)

    assert not {"img", "link", "script", "iframe", "form"} & set(page.tags)
    assert "url(" not in source
    assert "style=" in source
    assert "prefers-color-scheme: dark" in source
    assert len(source.encode()) < 20_000


def test_every_line_is_short_enough_for_smtp(read):
    assert max(len(line) for line in read().as_bytes().splitlines()) < 998


def test_a_resent_mail_is_the_same_to_its_reader(read):
    first, again = read(), read()

    assert first["Message-ID"] == again["Message-ID"]
    assert next(first.iter_attachments()).get_content() == (
        next(again.iter_attachments()).get_content()
    )


# Names and addresses are typed by anybody.


def test_a_name_cannot_add_a_header(read, appointment):
    appointment.client.name = "Ana\r\nBcc: evil@example.com\r\n\r\nBuy this"
    message = read()

    assert message["Bcc"] is None
    assert "\nBcc" not in text(message)


def test_a_clinic_name_cannot_add_a_header(read, clinic):
    clinic.name = "Taper\r\nBcc: evil@example.com"

    assert read()["Bcc"] is None


def test_a_name_cannot_add_html(read, appointment):
    appointment.client.name = "Ana <b onclick='x'>"
    appointment.therapist.name = "<script>alert(1)</script>"
    message = read()

    assert "<b " not in html(message)
    assert "<script" not in html(message)
    assert "<script>alert(1)</script>" in text(message)


@pytest.mark.parametrize(
    "name",
    ["Win at www.example.com now", "http://example.com", "you@example.com", "Call 0900", "A " * 90],
)
def test_a_name_that_might_be_an_advertisement_is_not_repeated(name, read, appointment):
    appointment.client.name = name
    message = read()

    assert text(message).startswith("Hello,\n")
    assert name not in html(message)


@pytest.mark.parametrize(
    "name", ["Ngũgĩ wa Thiong’o", "李娜", "O'Brien-Smith", "Dr. Ana Demo", "नीरज", "مريم"]
)
def test_a_name_in_any_script_is_greeted(name, read, appointment):
    appointment.client.name = name
    message = read()

    assert text(message).startswith(f"Hello {isolated(name)},\n")
    assert f"Hello {isolated(name)}," in Page(html(message)).text


def test_an_address_in_any_script_is_written_as_servers_take_it(read, appointment):
    appointment.client.email = "ana@bücher.example"

    assert read()["To"] == "ana@xn--bcher-kva.example"


@pytest.mark.parametrize("address", ["", "ana", "ana@", "@example.com", "a@b@c\n", "a@b, c@d"])
def test_what_is_no_address_is_refused(address, read, appointment):
    appointment.client.email = address

    with pytest.raises(BadAddress):
        read()


@pytest.fixture
def three(visit):
    """Visits booked at once."""
    client = make_client("Ana Demo", email="ana@example.com")
    return [
        visit(client=client, starts_at=START + timedelta(days=7 * n), together="Three")
        for n in range(3)
    ]


@pytest.fixture
def plan(three, clinic):
    """The mail about them, read back from its bytes."""

    def _read() -> EmailMessage:
        mail = Mail(
            key="plan_booked:Three", kind="plan_booked", client=three[0].client, together="Three",
            created_at=NOW,
        )  # fmt: skip
        message = compose(mail, clinic, now=NOW)
        return email.message_from_bytes(message.as_bytes(), policy=default)

    return _read


def uids(message: EmailMessage) -> list[list[str]]:
    """Of each enclosed calendar file."""
    files = [part.get_content() for part in message.iter_attachments()]
    return [[str(e["uid"]) for e in Calendar.from_ical(one).walk("VEVENT")] for one in files]


def test_a_mail_says_the_year_of_a_day_that_is_not_in_this_one(plan, three):
    for one in three:
        one.starts_at += timedelta(days=365)
        one.ends_at = one.blocked_until = one.starts_at + timedelta(hours=1)
        one.save()
    for words in (text(plan()), html(plan())):
        assert "Wednesday 1 December 2027" in " ".join(words.split())


def test_a_plan_has_one_calendar_file_for_each_appointment(plan, three):
    message = plan()
    assert uids(message) == [[visit.public_id] for visit in three]
    names = [part.get_filename() for part in message.iter_attachments()]
    assert names == ["appointment-1.ics", "appointment-2.ics", "appointment-3.ics"]


def test_a_plan_says_each_appointment_and_what_all_cost(plan, three):
    message = plan()
    assert message["Subject"].startswith("Your 3 appointments, the first on Tuesday 1 December")
    for words in (text(message), html(message)):
        assert "Tuesday 8 December" in words
        assert "Tuesday 15 December" in words
        for one in three:
            assert links.mail_token(one) in words


def test_a_plan_names_the_version_of_the_protocol_and_leads_to_it(plan):
    message = plan()
    for words in (text(message), html(message)):
        assert "training protocol, version 1" in words
        assert "/protocol/" in words


def test_what_was_cancelled_meanwhile_is_left_out_of_a_plan(plan, three):
    gone = three[1]
    gone.become(Status.CANCELLED, by="desk", now=NOW)
    message = plan()
    assert len(uids(message)) == 2
    assert "Tuesday 8 December" not in text(message)


@pytest.mark.parametrize("kind", ["confirmed", "moved", "cancelled"])
def test_a_line_of_the_desk_stands_in_text_and_html_as_it_was_typed(read, kind):
    message = read(kind, note="Sorry, Kim is ill.\n<b>See you</b>")
    assert "Sorry, Kim is ill.\n<b>See you</b>\n" in text(message)
    assert "Sorry, Kim is ill.<br>&lt;b&gt;See you&lt;/b&gt;" in html(message)
