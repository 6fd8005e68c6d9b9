"""A therapist's own page."""

import re
from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Portrait, Therapist
from tests import factories


def page_of(client, therapist) -> str:
    return client.get(therapist.get_absolute_url()).content.decode()


def test_it_says_who_they_are_what_for_and_what_they_have_learned(client, kim, massage):
    kim.speciality, kim.bio = "Calves and hips.", "Starts early."
    kim.qualifications = "Level 5 diploma, 2014\n\nLeader in running fitness, 2019"
    kim.save()
    page = page_of(client, kim)
    for words in ("Kim Demo", "Calves and hips.", "Starts early.", "Qualifications"):
        assert words in page
    assert page.count("<li>Level 5 diploma, 2014</li>") == 1
    assert "<li></li>" not in page


def test_what_is_not_known_has_no_heading(client, kim, massage):
    assert "Qualifications" not in page_of(client, kim)


def test_their_treatments_lead_to_their_own_times(client, kim, massage):
    factories.make_treatment("Ringing only", therapists=[kim], online=False)
    factories.make_treatment("A colleague's", therapists=[factories.make_therapist()])
    page = page_of(client, kim)
    assert f'href="/book/{massage.slug}/?therapist={kim.slug}"' in page
    assert "Ringing only" not in page
    assert "A colleague" not in page


def test_their_next_free_times_are_theirs_and_hold_by_one_press(client, kim, massage):
    other = factories.make_therapist()
    factories.make_week(other, time(6), time(8))
    massage.therapists.add(other)
    page = page_of(client, kim)
    assert len(re.findall(r'name="start" value=', page)) == 3
    assert set(re.findall(r'name="therapist" value="([^"]*)"', page)) == {kim.slug}


def test_when_they_work_is_told_in_words_too(client, kim, massage):
    kim.shifts.exclude(weekday__in=[0, 2]).delete()
    page = page_of(client, kim)
    assert "Mornings: Monday, Wednesday" in page
    assert "Afternoons: Monday, Wednesday" in page
    assert "Evenings" not in page


def test_who_has_left_has_no_page(client, kim, massage):
    kim.active = False
    kim.save()
    assert client.get(kim.get_absolute_url()).status_code == 404


def test_who_gives_nothing_online_is_reached_by_phone(client, kim, clinic):
    page = page_of(client, kim)
    assert "Not bookable online at the moment" in page
    assert clinic.phone in page


def test_more_treatments_cost_no_more_queries(client, kim, massage, django_assert_num_queries):
    with django_assert_num_queries(5):
        page_of(client, kim)
    for _ in range(10):
        factories.make_treatment(therapists=[kim])
    with django_assert_num_queries(5):
        page_of(client, kim)


@pytest.fixture
def portrait(kim):
    return Portrait.objects.create(therapist=kim, picture=b"a jpeg", digest="abc")


def test_a_photo_stands_where_therapists_are_shown_and_chosen(client, kim, massage, portrait):
    lee = factories.make_therapist("Lee Demo")
    massage.therapists.add(lee)
    url = f"/therapists/{kim.slug}/abc.jpg"
    for path in ("/", f"/therapists/{kim.slug}/", f"/book/{massage.slug}/"):
        assert f'src="{url}"' in client.get(path).content.decode()
    assert f"<b>{lee.initials}</b>" in client.get("/").content.decode()


def test_a_photo_is_kept_by_browsers_until_there_is_another(client, kim, portrait):
    answer = client.get(f"/therapists/{kim.slug}/abc.jpg")
    assert (answer.content, answer["Content-Type"]) == (b"a jpeg", "image/jpeg")
    assert {"public", "immutable"} <= set(answer["Cache-Control"].split(", "))
    assert client.get(f"/therapists/{kim.slug}/abd.jpg").status_code == 404
    Therapist.objects.update(active=False)
    assert client.get(f"/therapists/{kim.slug}/abc.jpg").status_code == 404


def test_no_page_that_lists_therapists_loads_a_picture(client, massage, portrait):
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
        client.get(f"/book/{massage.slug}/")
    assert not [one["sql"] for one in asked if '"picture"' in one["sql"]]
