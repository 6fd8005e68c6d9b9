"""*Notes to write*: what took place and has no signed note yet."""

import re
from datetime import timedelta

import pytest

from bookings.core.scheduling.statuses import Status
from tests import factories
from tests.therapists.conftest import text
from therapists.models import Access


@pytest.fixture
def listed(kims):
    def _listed():
        page = text(kims.get("/notes/"))
        return {name for name in NAMES if f"{name} Demo" in page}

    return _listed


NAMES = ("Past", "Come", "Signed", "Drafted", "Missed", "Ahead", "Colleague", "Old", "Done early",
         "Begun ahead")  # fmt: skip


@pytest.mark.fixed_clock("2026-12-02T09:00")
def test_every_visit_that_took_place_and_is_not_signed_is_listed_whatever_its_day(
    visit, earlier, write, sign, listed, lee, noon, clinic
):
    def of(name):
        return {"client": factories.make_client(f"{name} Demo")}

    earlier(60, **of("Past"))
    visit(noon - timedelta(hours=3), status=Status.ARRIVED, **of("Come"))
    sign(earlier(3, **of("Signed")), plan="x")
    write(earlier(2, **of("Drafted")), plan="x")
    earlier(4, status=Status.NO_SHOW, **of("Missed"))
    visit(noon + timedelta(days=2), **of("Ahead"))
    visit(noon, status=Status.COMPLETED, **of("Done early"))
    write(visit(noon + timedelta(hours=1), **of("Begun ahead")), plan="x")
    earlier(5, therapist=lee, **of("Colleague"))
    earlier(clinic.care_days + 2, **of("Old"))
    assert listed() == {"Past", "Come", "Drafted", "Done early"}


def test_the_newest_stands_first_and_today_names_it(kims, earlier, sign):
    old, _, new = (earlier(n, client=factories.make_client(f"N{n} Demo")) for n in (9, 2, 1))
    found = re.findall(r"N\d Demo", text(kims.get("/notes/")))
    assert found == ["N1 Demo", "N2 Demo", "N9 Demo"]
    today = text(kims.get("/today/"))
    assert '3 notes to write, the newest <span class="who"><bdi>N1 Demo' in today
    sign(old, plan="x")
    sign(new, plan="x")
    assert '1 note to write: <span class="who"><bdi>N2 Demo' in text(kims.get("/today/"))


def test_what_was_begun_of_a_visit_that_has_moved_to_a_colleague_stays_to_be_written(
    earlier, write, listed, lee
):
    moved = earlier(2, client=factories.make_client("Drafted Demo"))
    write(moved, plan="x")
    moved.therapist = lee
    moved.save()
    assert listed() == {"Drafted"}


def test_the_list_opens_no_record(kims, earlier, write):
    write(earlier(2), plan="x")
    before = Access.objects.count()
    kims.get("/notes/")
    assert Access.objects.count() == before


def test_alerts_and_the_body_map_stand_before_what_is_written(kims, visit):
    page = text(kims.get(f"/visits/{visit().pk}/note/"))
    order = [page.index(part) for part in ("note-alerts", "data-body-map", 'name="subjective"')]
    assert order == sorted(order)
    assert "No health check yet" in page


def test_both_figures_say_which_side_is_the_clients_left(kims, visit):
    page = text(kims.get(f"/visits/{visit().pk}/note/"))
    letters = [part.partition("<")[0] for part in page.split('y="330">')[1:]]
    assert letters == ["R", "L", "L", "R"]
    assert 'data-place="left-forearm"' in page
