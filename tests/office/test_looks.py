"""How the clinic looks: its sign and colour on every page, what the home page says of it."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from PIL import Image

from bookings.actions.pictures import LOGO_BYTES, LOGO_HEIGHT, LOGO_WIDTH
from bookings.core.colours import DARK, is_readable, nearest_readable, shades
from bookings.models import Change, Clinic, Logo, MailKind
from bookings.office.wording.looks import PALETTE
from bookings.web.mail.frame import html_of
from bookings.web.mail.samples import written_sample
from tests.office.conftest import filled

PAGE, LOGO, COLOUR = "/office/looks/", "/office/looks/logo/", "/office/looks/colour/"
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)


@pytest.fixture(autouse=True)
def opened(clinic):
    return clinic


def picture(mode="RGBA", size=(900, 240), kind="PNG", noise=False, **options) -> bytes:
    made = Image.effect_noise(size, 90).convert(mode) if noise else Image.new(mode, size, "navy")
    kept = io.BytesIO()
    made.save(kept, kind, **options)
    return kept.getvalue()


def upload(office, data: bytes, name="logo.png"):
    return office.post(LOGO, {"logo": SimpleUploadedFile(name, data)})


def said(answer, field, form="form") -> str:
    assert answer.status_code == 422, answer.status_code
    return " ".join(answer.context[form].errors[field])


@pytest.fixture
def paint(office):
    """Presses the button beneath the colours."""

    def _paint(page=None, **typed):
        form = (page or office.get(PAGE)).context["colour_form"]
        nearest = {"nearest": typed.pop("nearest")} if "nearest" in typed else {}
        typed = {form.add_prefix(name): value for name, value in typed.items()}
        return office.post(COLOUR, {**filled(form), **typed, **nearest})

    return _paint


def masthead(page: str) -> str:
    return page.split("<nav", 1)[0]


def test_the_name_heads_every_page_until_there_is_a_logo(office, client):
    for browser, url in ((client, "/"), (client, "/terms/"), (office, "/desk/"), (office, PAGE)):
        assert "<bdi>Taper Clinic</bdi></a>" in masthead(browser.get(url).text)
    assert upload(office, picture()).status_code == 302
    for browser, url in ((client, "/"), (client, "/terms/"), (office, "/desk/")):
        head = masthead(browser.get(url).text)
        assert 'alt="Taper Clinic" width="180" height="48"' in head
    assert "Taper</a>" not in client.get("/").text


@pytest.mark.parametrize(
    "data",
    [
        picture(size=(900, 600), mode="RGB", noise=True),
        picture(size=(2000, 300), mode="RGB", noise=True),
        picture(size=(40, 3000)),
        picture(mode="RGB", kind="JPEG", size=(1200, 400)),
        picture(kind="WEBP"),
    ],
    ids=["photo", "wide photo", "tall", "jpeg", "webp"],
)
def test_a_logo_is_small_and_says_how_large_it_is(office, client, data):
    assert upload(office, data).status_code == 302
    clinic = Clinic.objects.the()
    kept = client.get(clinic.logo_url)
    assert len(kept.content) <= LOGO_BYTES
    assert kept["Content-Type"] == "image/webp"
    assert "immutable" in kept["Cache-Control"]
    made = Image.open(io.BytesIO(kept.content))
    assert made.size == (clinic.logo_width, clinic.logo_height)
    assert made.width <= LOGO_WIDTH
    assert made.height <= LOGO_HEIGHT


def test_nothing_that_a_camera_wrote_into_it_is_kept(office):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    upload(office, picture(mode="RGB", kind="JPEG", exif=exif))
    assert b"taken at home" not in bytes(Logo.objects.get().picture)


def test_a_small_file_that_would_be_huge_in_memory_is_refused(office):
    assert upload(office, picture(mode="1", size=(7000, 7000))).status_code == 422


def test_the_empty_margin_of_a_logo_is_cut_off(office):
    made = Image.new("RGBA", (1000, 1000), (0, 0, 0, 0))
    made.paste((0, 0, 90, 255), (100, 400, 900, 600))
    kept = io.BytesIO()
    made.save(kept, "PNG")
    upload(office, kept.getvalue())
    clinic = Clinic.objects.the()
    assert clinic.logo_width == 4 * clinic.logo_height


@pytest.mark.parametrize("size", [(1, 1), (300, 31), (20, 300)])
def test_a_picture_too_small_to_be_seen_is_refused_with_its_size(office, size):
    why = said(upload(office, picture(size=size)), "logo", "logo_form")
    assert f"{size[0]} by {size[1]} pixels" in why
    assert "at least 32 each way" in why
    assert not Logo.objects.exists()


def test_what_is_no_picture_is_called_none_and_the_kinds_are_named(office):
    why = said(upload(office, b"%PDF-1.7", "logo.pdf"), "logo", "logo_form")
    assert why == "That is no picture that can be read here. Please use a JPEG, PNG or WebP."


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (SVG, "logo.svg", "An SVG may hold programs"),
        (b"\xef\xbb\xbf\n<svg></svg>", "logo.png", "An SVG may hold programs"),
        (b"GIF89a", "logo.gif", "can be read here"),
        (b"not a picture", "logo.png", "can be read here"),
        (b"", "logo.png", "The file is empty"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(office, data, name, why):
    assert why in said(upload(office, data, name), "logo", "logo_form")
    assert not Logo.objects.exists()


def test_a_picture_of_nothing_is_no_logo(office):
    nothing = io.BytesIO()
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(nothing, "PNG")
    assert "Nothing can be seen" in said(upload(office, nothing.getvalue()), "logo", "logo_form")


def test_a_logo_can_be_taken_away_and_its_address_with_it(office, client):
    upload(office, picture())
    url = Clinic.objects.the().logo_url
    office.post(LOGO, {"do": "remove"})
    assert client.get(url).status_code == 404
    assert "<bdi>Taper Clinic</bdi></a>" in masthead(client.get("/").text)


def test_the_home_page_says_what_the_owner_has_typed(client, send):
    where = "https://www.openstreetmap.org/node/1"
    hours = "Mon to Fri 7 to 20\nSat 8 to 14"
    send(PAGE, headline="Massage on the <b>canal</b>", hours_text=hours, map_url=where)
    page = client.get("/").text
    assert "Massage on the &lt;b&gt;canal&lt;/b&gt;" in page
    assert "Mon to Fri 7 to 20" in page
    assert f'href="{where}" rel="noreferrer">Map on openstreetmap.org' in page


@pytest.mark.parametrize(
    ("typed", "field", "why"),
    [
        ({"headline": "We prevent injuries"}, "headline", "more than massage can keep"),
        ({"hours_text": "Recover faster from 9 to 5"}, "hours_text", "more than massage can keep"),
        ({"headline": "x" * 121}, "headline", "at most 120 characters"),
        ({"map_url": "http://maps.example.com/1"}, "map_url", "whole address of a map"),
        ({"map_url": "javascript:alert(1)"}, "map_url", "whole address of a map"),
        ({"map_url": "https://maps@evil.example/"}, "map_url", "whole address of a map"),
        ({"map_url": "https://localhost/"}, "map_url", "whole address of a map"),
        ({"map_url": r"https://evil.example\.maps.example/"}, "map_url", "whole address of a map"),
        ({"map_url": "https://gоogle.com/maps"}, "map_url", "whole address of a map"),
        ({"map_url": "https://maps.example:99999/"}, "map_url", "whole address of a map"),
        ({"map_url": "https://a..example/"}, "map_url", "whole address of a map"),
        ({"map_url": "https://[::1"}, "map_url", "whole address of a map"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(send, typed, field, why):
    assert why in said(send(PAGE, **typed), field)


@pytest.mark.parametrize(
    ("typed", "field", "why"),
    [
        ({"accent": "own", "own_colour": ""}, "own_colour", "Please give a colour"),
        ({"accent": "own", "own_colour": "mauve"}, "own_colour", "Please give a colour"),
        ({"accent": "own", "own_colour": "#ffff00"}, "own_colour", "too pale to be read"),
        ({"accent": "red;}"}, "accent", "one of those listed"),
    ],
)
def test_a_colour_that_is_none_is_refused_beside_its_field(paint, typed, field, why):
    assert why in said(paint(**typed), field, "colour_form")
    assert Clinic.objects.the().accent == ""


def test_a_colour_that_is_none_holds_up_no_headline(office, send, paint):
    refused = paint(accent="own", own_colour="mauve")
    assert send(PAGE, refused, headline="Ours").status_code == 302
    assert Clinic.objects.the().headline == "Ours"


def test_a_colour_saved_leaves_the_headline_as_it_stands(office, paint):
    Clinic.objects.update(headline="Ours")
    assert paint(accent="own", own_colour="#123456").status_code == 302
    kept = Clinic.objects.the()
    assert (kept.headline, kept.accent) == ("Ours", "#123456")


def test_a_colour_that_nobody_could_read_is_answered_with_the_nearest(paint):
    page = paint(accent="own", own_colour="ffff00")
    nearest = nearest_readable("#ffff00")
    assert f'name="nearest" value="{nearest}"' in page.text
    paint(page, nearest=nearest)
    assert Clinic.objects.the().accent == nearest


@pytest.mark.parametrize("typed", ["#1F5F8B", "1f5f8b", " #1f5f8b "])
def test_a_colour_is_known_however_it_is_written(paint, typed):
    paint(accent="own", own_colour=typed)
    assert Clinic.objects.the().accent == "#1f5f8b"


def test_the_clinics_colour_reaches_every_page_in_both_schemes(paint, client, office, massage):
    assert "/looks/" not in client.get("/").text
    paint(accent="own", own_colour="#123")
    url = Clinic.objects.the().accent_url
    for browser, page in ((client, "/"), (client, "/embed/"), (office, "/desk/")):
        assert f'<link rel="stylesheet" href="{url}">' in browser.get(page).text
    sheet = client.get(url)
    assert sheet["Content-Type"] == "text/css"
    assert "--accent: #112233;" in sheet.text
    assert "prefers-color-scheme: dark" in sheet.text
    assert client.get("/looks/ff0000.css").status_code == 404


@pytest.mark.parametrize("colour", [colour for _name, colour in PALETTE.values()])
def test_each_colour_of_the_palette_can_be_read(colour):
    assert is_readable(colour)


def test_saving_what_is_unchanged_changes_nothing(send, paint):
    paint(accent="own", own_colour="#123456")
    send(PAGE, headline="Ours")
    before = Change.objects.count()
    assert send(PAGE).status_code == 302
    assert paint().status_code == 302
    assert Change.objects.count() == before


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(office, send):
    page = office.get(PAGE)
    Clinic.objects.update(headline="Theirs")
    assert send(PAGE, page, headline="Mine").status_code == 422
    assert Clinic.objects.the().headline == "Theirs"


def test_pages_without_a_clinic_still_have_a_name():
    Clinic.objects.all().delete()
    assert "Taper</a>" in masthead(Browser().get("/").text)


def test_mails_have_the_clinics_name_and_its_colour_in_both_schemes(clinic):
    green = html_of(written_sample(MailKind.CONFIRMED))
    assert "#0b6b57" in green
    Clinic.objects.update(accent="#5b3f99")
    violet = html_of(written_sample(MailKind.CONFIRMED))
    assert "#0b6b57" not in violet
    assert "background-color:#5b3f99" in violet
    assert "Taper Clinic" in violet
    dark = violet.rpartition("@media (prefers-color-scheme: dark)")[2]
    assert shades("#5b3f99", DARK).accent in dark
