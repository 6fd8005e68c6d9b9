"""The owner sees who read or wrote what; never what it said."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from therapists.models import Access


@pytest.fixture
def look():
    now = timezone.now()

    def _look(client, who, record=1, **fields):
        fields = {"at": now, "did": "read", "what": "note", "page": "brief", **fields}
        return Access.objects.create(client=client, who=who, record=record, **fields)

    return _look


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_one_page_that_somebody_opened_is_one_line(owners, look, ana):
    for record in (3, 1, 2):
        look(ana, "therapist: kim@example.com", record)
    page = text(owners.get("/health/accesses/"))
    assert page.count("kim@example.com") == 1
    assert "read note 1, 2, 3" in page


def test_a_month_is_shown_up_to_the_day_that_is_asked_for(owners, look, ana):
    now = timezone.now()
    look(ana, "therapist: new@example.com")
    look(ana, "therapist: old@example.com", at=now - timedelta(days=40))
    assert "old@" not in text(owners.get("/health/accesses/"))
    page = text(owners.get("/health/accesses/", {"until": (now - timedelta(days=30)).date()}))
    assert "old@" in page
    assert "new@" not in page


@pytest.mark.parametrize("until", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_shows_the_last_month(owners, look, ana, until):
    look(ana, "therapist: kim@example.com")
    assert "kim@example.com" in text(owners.get("/health/accesses/", {"until": until}))


def test_found_by_login_and_by_client(owners, look, ana):
    look(ana, "therapist: kim@example.com")
    look(factories.make_client("Bo Demo"), "therapist: lee@example.com", 2)
    by_login = text(owners.get("/health/accesses/", {"who": "LEE@"}))
    assert "Bo Demo" in by_login
    assert "Ana Demo" not in by_login
    assert "kim@example.com" in text(owners.get("/health/accesses/", {"who": "ana d"}))
    assert "Nobody of that name" in text(owners.get("/health/accesses/", {"who": "zzz"}))


@pytest.mark.parametrize("page", ["0", "-1", "x", "999"])
def test_a_page_that_is_none_shows_one_that_is(owners, look, ana, page):
    look(ana, "therapist: kim@example.com")
    assert "kim@example.com" in text(owners.get("/health/accesses/", {"page": page}))


def test_thirty_lines_take_as_many_queries_as_one(
    owners, look, ana, django_assert_max_num_queries, django_assert_num_queries
):
    look(ana, "a")
    with django_assert_max_num_queries(13) as seen:
        owners.get("/health/accesses/")
    as_many = len(seen)
    for number in range(30):
        look(factories.make_client(), "b", number)
    with django_assert_num_queries(as_many):
        owners.get("/health/accesses/")


def test_clients_looks_at_their_own_drown_nobody_elses(owners, look, ana):
    look(ana, "therapist: kim@example.com")
    look(ana, "runner: 7", 2)
    look(ana, "runner, by the mailed link", 3, did="wrote")
    page = text(owners.get("/health/accesses/"))
    assert "kim@example.com" in page
    assert "by the mailed link" in page
    assert "read note 2" not in page
    assert "read note 2" in text(owners.get("/health/accesses/", {"own": "on"}))
