"""Whoever treats, as the owner keeps them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bookings.models import Portrait, SignInEvent, SignInKind, Therapist
from tests import factories
from tests.office.conftest import filled, say_who_it_is

NEW = "/office/therapists/new/"


@pytest.fixture
def page(kim) -> str:
    return f"/office/therapists/{kim.pk}/"


def photo(size=(640, 480), kind="PNG") -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, kind)
    return SimpleUploadedFile("kim.png", made.getvalue())


def test_a_new_therapist_is_told_what_they_still_lack(office, send, massage):
    answer = send(NEW, name="Mei  Lindqvist")
    mei = Therapist.objects.get(name="Mei Lindqvist")
    assert answer["Location"] == f"/office/therapists/{mei.pk}/"
    assert (mei.initials, mei.slug, mei.active) == ("ML", "mei-lindqvist", True)
    text = office.get(answer["Location"]).text
    assert "They offer no treatment" in text
    assert "They have no hours" in text
    assert "They have no login yet" in text
    mei.treatments.add(massage)
    factories.make_week(mei)
    text = office.get(answer["Location"]).text
    assert "They offer no treatment" not in text
    assert "They have no hours" not in text


def test_their_login_has_the_name_that_is_given_to_them_in_the_diary(
    office, send, page, massage, kim
):
    assert send(page, name="Kim Newname").status_code == 302
    kim.user.refresh_from_db()
    assert kim.user.name == "Kim Newname"
    assert "Kim Demo" not in office.get("/office/people/").text


def test_what_they_offer_is_chosen_on_their_page(send, page, massage, kim, lee):
    other = factories.make_treatment("Feet", therapists=[lee])
    send(page, treatments=[massage.pk, other.pk])
    assert set(kim.treatments.all()) == {massage, other}
    assert set(other.therapists.all()) == {kim, lee}


def test_what_is_withdrawn_stays_with_whoever_gave_it(send, page, massage, kim):
    type(massage).objects.update(active=False)
    send(page, speciality="Calves")
    assert list(kim.treatments.all()) == [massage]


def test_a_treatment_that_is_taken_away_asks_about_its_visits_first(
    office, send, page, booked, kim
):
    assert "1 appointment to come is booked with them." in office.get(page).text
    asked = send(page, treatments=[])
    assert asked.status_code == 409
    assert "1 appointment is booked that could not stay where it is." in asked.text
    assert kim.treatments.exists()
    sent = {**filled(asked.context["form"]), "accepted": asked.context["impact"].digest}
    assert office.post(page, sent).status_code == 302
    assert not kim.treatments.exists()


def test_who_treats_no_more_is_asked_about_twice_and_signed_out(office, send, page, kims, booked):
    assert kims.get("/today/").status_code == 200
    assert "reauthenticate" in send(page, active=None)["Location"]
    say_who_it_is(office)
    asked = send(page, active=None)
    assert asked.status_code == 409
    assert Therapist.objects.get().active
    sent = {**filled(asked.context["form"]), "accepted": asked.context["impact"].digest}
    office.post(page, sent)
    assert not Therapist.objects.get().active
    assert SignInEvent.objects.filter(kind=SignInKind.LOGIN_CHANGED, how="role").exists()
    assert kims.get("/today/").status_code == 302


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": ""}, "name", "fill this in"),
        ({"name": "123"}, "name", "at least one letter"),
        ({"name": "LEE demo"}, "name", "Somebody of this name treats here already"),
        ({"initials": "ABCDE"}, "initials", "at most 4 characters"),
        ({"speciality": "She prevents injury."}, "speciality", "more than massage can keep"),
        ({"bio": "Heals runners."}, "bio", "more than massage can keep"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(send, page, lee, typed, field, said):
    answer = send(page, **typed)
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors[field])


def test_addresses_of_two_with_like_names_are_two(send, lee):
    send(NEW, name="Lee Demo 2")
    send(NEW, name="李")
    slugs = {one.slug for one in Therapist.objects.all()}
    assert slugs == {"lee-demo", "lee-demo-2", "therapist"}


def test_a_photo_is_kept_small_and_square(office, page, kim):
    answer = office.post(f"{page}photo/", {"photo": photo()})
    assert answer["Location"] == page
    with Image.open(io.BytesIO(Portrait.objects.get().picture)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (400, 400))
    assert Portrait.objects.get().digest in office.get(page).text
    office.post(f"{page}photo/", {"photo": photo(kind="JPEG")})
    assert Portrait.objects.count() == 1


@pytest.mark.parametrize("sent", [b"no picture", b""])
def test_what_is_no_photo_is_refused_on_their_page(office, page, sent, kim):
    answer = office.post(f"{page}photo/", {"photo": SimpleUploadedFile("kim.png", sent)})
    assert answer.status_code == 422
    assert "photo" in answer.context["photo_form"].errors
    assert f'value="{kim.name}"' in answer.text
    assert not Portrait.objects.exists()


def test_whom_somebody_else_has_changed_meanwhile_is_not_overwritten(
    office, send, page, massage, kim
):
    opened = office.get(page)
    kim.treatments.add(factories.make_treatment("Feet"))
    assert send(page, opened, speciality="Calves").status_code == 302
    kim.refresh_from_db()
    assert kim.speciality == "Calves"
    assert kim.treatments.count() == 2


def test_the_list_names_what_each_lacks(office, massage, kim, lee):
    text = office.get("/office/people/").text
    kims, lees = (text.split(one.name, 1)[1].split("</tr>")[0] for one in (kim, lee))
    assert "tag-danger" not in kims
    assert lees.count("tag-danger") == 2


def test_thirty_therapists_ask_no_more_than_one(
    office, massage, django_assert_num_queries, django_assert_max_num_queries
):
    url = "/office/people/"
    office.get(url)
    with django_assert_max_num_queries(25) as seen:
        office.get(url)
    for _ in range(29):
        massage.therapists.add(factories.make_therapist())
    with django_assert_num_queries(len(seen)):
        assert office.get(url).text.count('<th scope="row">') == 31  # and the owner


def test_what_a_therapist_still_lacks_is_said_when_they_are_saved(office, send, kim, massage):
    page = f"/office/therapists/{kim.pk}/"
    kim.shifts.all().delete()
    send(page, initials="KX", treatments=[])
    said = [str(one) for one in office.get(page).context["messages"]]
    lacks = "a treatment, hours of work, a photo"
    assert said == [f"Kim Demo is saved. Still missing: {lacks}."]


def test_somebody_who_treats_here_no_more_lacks_nothing(office, send, kim):
    page = f"/office/therapists/{kim.pk}/"
    send(page, active=None)
    assert "Still missing" not in office.get(page).text


def test_a_picture_too_small_for_a_portrait_is_refused_with_its_size(office, kim):
    answer = office.post(f"/office/therapists/{kim.pk}/photo/", {"photo": photo(size=(1, 1))})
    assert "1 by 1 pixels" in str(answer.context["photo_form"].errors)
