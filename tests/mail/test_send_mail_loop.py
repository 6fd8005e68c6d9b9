"""The plain loop beside Celery takes over only what lies there for a while."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from bookings.management.commands.send_mail_loop import send_what_was_left
from bookings.models import Mail

pytestmark = pytest.mark.django_db(transaction=True)
A_WHILE = timedelta(seconds=90)


def test_what_has_just_become_due_is_left_to_celery(owed, post_office):
    owed()

    send_what_was_left(A_WHILE)

    assert not post_office.messages


def test_what_has_been_due_for_a_while_is_sent(owed, post_office):
    owed()
    Mail.objects.update(due_at=Now() - A_WHILE)

    send_what_was_left(A_WHILE)

    assert len(post_office.messages) == 1


def test_what_a_lost_sender_left_behind_is_sent(owed, post_office):
    owed()
    Mail.objects.claim()
    Mail.objects.update(lease_until=Now() - A_WHILE)

    send_what_was_left(A_WHILE)

    assert len(post_office.messages) == 1
