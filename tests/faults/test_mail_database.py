"""The database goes away while a message goes out."""

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from bookings.actions.mail import outbox, sending
from bookings.models import Mail, MailKind, MailState
from tests.mail import conftest as of_mails

visit, post_office = of_mails.visit, of_mails.post_office

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mail_is_recorded_though_the_connection_was_lost_meanwhile(visit, post_office):
    for _ in range(2):
        outbox.owe(MailKind.CONFIRMED, visit(), now=timezone.now())
    post_office.while_taking = cut(connection)

    assert sending.send_due(now=timezone.now()) == 2
    found = Mail.objects.filter(kind=MailKind.CONFIRMED)
    assert set(found.values_list("state", "doubts")) == {(MailState.SENT, 0)}
    assert set(post_office.times_taken().values()) == {1}


def cut(ours):
    """Ends the connection's session in the server, as a restart would; once."""
    number = ours.connection.info.backend_pid
    parameters = ours.get_connection_params()

    def _cut() -> None:
        with psycopg2.connect(**parameters) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [number])
        other.close()

    return _cut
