"""Who is asking: a keyed hash of the browser, and one of the address."""

import pytest
from django.test import RequestFactory

from bookings.web.visitor import address, counted_as, held_from
from tests import factories

request_from = RequestFactory().get


def test_an_address_is_kept_only_as_a_hash(settings):
    kept = address(request_from("/", REMOTE_ADDR="192.0.2.1"))
    assert "192.0.2.1" not in kept
    assert len(kept) == 64
    settings.SECRET_KEY = "another"
    assert address(request_from("/", REMOTE_ADDR="192.0.2.1")) != kept


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("192.0.2.1", "::ffff:192.0.2.9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
    ],
)
def test_neighbours_share_the_first_half_and_households_are_told_apart(one, other, is_near):
    kept = [address(request_from("/", REMOTE_ADDR=where)) for where in (one, other)]
    assert (kept[0][:32] == kept[1][:32]) is is_near
    assert kept[0] != kept[1]


def test_logins_have_allowances_of_their_own_and_their_network_one_for_them_all(db):
    """Else three mailboxes that somebody has made close the clinic to newcomers."""
    users = factories.make_user("one@example.com"), factories.make_user("two@example.com")
    near, far = "192.0.2.1", "198.51.100.1"
    kept = {(user.pk, where): sent_by(user, where) for user in users for where in (near, far)}
    starts = {who: held_from(request) for who, request in kept.items()}
    assert len(set(starts.values())) == 4
    assert len({start[:32] for start in starts.values()}) == 2
    assert starts[users[0].pk, near][:32] == held_from(request_from("/", REMOTE_ADDR=near))[:32]
    assert len({counted_as(request) for request in kept.values()}) == 2


def sent_by(user, where):
    request = request_from("/", REMOTE_ADDR=where)
    request.user = user
    return request


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.9", "192.0.2.1"),
        (1, "203.0.113.5, 198.51.100.9", "198.51.100.9"),
        (2, "203.0.113.5, 198.51.100.9", "203.0.113.5"),
        (1, "", "192.0.2.1"),
        (3, "203.0.113.5, 198.51.100.9", "192.0.2.1"),
    ],
)
def test_only_our_own_proxies_are_believed(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    seen = request_from("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert address(seen) == address_without_proxies(settings, expected)


def address_without_proxies(settings, ip: str) -> str:
    settings.TRUSTED_PROXIES = 0
    return address(request_from("/", REMOTE_ADDR=ip))
