"""Real processes send to a mail server that misbehaves: in each way, and then comes to its senses.

Counted: nothing lost in silence, nothing twice but what was in doubt, nothing burnt by a fault
that was not the mail's own.
"""

import os
from collections import Counter

import pytest
from django.utils import timezone

from bookings.actions.mail import outbox
from bookings.models import Mail, MailKind, MailState
from tests import patience
from tests.factories import make_client
from tests.faults.mail_workers import Workers, states, time_passes, wait_until_none_is_left
from tests.mail import conftest as of_mails
from tests.mail.post_office import HANG_UP, SAY_NOTHING, TAKE_AND_HANG_UP, Rule

visit, post_office = of_mails.visit, of_mails.post_office

pytestmark = pytest.mark.django_db(transaction=True)
MAILS = int(os.environ.get("MAILS", "120")) // 4
ENOUGH = 6  # times that they have knocked at the server's door
NOT_NOW, NEVER = "not-now", "never"


@pytest.fixture
def owe(visit):
    def _owe() -> None:
        """Of each five clients the server will postpone one, and refuse one."""
        for number in range(MAILS):
            name = {0: NOT_NOW, 1: NEVER}.get(number % 5, "client")
            client = make_client(email=f"{name}-{number}@example.com")
            outbox.owe(MailKind.CONFIRMED, visit(client=client), now=timezone.now())
        Mail.objects.filter(kind=MailKind.REMINDER).delete()

    return _owe


def wait_until_all_is_settled() -> None:
    wait_until_none_is_left(Mail.objects.unfinished())


def wait_until_they_have_tried(post_office) -> None:
    def enough() -> bool:
        time_passes(Mail.objects.all())
        return post_office.connections >= ENOUGH

    patience.wait_for(enough, otherwise=states)


class OnceFor(Rule):
    """To each recipient of a name, the first time only."""

    seen: Counter

    def concerns(self, command: str, recipients: list[str]) -> bool:
        if command != self.command or not recipients or self.to not in recipients[0]:
            return False
        self.seen[recipients[0]] += 1
        return self.seen[recipients[0]] == 1


class AlwaysFor(Rule):
    def concerns(self, command: str, recipients: list[str]) -> bool:
        return command == self.command and self.to in "".join(recipients)


def postpones_one_in_five(command: str) -> Rule:
    rule = OnceFor(command, "451 4.7.1 try again later", NOT_NOW)
    rule.seen = Counter()
    return rule


def refuses_one_in_five(command: str) -> Rule:
    return AlwaysFor(command, "550 5.1.1 nobody of that name", NEVER)


def test_one_in_five_postponed_and_one_in_five_refused(owe, post_office):
    post_office.rules += [postpones_one_in_five("RCPT"), refuses_one_in_five("DATA")]
    owe()
    with Workers(3):
        wait_until_all_is_settled()
    assert states() == {MailState.SENT: MAILS * 4 // 5, MailState.FAILED: MAILS // 5}
    failed = Mail.objects.filter(state=MailState.FAILED)
    assert all(NEVER in mail.client.email for mail in failed.select_related("client"))
    assert not Mail.objects.filter(doubts__gt=0).exists()
    assert set(post_office.times_taken().values()) == {1}


@pytest.mark.parametrize(
    ("answer", "command"),
    [
        ("553 5.7.1 not from you", "MAIL"),
        ("550 5.7.1 you are on a list", "RCPT"),
        (HANG_UP, "MAIL"),
    ],
)
def test_a_server_that_takes_nothing_for_a_while_costs_time_only(owe, post_office, answer, command):
    post_office.will(answer, at=command)
    owe()
    with Workers(3):
        wait_until_they_have_tried(post_office)
        assert not post_office.messages
        burnt = Mail.objects.filter(state=MailState.FAILED).count()
        post_office.behaves_again()
        wait_until_all_is_settled()
    assert burnt <= 4 + 2, "those before the row was noticed, and one for each other sender"
    assert states() == Counter({MailState.SENT: MAILS - burnt, MailState.FAILED: burnt}) - Counter()
    assert not Mail.objects.filter(doubts__gt=0).exists()
    assert set(post_office.times_taken().values()) == {1}


@pytest.mark.parametrize("fault", [SAY_NOTHING, TAKE_AND_HANG_UP])
def test_silence_after_the_message_is_a_doubt_that_is_counted(owe, post_office, fault):
    times = 4
    post_office.will(fault, at="DATA", times=times)
    owe()
    # Beyond any silence of a server that only waits for its turn on this machine.
    with Workers(2, patience=2 * patience.slowness()):
        wait_until_all_is_settled()
    taken = post_office.times_taken()
    in_doubt = set(Mail.objects.filter(doubts__gt=0).values_list("message_id", flat=True))
    assert states().total() == states()[MailState.SENT] + states()[MailState.AMBIGUOUS]
    assert 0 < len(in_doubt) <= times
    assert {key for key, how_often in taken.items() if how_often > 1} <= in_doubt
    sent = Mail.objects.filter(state=MailState.SENT).values_list("message_id", flat=True)
    assert set(sent) <= set(taken)
