"""The desk merges two records: finds the other, looks, and decides."""

import pytest
from django.utils import timezone

from bookings.core.roles import Role
from bookings.mail.compose import compose
from bookings.models import Client, Mail
from tests.factories import make_appointment, make_client, make_user
from tests.reading import part_of


@pytest.fixture
def pair(clinic):
    return make_client("Ana Demo", phone="1"), make_client("Ana M Demo", phone="2")


@pytest.fixture
def url(pair):
    return f"/desk/clients/{pair[0].pk}/merge/{pair[1].pk}/"


def test_those_of_much_the_same_name_are_offered_first(desk, pair):
    kept, gone = pair
    page = desk.get(f"/desk/clients/{kept.pk}/merge/").content.decode()
    assert f"/desk/clients/{kept.pk}/merge/{gone.pk}/" in page
    assert f"/desk/clients/{kept.pk}/merge/{kept.pk}/" not in page


def test_two_of_one_name_are_told_apart(desk, clinic, massage, kim, room, at):
    kept = make_client("Vic Victim", email="vic@example.com", phone="1")
    other = make_client("Vic Victim", email="vic@example.com", phone="1")
    visit = {"treatment": massage, "therapist": kim, "room": room}
    make_appointment(starts_at=at(3, 10), client=kept, **visit)
    page = desk.get(f"/desk/clients/{kept.pk}/merge/{other.pk}/").content.decode()
    title = page.split("<title>")[1].split("</title>")[0]
    assert "(last booked for" in title
    assert "(never booked, known since" in title
    text = page.split("<main")[1]
    assert "last booked for" in text
    assert "never booked, known since" in text
    choose = desk.get(f"/desk/clients/{kept.pk}/merge/").content.decode()
    assert "never booked, known since" in choose
    other.email = "victor@example.com"
    other.save()
    page = desk.get(f"/desk/clients/{kept.pk}/merge/{other.pk}/").content.decode()
    title = page.split("<title>")[1].split("</title>")[0]
    assert "victor@example.com" in title
    assert "vic@example.com" in title


@pytest.mark.parametrize(("choice", "has_another"), [("kept", False), ("gone", True)])
def test_the_mail_says_that_we_write_to_this_address_only_where_it_is_another(
    desk, clinic, choice, has_another
):
    kept, gone = (make_client("Vic Victim", email=f"{one}@example.com") for one in ("a", "b"))
    url = f"/desk/clients/{kept.pk}/merge/{gone.pk}/"
    desk.post(url, {"seen": desk.get(url).context["preview"].digest, "email": choice})
    mail = Mail.objects.filter(kind="new_links").latest("pk")
    message = compose(mail, clinic, now=timezone.now())
    for part in ("plain", "html"):
        words = " ".join(part_of(message, part).split())
        assert ("now writes to this address" in words) is has_another
        assert ("had two records of you" in words) is not has_another


def test_looking_changes_nothing(desk, url):
    assert desk.get(url).status_code == 200
    assert Client.objects.count() == 2


def test_the_desk_says_which_value_is_right(desk, url, pair):
    seen = desk.get(url).context["preview"].digest
    answer = desk.post(url, {"seen": seen, "phone": "gone"})
    assert answer["Location"] == f"/desk/clients/{pair[0].pk}/"
    assert Client.objects.get().phone == "2"


def test_an_old_preview_is_refused_and_shown_anew(desk, url, pair):
    seen = desk.get(url).context["preview"].digest
    pair[1].mail_consents.create(group="news", wanted=False, at="2026-12-01T09:00Z")
    answer = desk.post(url, {"seen": seen, "phone": "gone"})
    assert answer.status_code == 409
    assert "look at it once more" in answer.content.decode()
    assert 'value="gone" checked' in answer.content.decode()
    assert Client.objects.count() == 2


@pytest.mark.parametrize("seen", ["", "nonsense"])
def test_without_having_looked_nothing_is_merged(desk, url, seen):
    assert desk.post(url, {"seen": seen}).status_code == 409
    assert Client.objects.count() == 2


def test_a_record_is_not_merged_with_itself(desk, pair):
    assert desk.get(f"/desk/clients/{pair[0].pk}/merge/{pair[0].pk}/").status_code == 404


def test_what_was_merged_meanwhile_is_said(desk, url):
    seen = desk.get(url).context["preview"].digest
    desk.post(url, {"seen": seen})
    assert desk.post(url, {"seen": seen}).status_code == 404


@pytest.mark.parametrize("role", [Role.RUNNER])
def test_merging_is_the_desks(client, url, role):
    client.force_login(make_user(role=role))
    assert client.get(url).status_code == client.post(url).status_code == 403


@pytest.mark.parametrize(
    ("kept", "gone", "said", "merged"),
    [("", "de", "kept", "de"), ("fr", "de", "kept", "fr"), ("fr", "de", "gone", "de")],
)
def test_the_merged_record_has_a_language_if_either_had(desk, url, pair, kept, gone, said, merged):
    for client, language in zip(pair, (kept, gone), strict=True):
        Client.objects.filter(pk=client.pk).update(language=language)
    seen = desk.get(url).context["preview"].digest
    desk.post(url, {"seen": seen, "phone": "kept", "language": said})
    assert Client.objects.get().language == merged
