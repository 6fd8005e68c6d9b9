"""The owner writes the legal texts; versions never change; who agreed to which is kept."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bookings.actions.clients import legal
from bookings.actions.clients.legal import TextMoved
from bookings.actions.mail import preferences
from bookings.models import Agreement, LegalKind, LegalText, MailGroup
from tests import factories


def write(text, based_on=1, kind=LegalKind.TERMS):
    return legal.write(kind, text, based_on=based_on, by="owner: o", now=timezone.now())


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_with_nothing_written_the_text_that_comes_with_taper_holds(client, clinic):
    page = text(client.get("/privacy/"))
    assert "to be completed by the clinic" in page
    assert "8 years" in page
    assert "{records_years}" not in page


def test_the_owner_is_told_what_is_still_to_be_filled_in(owners):
    assert "places to fill in" in text(owners.get("/office/texts/"))


def test_a_change_is_a_new_version_and_the_old_one_keeps_its_page(client, owners, clinic):
    response = owners.post("/office/texts/terms/", {"based_on": 1, "text": "## New\n\nBe kind."})
    assert response.status_code == 302
    page = text(client.get("/terms/"))
    assert "<h2>New</h2>" in page
    assert "Version 2" in page
    old = text(client.get("/legal/terms/versions/1/"))
    assert "no longer in use" in old
    assert "five minutes early" in old
    assert client.get("/legal/terms/versions/9/").status_code == 404
    assert client.get("/legal/x/versions/1/").status_code == 404


def test_the_same_text_again_is_no_new_version(clinic):
    write("One.")
    assert write("One.\r\n", based_on=2).number == 2


def test_a_text_that_somebody_else_changed_is_refused_and_still_there_to_compare(owners, clinic):
    write("Theirs.")
    response = owners.post("/office/texts/terms/", {"based_on": 1, "text": "Mine."})
    assert response.status_code == 409
    page = response.content.decode()
    assert "Mine." in page
    assert "Theirs." in page
    with pytest.raises(TextMoved):
        write("Mine.")


@pytest.mark.parametrize("typed", [{"text": ""}, {"text": "x" * 50_001, "based_on": 1}, {}])
def test_a_text_that_will_not_do_comes_back_with_why(owners, typed):
    assert owners.post("/office/texts/terms/", typed).status_code == 422


def test_html_and_script_are_only_words(client, clinic):
    write("<script>alert(1)</script> [x](javascript:alert(1)) ![](http://x/y.png)")
    page = text(client.get("/terms/"))
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img" not in page


def test_no_version_ever_changes(clinic):
    write("One.")
    for change in (lambda rows: rows.update(text="x"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(LegalText.objects.all())


def test_booking_agrees_to_the_version_of_then_once(clinic):
    ana = factories.make_client()
    legal.agree(ana, how="booking", now=timezone.now())
    legal.agree(ana, how="booking", now=timezone.now())
    write("Two.")
    legal.agree(ana, how="booking", now=timezone.now())
    agreed = Agreement.objects.order_by("pk").values_list("text__number", flat=True)
    assert list(agreed) == [1, 2]


def test_a_choice_of_mails_keeps_what_it_said(client, clinic):
    ana = factories.make_client()
    preferences.choose(
        ana, MailGroup.NUDGES, wanted=True, how="x", wording="Said so", now=timezone.now()
    )
    assert ana.mail_consents.get().wording == "Said so"


def test_what_is_typed_is_shown_as_people_would_read_it_and_not_kept(owners, clinic):
    typed = {"text": "## Ours\n\n<script>alert(1)</script> {records_years} years"}
    tried = owners.post("/office/texts/privacy/try/", typed)
    page = text(tried)
    assert "<h2>Ours</h2>" in page
    assert "<script>alert" not in page
    assert "8 years" in page
    assert "frame-ancestors 'self'" in tried["Content-Security-Policy"]
    assert not LegalText.objects.exists()
    assert "to be completed by the clinic" in text(owners.get("/office/texts/privacy/try/"))


def test_each_version_says_how_many_have_agreed_to_it(owners, clinic):
    for name in ("Ana", "Bo"):
        legal.agree(factories.make_client(name), how="booking", now=timezone.now())
    write("Two.")
    legal.agree(factories.make_client("Cy"), how="booking", now=timezone.now())
    page = text(owners.get("/office/texts/terms/"))
    assert page.index("1 person has agreed to it.") < page.index("2 people have agreed to it.")


def test_the_addresses_of_before_lead_to_the_office(owners, clinic):
    assert owners.get("/desk/texts/")["Location"] == "/office/texts/"
    assert owners.get("/desk/texts/terms/")["Location"] == "/office/texts/terms/"
