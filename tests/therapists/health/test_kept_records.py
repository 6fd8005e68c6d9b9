"""Whose clinical record it is, once they are erased: for the owner, with a reason, and recorded."""

import pytest
from django.utils import timezone

from bookings.core.roles import Role
from bookings.models import Client
from tests import factories
from tests.therapists.conftest import text
from therapists.actions import kept_records
from therapists.models import Access, HealthCheck, KeptRecord
from therapists.models.sealed import Sealed

WHY = "A court has asked for it"


@pytest.fixture
def kept(ana, sign, earlier):
    """Ana is erased; Kim had signed two notes about her, one for nobody else."""
    sign(earlier(20), plan="For all of us")
    sign(earlier(10), plan="Mine alone", privacy="author")
    told = {"protocol": 1, "given": [], "text": "Told long ago", "pressure": "", "changed": None}
    HealthCheck.objects.create(
        client=ana, form="full", given_at=timezone.now(), by="runner", content=Sealed.of(told)
    )
    kept_records.keep(ana, now=timezone.now())
    Client.objects.filter(pk=ana.pk).update(name="Erased client", email="", phone="")
    Access.objects.all().delete()
    return KeptRecord.objects.get()


def test_the_list_names_nobody_and_opens_nothing(owners, kept):
    page = text(owners.get("/health/kept/"))
    assert f"Record {kept.pk}" in page
    assert "Ana Demo" not in page
    assert not Access.objects.exists()


def test_with_a_reason_the_owner_reads_who_it_was_and_all_that_was_signed(owners, kept):
    answer = owners.post(f"/health/kept/{kept.pk}/", {"reason": WHY})
    page = text(answer)
    for words in ("Ana Demo", "ana@example.com", "Told long ago", "For all of us", "Mine alone"):
        assert words in page
    assert "no-store" in answer["Cache-Control"]
    read = Access.objects.all()
    assert {(one.who, one.did, one.reason) for one in read} == {
        (factories.key_of("owner@example.com", Role.OWNER), "read", WHY)
    }
    assert sorted(one.what for one in read) == ["answers", "identity", "note", "note"]
    assert WHY in text(owners.get("/health/accesses/"))


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_without_a_reason_it_stays_sealed(owners, kept, reason):
    answer = owners.post(f"/health/kept/{kept.pk}/", {"reason": reason})
    assert answer.status_code == 422
    assert "Ana Demo" not in answer.content.decode()
    assert not Access.objects.exists()


def test_it_is_opened_by_no_link(owners, kept):
    assert owners.get(f"/health/kept/{kept.pk}/").status_code == 405


def test_thirty_records_take_as_many_queries_as_one(
    owners, kept, django_assert_max_num_queries, django_assert_num_queries
):
    owners.get("/health/kept/")
    with django_assert_max_num_queries(12) as seen:
        owners.get("/health/kept/")
    for number in range(29):
        client = Client.objects.create(name=f"Erased {number}")
        kept_records.keep(client, now=timezone.now())
    with django_assert_num_queries(len(seen)):
        owners.get("/health/kept/")
