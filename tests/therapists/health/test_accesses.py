"""The owner sees who read or wrote what; never what it said."""

import inspect
import re
import sys
from datetime import timedelta

import pytest
from django.contrib import admin
from django.utils import timezone
from django.utils.html import strip_tags

from clinic.records import urls as of_records
from tests import factories
from tests.clock import day_of
from therapists import urls
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


def of_pages_that_read():
    """The names of the routes whose module makes a reader; nothing else opens a record."""
    for pattern in [*urls.urlpatterns, *of_records.urlpatterns]:
        module = sys.modules[inspect.unwrap(pattern.callback).__module__]
        if "reader_of(" in inspect.getsource(module):
            yield pattern.name


@pytest.mark.parametrize("name", sorted({*of_pages_that_read(), "export_all"} - {"wish"}))
def test_every_page_that_reads_has_a_name_that_an_owner_knows(name, owners, look, ana):
    look(ana, "therapist: kim@example.com", page=f"therapists:{name}")
    [line] = rows(text(owners.get("/health/accesses/?own=on")))
    where = line.rpartition("read note ")[2]
    assert re.fullmatch(r"[A-Z][a-z ]+", where)


def test_one_page_that_somebody_opened_is_one_line(owners, look, ana):
    for record in (3, 1, 2):
        look(ana, "therapist: kim@example.com", record)
    page = text(owners.get("/health/accesses/"))
    assert page.count("kim@example.com") == 1
    assert "read note" in page
    assert "read note 1, 2, 3" in text(owners.get("/health/accesses/?every=on"))


def rows(page):
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(strip_tags(row).split()) for row in body.split("</tr>")[:-1]]


@pytest.mark.fixed_clock("2026-12-02T09:00")
def test_one_visit_opened_is_one_line_however_often_it_was_saved(owners, look, ana):
    """Brief, note, ten drafts and the signing, in an hour."""
    kim, now = "therapist: kim@example.com", timezone.now()
    look(ana, kim, what="answers", page="therapists:brief")
    for minute in range(10):
        at = now + timedelta(minutes=minute)
        look(ana, kim, did="wrote", what="draft", page="therapists:draft", at=at)
    look(ana, kim, did="wrote", what="note", page="therapists:note", at=now + timedelta(hours=1))
    [line] = rows(text(owners.get("/health/accesses/")))
    assert "read health answers, wrote draft of a note, wrote note" in line
    assert "Brief, Note" in line
    assert len(rows(text(owners.get("/health/accesses/?every=on")))) == 12


def test_what_today_draws_of_many_clients_is_one_line_that_names_them(owners, look, ana):
    bo = factories.make_client("Bo Demo")
    for client in (ana, bo):
        for what in ("answers", "note"):
            look(client, "therapist: kim@example.com", what=what, page="therapists:today")
    look(bo, "therapist: kim@example.com", page="therapists:brief")
    found = rows(text(owners.get("/health/accesses/")))
    assert len(found) == 2
    [of_many] = [line for line in found if "2 clients" in line]
    assert "Ana Demo, Bo Demo" in of_many


def test_another_day_another_person_and_another_reason_are_lines_of_their_own(owners, look, ana):
    look(ana, "therapist: kim@example.com")
    look(ana, "therapist: kim@example.com", at=timezone.now() - timedelta(days=1))
    look(ana, "therapist: lee@example.com")
    look(ana, "owner: uma@example.com", reason="The court asks")
    assert len(rows(text(owners.get("/health/accesses/")))) == 4


def test_what_clients_read_of_themselves_is_left_out_unless_it_is_asked_for(owners, look, ana):
    look(ana, "runner: 7", user=ana.user, page="therapists:health")
    look(ana, "runner, by the mailed link", page="therapists:health_by_link")
    assert "Nobody from" in text(owners.get("/health/accesses/"))
    page = text(owners.get("/health/accesses/?own=on"))
    assert len(rows(page)) == 2
    assert "ana@example.com" in page  # who signs in may be somebody else


def test_the_admin_names_nobody_who_read_and_nothing_of_health_that_keeps_a_client(
    desks, look, ana
):
    """No model of health has a page there, so that none of its rows is named."""
    assert not [one for one in admin.site._registry if one._meta.app_label == "therapists"]
    look(ana, "therapist: kim@example.com", what="answers")
    page = desks.get(f"/admin/bookings/client/{ana.pk}/delete/")
    assert page.context["protected"] == ["Records that have to be kept."]
    assert "kim@example.com" not in text(page)


@pytest.mark.parametrize("did", ["read", "wrote", "", "ate"])
def test_reading_and_writing_can_be_asked_for_alone(owners, look, ana, did):
    look(ana, "therapist: kim@example.com")
    look(ana, "therapist: kim@example.com", did="wrote")
    [line] = rows(text(owners.get("/health/accesses/", {"did": did})))
    assert ("read note" in line) == (did != "wrote")
    assert ("wrote note" in line) == (did != "read")


def test_the_next_page_keeps_what_was_asked(owners, look, ana):
    for number in range(60):
        look(factories.make_client(), "therapist: kim@example.com", number, did="wrote")
    page = text(owners.get("/health/accesses/?did=wrote&who=kim&own=on"))
    [link] = re.findall(r'rel="next" href="([^"]+)"', page)
    assert len(rows(text(owners.get("/health/accesses/" + link.replace("&amp;", "&"))))) == 10
    assert all(part in link for part in ("did=wrote", "who=kim", "own=on"))


def test_a_month_is_shown_up_to_the_day_that_is_asked_for(owners, look, ana):
    now = timezone.now()
    look(ana, "therapist: new@example.com")
    look(ana, "therapist: old@example.com", at=now - timedelta(days=40))
    assert "old@" not in text(owners.get("/health/accesses/"))
    until = day_of(now) - timedelta(days=30)
    page = text(owners.get("/health/accesses/", {"until": until}))
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
    assert "read note 2" in text(owners.get("/health/accesses/", {"own": "on", "every": "on"}))
