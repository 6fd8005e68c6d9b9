"""A client's record at the desk: taken down, changed, out of date, and of age."""

from datetime import date
from typing import Any

import pytest

from bookings.actions.clients import details
from bookings.actions.refusals import Stale
from bookings.core.roles import Role
from bookings.models import Client, User
from tests.clock import TODAY
from tests.factories import NOW, make_client, make_user

BY: dict[str, Any] = {"by": "desk: desk@example.com", "now": NOW}


@pytest.fixture
def ana(clinic):
    """Without a login, and mail to her comes back."""
    return make_client("Ana Demo", phone="1", bounced_at=NOW)


def change(client, seen=None, **wanted):
    return details.change(client, seen=seen or details.facts_of(client), wanted=wanted, **BY)


def test_what_changed_is_kept_with_who_did_it(ana):
    change(ana, phone="2", name="Ana Demo")
    event = ana.record_events.get()
    assert event.facts == {"from": {"phone": "1"}, "to": {"phone": "2"}}
    assert event.by == BY["by"]


def test_nothing_changed_is_no_event(ana):
    change(ana, phone="1")
    assert not ana.record_events.exists()


def test_a_form_out_of_date_says_what_has_changed_and_by_whom(ana):
    seen = details.facts_of(ana)
    change(ana, phone="2")
    with pytest.raises(Stale, match=r"by desk: desk@example\.com.*phone from “1” to “2”"):
        change(ana, seen, name="Ana Else")
    assert Client.objects.get().name == "Ana Demo"


def test_another_address_is_neither_proved_nor_bounced(ana):
    changed = change(ana, email="new@example.com")
    assert (changed.proved_at, changed.bounced_at) == (None, None)


def test_the_same_address_in_other_letters_stays_proved(ana):
    assert change(ana, email=ana.email.upper()).proved_at


def test_another_address_ends_the_login(ana):
    ana.user = make_user()
    ana.save()
    changed = change(ana, email="new@example.com")
    assert (changed.user, changed.proved_at, changed.unconfirmed_since) == (None, None, NOW)
    assert not User.objects.exists()


def test_another_address_leaves_a_login_of_the_staff_to_the_staff(ana):
    ana.user = make_user(role=Role.DESK)
    ana.save()
    assert change(ana, email="new@example.com").user is None
    assert User.objects.exists()


@pytest.mark.parametrize(
    ("born", "on", "young"),
    [
        (date(2008, 12, 1), date(2026, 12, 1), False),
        (date(2008, 12, 2), date(2026, 12, 1), True),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
        (date(2010, 2, 28), date(2028, 2, 29), False),
        (date(2010, 3, 1), date(2028, 2, 29), True),
        (None, date(2026, 12, 1), False),
    ],
)
def test_under_age_is_under_eighteen_on_the_day(ana, born, on, young):
    ana.date_of_birth = born
    assert ana.is_under_age(on) is young


def test_consent_is_written_down_with_who_and_taken_back(ana):
    young = change(ana, date_of_birth=date(2015, 1, 1))
    assert young.lacks_consent(TODAY)
    agreed = change(young, guardian_name="Pat Demo", guardian_agreed=True)
    assert (agreed.guardian_agreed_at, agreed.guardian_agreed_by) == (NOW, BY["by"])
    assert not agreed.lacks_consent(TODAY)
    assert change(agreed, guardian_agreed=False).lacks_consent(TODAY)


def test_what_the_client_tells_of_their_age_changes_nothing_known(ana):
    told: dict[str, Any] = {"guardian_name": "Pat Demo", "agreed": True, "by": "runner", "now": NOW}
    details.tell_age(ana, date_of_birth=date(2015, 1, 1), **told)
    details.tell_age(ana, date_of_birth=date(1980, 1, 1), **told | {"guardian_name": "X"})
    ana.refresh_from_db()
    assert (ana.date_of_birth, ana.guardian_name) == (date(2015, 1, 1), "Pat Demo")
    assert ana.record_events.count() == 1
