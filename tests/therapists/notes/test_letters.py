"""A letter to a GP or a physiotherapist, as PDF, and the client's own copy of it."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from bookings.models import SignInMail
from bookings.queries.training import protocol
from tests.therapists.conftest import text
from therapists.letter_pdf import LetterText, drawn, legible, paragraphs, unprintable
from therapists.models import Access, Letter

PLANTED = "planted-health-words"
TO = "Dr Łucja Demo\nPractice Lane 1"


@pytest.fixture
def signed(earlier, sign):
    """Kim's visit three days ago, with her signed note."""
    done = earlier(3)
    sign(done, objective=PLANTED, comfort="right")
    return done


@pytest.fixture
def letter(kims, signed):
    typed = {"to": TO, "text": f"{PLANTED}: über the left calf"}
    response = kims.post(f"/visits/{signed.pk}/letter/", typed)
    assert response.status_code == 302
    return Letter.objects.get()


def test_it_is_begun_from_the_signed_note(kims, signed):
    page = text(kims.get(f"/visits/{signed.pk}/letter/"))
    assert f"I found: {PLANTED}" in page
    assert "just right" not in page


def test_there_is_no_letter_without_a_signed_note_of_ones_own(kims, lees, earlier, visit, write):
    draft = earlier(2)
    write(draft, plan="x")
    for pk in (draft.pk, visit().pk):
        assert kims.get(f"/visits/{pk}/letter/").status_code == 403
    assert lees.get(f"/visits/{draft.pk}/letter/").status_code == 403


@pytest.mark.parametrize("typed", [{}, {"to": "Dr Demo"}, {"text": "x"}, {"to": "x" * 401}])
def test_what_is_missing_is_said_and_what_was_typed_stays(kims, signed, typed):
    page = text(kims.post(f"/visits/{signed.pk}/letter/", typed), 422)
    assert 'class="problem"' in page
    assert all(value in page for value in typed.values())
    assert not Letter.objects.exists()


def test_therapist_and_client_get_the_same_file_and_both_are_recorded(
    kims, anas, letter, signed, ana
):
    address = f"/letters/{letter.pk}.pdf"
    assert address in text(kims.get(f"/visits/{signed.pk}/note/"))
    assert address in text(anas.get("/health/?all"))
    files = [browser.get(address) for browser in (kims, anas)]
    assert all(file.content.startswith(b"%PDF-") for file in files)
    assert all("no-store" in file["Cache-Control"] for file in files)
    readers = Access.objects.filter(what="letter", did="read").values_list("who", flat=True)
    assert sorted(one.partition(":")[0] for one in readers) == ["runner", "therapist"]


def test_whoever_may_be_somebody_else_does_not_get_it(anas, letter, ana):
    ana.unconfirmed_since = timezone.now()
    ana.save()
    assert anas.get(f"/letters/{letter.pk}.pdf").status_code == 404
    assert "Letters about you" not in text(anas.get("/health/?all"))


def test_a_letter_from_a_note_that_is_its_authors_alone_is_not_a_colleagues(
    kims, lees, visit, lee, letter
):
    visit(therapist=lee)
    assert lees.get(f"/letters/{letter.pk}.pdf").status_code == 200
    letter.note.privacy = "author"
    letter.note.save()
    assert lees.get(f"/letters/{letter.pk}.pdf").status_code == 404


def test_it_says_from_whom_to_whom_about_whom_and_that_there_is_a_copy(letter, clinic, today):
    written = LetterText(to=TO, text="Please look at the left calf.")
    said = paragraphs(letter, written, clinic, today)
    assert said[1] == TO
    assert said[3] == "About Ana Demo"
    assert said[4] == written.text
    assert said[5].startswith("Kim Demo")
    assert said[6] == "Ana Demo has a copy of this letter."


@pytest.mark.parametrize("name", ["Łucja O’Brien-Müller", "Nguyễn Thị Hà", "Nguye\u0302\u0303n"])
def test_a_name_in_latin_letters_is_printed_as_it_is(name):
    assert not unprintable(name)


@pytest.mark.parametrize("typed", [{"to": "Dr Олена"}, {"text": "Calf 美咲"}, {"name": "🦵"}])
def test_letters_that_the_file_cannot_print_are_named_and_nothing_is_dropped(
    typed, kims, signed, ana
):
    ana.name = "美咲 Demo"
    ana.save()
    fine = {"name": "Misaki Demo", "to": TO, "text": PLANTED}
    page = text(kims.post(f"/visits/{signed.pk}/letter/", {**fine, **typed}), 422)
    assert "This cannot be printed" in page
    assert all(value in page for value in typed.values())
    assert not Letter.objects.exists()


def test_a_client_whose_name_cannot_be_printed_stands_there_as_their_gp_writes_it(
    kims, signed, ana, clinic, today
):
    ana.name = "美咲 Demo"
    ana.save()
    url = f"/visits/{signed.pk}/letter/"
    assert "name in Latin letters" in text(kims.get(url))
    assert "Please fill this in." in text(kims.post(url, {"to": TO, "text": PLANTED}), 422)
    kims.post(url, {"name": "Misaki Demo", "to": TO, "text": PLANTED})
    letter = Letter.objects.get()
    said = paragraphs(letter, LetterText(**letter.content.opened()), clinic, today)
    assert said[3] == "About Misaki Demo"
    assert said[6] == "Misaki Demo has a copy of this letter."


def test_what_an_older_letter_cannot_print_is_marked(letter, clinic):
    """The clinic's or the therapist's own name cannot be asked for."""
    assert legible("Олена, Kim") == "?????, Kim"
    assert drawn(letter, LetterText(to="Олена", text="x"), clinic).startswith(b"%PDF-")


def test_neither_name_nor_finding_stands_in_the_files_metadata(letter, clinic):
    """Nor anywhere uncompressed, and a long letter goes on over the page."""
    long = "\n\n".join(["A paragraph about the calf. " * 20] * 12)
    file = drawn(letter, LetterText(to=TO, text=long), clinic)
    assert b"/Title (Letter)" in file
    assert file.count(b"/Type /Page\n") > 1
    for word in (b"Ana", b"Kim", b"calf"):
        assert word not in file


def test_the_client_hears_that_there_is_something_and_not_what(anas, letter):
    [mail] = SignInMail.objects.all()
    assert mail.address == "ana@example.com"
    assert "has a document for you" in mail.subject
    told = f"{mail.subject} {mail.body}"
    assert not any(word in told for word in (PLANTED, "calf", "Kim", "letter"))
    assert "/health/\n" in mail.body
    for answered in (False, True):
        if answered:
            questions = {one.key: "no" for one in protocol.current().contraindications}
            anas.post("/health/", {**questions, "agreed": "on"})
        assert f"/letters/{letter.pk}.pdf" in text(anas.get("/health/"))
    assert "You have told us already" in text(anas.get("/health/"))


def test_whoever_may_be_somebody_else_is_not_told(kims, signed, ana):
    ana.unconfirmed_since = timezone.now()
    ana.save()
    sent = {"to": TO, "text": PLANTED}
    page = text(kims.post(f"/visits/{signed.pk}/letter/", sent, follow=True))
    assert "The client will have it once their address is confirmed." in page
    assert Letter.objects.exists()
    assert not SignInMail.objects.exists()


def test_it_is_sealed_and_never_changes(letter):
    assert PLANTED.encode() not in bytes(letter.content.token)
    for change in (
        lambda: Letter.objects.update(signed_at=timezone.now()),
        lambda: Letter.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
