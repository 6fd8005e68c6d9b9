"""What the clinic says in its mails in its own words: tried, checked, kept in versions."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bookings.actions.clients import legal
from bookings.actions.mail import wordings
from bookings.mail.own_words import names_for
from bookings.models import Client, LegalKind, MailKind, MailWording
from bookings.web.mail.frame import html_of
from bookings.web.mail.samples import written_sample
from tests.office.conftest import filled
from tests.reading import part_of

PAGE = "/office/mails/reminder/"


@pytest.fixture(autouse=True)
def opened(clinic):
    return clinic


def say(kind=MailKind.REMINDER, opening="", closing="", based_on=0):
    return wordings.write(
        kind, opening=opening, closing=closing, based_on=based_on, by="owner: o", now=timezone.now()
    )


def both_parts(kind) -> tuple[str, str]:
    message = written_sample(kind)
    return html_of(message), part_of(message)


def errors(answer) -> dict:
    assert answer.status_code == 422, answer.status_code
    return {name: " ".join(said) for name, said in answer.context["form"].errors.items()}


@pytest.mark.parametrize("kind", MailKind)
def test_every_kind_begins_and_ends_in_the_clinics_words_in_both_parts(kind):
    say(kind, "Hooray from the <b>clinic</b>.\n\nTwice.", "Yours & ours.")
    html, text = both_parts(kind)
    assert "Hooray from the &lt;b&gt;clinic&lt;/b&gt;." in html
    assert "Yours &amp; ours." in html
    assert "Hooray from the <b>clinic</b>.\n\nTwice." in text
    assert text.index("Hooray") < text.index("Yours & ours.") < text.index("-- \n")


@pytest.mark.parametrize("kind", MailKind)
def test_whatever_may_stand_in_braces_becomes_something(kind):
    say(kind, " ".join(f"<{{{name}}}>" for name in names_for(kind)))
    html, text = both_parts(kind)
    assert "{" not in text
    assert "<>" not in text
    assert "&lt;&gt;" not in html


@pytest.mark.parametrize("kind", [MailKind.CANCELLED, MailKind.REMINDER, MailKind.MOVED])
def test_what_the_mail_is_about_stays_said(kind):
    without = both_parts(kind)[1]
    say(kind, "Hooray.")
    text = both_parts(kind)[1]
    facts = [line for line in without.splitlines() if line.startswith(("When:", "What:", "With:"))]
    assert len(facts) == 3
    assert all(line in text for line in facts)
    assert "cancelled" in text or kind != MailKind.CANCELLED


def test_the_page_tries_what_is_typed_and_keeps_nothing(office):
    before = Client.objects.count()
    tried = office.post(f"{PAGE}try/", {"based_on": 0, "opening": "See you at {start}, {who}?"})
    assert tried.status_code == 200
    assert "frame-ancestors 'self'" in tried["Content-Security-Policy"]
    assert "We look forward to seeing you." in office.get(f"{PAGE}try/").text
    assert "See you at 10:15" in office.post(f"{PAGE}try/", {"opening": "See you at {start}."}).text
    assert not MailWording.objects.exists()
    assert Client.objects.count() == before


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Hello {name}", "“{name}” becomes nothing in this mail."),
        ("See you on {day", "“{day” becomes nothing"),
        ("See you on day}", "“}” becomes nothing"),
        ("{ day }", "“{ day }” becomes nothing"),
        ("{clinic.phone}", "“{clinic.phone}” becomes nothing"),
        ("It prevents injury.", "more than massage can keep"),
        ("x" * 1001, "at most 1000 characters"),
    ],
)
@pytest.mark.parametrize("field", ["opening", "closing"])
def test_what_cannot_be_said_is_refused_beside_its_field(office, field, typed, why):
    answer = office.post(PAGE, {"based_on": 0, field: typed})
    assert why in errors(answer)[field]
    assert filled(answer.context["form"])[field] == typed
    assert not MailWording.objects.exists()


def test_a_mail_about_no_visit_knows_no_start(office):
    answer = office.post("/office/mails/data_link/", {"based_on": 0, "opening": "At {start}"})
    assert "What can stand there: {clinic}, {phone}." in errors(answer)["opening"]


def test_each_change_is_a_version_and_the_words_of_taper_come_back(office):
    assert office.post(PAGE, {"based_on": 0, "opening": " Hi. \r\n\r\nYes. "}).status_code == 302
    assert MailWording.objects.get().opening == "Hi.\n\nYes."
    office.post(PAGE, {"based_on": 1, "opening": "Hi.\r\n\r\nYes."})
    assert MailWording.objects.count() == 1
    office.post(PAGE, {"based_on": 1, "opening": "ignored", "do": "reset"})
    newest = MailWording.objects.current("reminder")
    assert (newest.number, newest.is_our_own) == (2, False)
    assert "We look forward to seeing you." in both_parts(MailKind.REMINDER)[0]
    page = office.get(PAGE).text
    assert "Version 1" in page
    assert "Hi." in page


def test_words_that_somebody_else_changed_are_shown_and_not_overwritten(office):
    say(opening="Theirs.")
    answer = office.post(PAGE, {"based_on": 0, "opening": "Mine."})
    assert answer.status_code == 409
    assert "Mine." in answer.text
    assert "Theirs." in answer.text
    assert MailWording.objects.get().opening == "Theirs."
    assert office.post(PAGE, filled(answer.context["form"])).status_code == 302


def test_no_version_ever_changes():
    say(opening="One.")
    for change in (lambda rows: rows.update(opening="x"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(MailWording.objects.all())


def test_there_is_no_kind_of_tomorrow(office):
    for url in ("/office/mails/tomorrow/", "/office/mails/tomorrow/try/"):
        assert office.get(url).status_code == 404


def test_the_list_asks_as_much_for_many_versions_as_for_none(
    office, django_assert_max_num_queries, django_assert_num_queries
):
    office.get("/office/mails/")
    with django_assert_max_num_queries(25) as seen:
        office.get("/office/mails/")
    for kind in MailKind:
        for number in range(2):
            say(kind, f"{number}", based_on=number)
    with django_assert_num_queries(len(seen)):
        assert office.get("/office/mails/").text.count("in your words") == len(MailKind)


def test_a_page_asks_as_much_for_thirty_versions_as_for_one(
    office, django_assert_max_num_queries, django_assert_num_queries
):
    say(opening="0")
    legal.write(LegalKind.TERMS, "0", based_on=1, by="owner: o", now=timezone.now())
    for url in (PAGE, "/office/texts/terms/"):
        office.get(url)
        with django_assert_max_num_queries(25) as seen:
            office.get(url)
        for number in range(1, 30):
            if url == PAGE:
                say(opening=f"{number}", based_on=number)
            else:
                legal.write(
                    LegalKind.TERMS,
                    f"{number}",
                    based_on=number + 1,
                    by="owner: o",
                    now=timezone.now(),
                )
        with django_assert_num_queries(len(seen)):
            assert "Version 30" in office.get(url).text
