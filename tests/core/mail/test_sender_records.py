"""SPF, DKIM and DMARC as receivers read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core.mail import mail_hosts
from bookings.core.mail.sender_records import Finding, dkim, dmarc, spf

HOST = "spf.messagingengine.com"
ELEVEN = " ".join(f"include:_{number}.example" for number in range(11))


@pytest.mark.parametrize(
    ("texts", "finding"),
    [
        ([], Finding.MISSING),
        (["google-site-verification=x", "v=spf10 -all"], Finding.MISSING),
        (["v=spf1 include:spf.messagingengine.com ~all"], Finding.GOOD),
        (["V=SPF1 Include:SPF.messagingengine.com -ALL"], Finding.GOOD),
        (["v=spf1 include:spf.messagingengine.com", "v=spf1 -all"], Finding.SEVERAL),
        (["v=spf1 include:spf.messagingengine.com +all"], Finding.OPEN),
        (["v=spf1 include:spf.messagingengine.com all"], Finding.OPEN),
        (["v=spf1 include:spf.messagingengine.com ?all"], Finding.OPEN),
        (["v=spf1 include:spf.messagingengine.com"], Finding.ENDLESS),
        (["v=spf1 include:spf.messagingengine.com redirect=_spf.example"], Finding.GOOD),
        (["v=spf1 mx ~all"], Finding.WITHOUT_HOST),
        (["v=spf1 -all"], Finding.NOBODY),
        (["v=spf1 exp=why.%{d} ~all"], Finding.NOBODY),
        ([f"v=spf1 {ELEVEN} include:spf.messagingengine.com ~all"], Finding.TOO_MANY),
    ],
)
def test_spf(texts, finding):
    assert spf("example.com", texts, HOST).finding == finding


def test_spf_of_a_host_that_is_not_known_may_name_whom_it_likes():
    assert spf("example.com", ["v=spf1 ip4:192.0.2.1 a mx -all"], "").is_good


@pytest.mark.parametrize(
    ("keys", "finding", "name"),
    [
        ({}, Finding.MISSING, "…._domainkey.example.com"),
        ({"s1": [], "s2": ["v=DKIM1; k=rsa; p=MIGf"]}, Finding.GOOD, "s2._domainkey.example.com"),
        ({"s1": ["k=rsa; p="]}, Finding.REVOKED, "s1._domainkey.example.com"),
        ({"s1": ["a text of something else"]}, Finding.MISSING, "…._domainkey.example.com"),
    ],
)
def test_dkim(keys, finding, name):
    found = dkim("example.com", keys)
    assert (found.finding, found.name) == (finding, name)


@pytest.mark.parametrize(
    ("texts", "finding"),
    [
        ([], Finding.MISSING),
        (["v=DMARC1; p=none; rua=mailto:a@example.com"], Finding.ONLY_WATCHES),
        (["v=DMARC1; p=quarantine"], Finding.GOOD),
        (["v=DMARC1;p=reject;"], Finding.GOOD),
        (["v=DMARC1; p=nonsense"], Finding.BROKEN),
        (["v=DMARC1"], Finding.BROKEN),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], Finding.SEVERAL),
    ],
)
def test_dmarc(texts, finding):
    assert dmarc("example.com", texts).finding == finding


@given(st.lists(st.text(max_size=40), max_size=4))
def test_whatever_stands_there_is_read(texts):
    spf("example.com", texts, HOST)
    dkim("example.com", {"s1": texts})
    dmarc("example.com", texts)


@pytest.mark.parametrize(
    ("server", "name"),
    [
        ("smtp.fastmail.com", "Fastmail"),
        ("email-smtp.eu-west-1.amazonaws.com", "Amazon SES"),
        ("SMTP-relay.gmail.com.", "Google"),
        ("smtp.notgmail.com", None),
        ("localhost", None),
    ],
)
def test_a_host_is_known_by_the_end_of_its_servers_name(server, name):
    host = mail_hosts.host_of(server)
    assert (host and host.name) == name
