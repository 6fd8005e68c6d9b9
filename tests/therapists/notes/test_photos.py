"""Photos of a finding: small, stripped, sealed, and seen by who may read the note."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from bookings.actions.pictures import stripped
from tests.therapists.conftest import note_of, text
from therapists.models import Access, Note, Photo

PLANTED = "planted-place-and-time"


def jpeg(size=(2400, 1200), kind="JPEG") -> bytes:
    """As a camera writes it: turned by a mark, with a place and a comment beside the picture."""
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = PLANTED
    exif.get_ifd(0x8825)[1] = "N"
    file = io.BytesIO()
    Image.new("RGB", size, "brown").save(file, kind, exif=exif, comment=PLANTED.encode())
    return file.getvalue()


@pytest.fixture
def add(kims):
    def _add(visit, data=None, browser=kims, **typed):
        sent = {"photo": SimpleUploadedFile("p.jpg", jpeg() if data is None else data)}
        form = note_of(visit, **{"do": "photo", **typed})
        return browser.post(f"/visits/{visit.pk}/note/", form | sent, follow=True)

    return _add


def remove(browser, visit, **typed):
    form = note_of(visit, **{"do": f"remove-{Photo.objects.get().pk}", **typed})
    return browser.post(f"/visits/{visit.pk}/note/", form, follow=True)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_a_camera_adds_does_not_come_along_and_the_picture_stands_upright(kind):
    assert PLANTED.encode() in jpeg(kind=kind)
    kept = stripped(jpeg(kind=kind), longest=1600)
    assert PLANTED.encode() not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (800, 1600)
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_one_is_kept_sealed_with_a_note_that_is_begun_for_it(kims, visit, add):
    mine = visit()
    assert "The photo is kept" in text(add(mine))
    photo = Photo.objects.get()
    assert b"JFIF" not in bytes(photo.content.token)
    assert Note.objects.get() == photo.note
    assert f"/photos/{photo.pk}.jpg" in text(kims.get(f"/visits/{mine.pk}/note/"))
    answer = kims.get(f"/photos/{photo.pk}.jpg")
    assert answer["Content-Type"] == "image/jpeg"
    assert "no-store" in answer["Cache-Control"]
    assert Access.objects.filter(what="photo").values_list("did", flat=True).count() == 2


@pytest.mark.parametrize("data", [b"x", b"GIF89a" + b"0" * 50, jpeg()[:500]])
def test_what_is_no_photo_is_refused_in_a_sentence(visit, add, data):
    assert "no photo that can be read" in text(add(visit(), data))
    assert not Photo.objects.exists()


def test_a_picture_of_more_pixels_than_cameras_have_is_not_opened(visit, add):
    """Small as a file, large once it is unpacked."""
    assert "no photo that can be read" in text(add(visit(), jpeg((9000, 6000))))


def test_nothing_sent_and_a_seventh_are_refused(kims, visit, add):
    mine = visit()
    page = text(kims.post(f"/visits/{mine.pk}/note/", note_of(mine, do="photo"), follow=True))
    assert "no photo that can be read" in page
    for _ in range(7):
        page = text(add(mine, jpeg((20, 10))))
    assert "six photos at most" in page
    assert Photo.objects.count() == 6


def test_it_can_be_taken_away_until_the_note_is_signed(kims, visit, add, sign):
    first, second = visit(), visit(timezone.now() + timedelta(hours=6))
    add(first)
    remove(kims, first)
    assert not Photo.objects.exists()
    add(second)
    sign(second, plan="x")
    page = text(remove(kims, second))
    assert "photos stay with it" in page
    assert "photos stay with it" in text(add(second))
    assert Photo.objects.count() == 1


def test_a_draft_is_its_authors_a_signed_one_who_may_read_the_note(
    kims, lees, anas, desks, owners, visit, lee, add, sign, ana
):
    mine = visit()
    visit(timezone.now() + timedelta(hours=6), therapist=lee)
    add(mine)
    url = f"/photos/{Photo.objects.get().pk}.jpg"
    people = (kims, lees, anas, desks, owners)
    assert [one.get(url).status_code for one in people] == [200, 404, 404, 404, 404]
    sign(mine, plan="x")
    assert [one.get(url).status_code for one in people] == [200, 200, 200, 404, 404]
    Note.objects.update(privacy="author")
    assert [one.get(url).status_code for one in people] == [200, 404, 404, 404, 404]
    Note.objects.update(privacy="therapists")
    ana.unconfirmed_since = timezone.now()
    ana.save()
    assert anas.get(url).status_code == 404


def test_a_colleague_adds_none_to_a_visit_that_is_not_theirs(lees, visit, lee, add):
    mine = visit()
    visit(timezone.now() + timedelta(hours=6), therapist=lee)
    assert add(mine, browser=lees).status_code == 403
    assert not Photo.objects.exists()


def test_what_was_typed_and_not_saved_is_saved_with_a_photo_that_comes_or_goes(kims, visit, add):
    mine = visit()
    page = text(add(mine, pressure="medium", subjective="Bruised since Thursday"))
    for said in ("The photo is kept", "Bruised since Thursday"):
        assert said in page
    page = text(remove(kims, mine, pressure="medium", subjective="Bruised since Friday"))
    for said in ("The photo is gone", "Bruised since Friday"):
        assert said in page


def test_a_photo_alone_makes_no_draft(kims, visit, add):
    mine = visit()
    shown = kims.get(f"/visits/{mine.pk}/note/").context["form"].initial["pressure"]
    add(mine, pressure=shown)
    assert not Note.objects.get().has_draft


def test_what_cannot_be_saved_with_a_photo_stands_there_still(kims, visit, add):
    mine = visit()
    page = text(add(mine, subjective="x" * 4001), 422)
    assert "x" * 4001 in page
    assert "The photo is kept" in page
    kims.post(f"/visits/{mine.pk}/note/", note_of(mine, subjective="From the other window"))
    page = text(add(mine, subjective="From this window", revision=0), 409)
    assert "From the other window" in page
    assert "From this window" in page
    assert Photo.objects.count() == 2


def test_a_photo_of_another_visit_is_not_taken_away(kims, visit, add):
    mine, other = visit(), visit(timezone.now() + timedelta(hours=6))
    add(mine)
    assert remove(kims, other).status_code == 404
    assert Photo.objects.exists()


def test_a_page_from_before_still_adds_and_removes_one(kims, visit):
    mine = visit()
    sent = {"photo": SimpleUploadedFile("p.jpg", jpeg())}
    assert "The photo is kept" in text(kims.post(f"/visits/{mine.pk}/photos/", sent, follow=True))
    gone = kims.post(f"/photos/{Photo.objects.get().pk}/remove/", follow=True)
    assert "The photo is gone" in text(gone)
