"""Where somebody's health is not shown to them, neither is that they are on hold, or were."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.actions.clients import health_hold
from bookings.actions.scheduling import attendance
from bookings.links import Purpose, client_url
from bookings.models import Change, Client, Mail
from bookings.queries.mail.nudges import why_none_at_all
from clinic.records.client_export import export
from therapists.actions import health_checks
from therapists.health_audit import Reader
from therapists.models import Decision

TOLD_OF = (
    "health_hold",
    "To be checked",
    "health_decided",
    "held_here",
    "clearance",
    "this client",
)


def everything_about_a_hold(client, kim):
    """Put, waited for, decided about, lifted, put again; and a training mail left out for it."""
    by, now = f"therapist: {kim.user.pk}", timezone.now() + timedelta(minutes=1)
    reader = Reader(who=by, user=kim.user, address=None, page="brief")
    coming = client.appointments.upcoming(now).get()
    health_hold.put(client, by="runner", now=now)
    attendance.note_waiting(coming, by="desk", now=now)
    for decision in (Decision.TREAT, Decision.LIFT):
        health_checks.decide(coming, decision, "x", reader=reader, now=now)
    health_hold.put(client, by="runner", now=now)
    client.wants_nudges = True
    Mail.objects.filter(client=client).update(why=why_none_at_all(client))


def told(client, reader):
    """All groups as they would be downloaded."""
    found = export(Client.objects.get(pk=client.pk), reader=reader, now=timezone.now())
    return json.loads(json.dumps(found.groups, default=str))


@pytest.fixture
def ana_reads(known):
    return Reader(who=f"runner: {known.user.pk}", user=known.user, address=None, page="data")


@pytest.mark.parametrize("is_signed_in", [False, True], ids=["by a mailed link", "unconfirmed"])
def test_no_group_tells_of_a_hold_where_health_is_not_shown(known, kim, ana_reads, is_signed_in):
    reader = ana_reads if is_signed_in else None
    if is_signed_in:
        Client.objects.filter(pk=known.pk).update(unconfirmed_since=timezone.now())
    before = told(known, reader)
    everything_about_a_hold(known, kim)
    assert Change.objects.filter(client=known, after__health_hold=True).exists()
    assert told(known, reader) == before
    assert not [word for word in TOLD_OF if word in json.dumps(before)]


def test_whoever_it_is_for_certain_sees_all_of_it(known, kim, ana_reads):
    everything_about_a_hold(known, kim)
    shown = json.dumps(told(known, ana_reads))
    assert not [word for word in TOLD_OF if word not in shown]


def test_the_page_of_a_mailed_link_has_no_word_of_it_either(client, known, kim):
    everything_about_a_hold(known, kim)
    page = client.get(client_url(Purpose.DOWNLOAD, known)).content.decode()
    assert "are not here" in page
    for words in ("be checked", "Health hold", "Health:", "the therapist to decide"):
        assert words not in page, words
