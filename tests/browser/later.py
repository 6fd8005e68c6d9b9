"""A program beside the site for which it is later: what it sends then really goes out.

Python's clock and PostgreSQL's move together, for that program alone (tests/clock.py says how).
"""

# Sends what one client is owed, day by day until the first nudge has gone; prints its key. All
# that others are owed waits aside meanwhile, as it would be late by weeks.
FIRST_NUDGE = """
import time
from datetime import timedelta
import time_machine
from django.db import connection
from django.db.models import F
from bookings.actions.mail import sending
from bookings.models import Client, Mail, MailKind, MailState
from tests.clock import ASKED, FUNCTION, SCHEMA

ASIDE = timedelta(days=3650)
client = Client.objects.get(email="ADDRESS")
others = Mail.objects.filter(state=MailState.SCHEDULED).exclude(client=client)
kept = list(others.values_list("pk", flat=True))
nudges = client.mails.filter(kind=MailKind.NUDGE)
while Mail.objects.filter(state=MailState.SENDING).exists():
    time.sleep(0.1)
Mail.objects.filter(pk__in=kept).update(due_at=F("due_at") + ASIDE)
with connection.cursor() as cursor:
    cursor.execute(SCHEMA + "".join(FUNCTION.format(name=one) for one in ASKED))
    cursor.execute("SET search_path = public, clock, pg_catalog")
try:
    while (sent := nudges.filter(state=MailState.SENT).first()) is None:
        then = nudges.filter(state=MailState.SCHEDULED).earliest("due_at").due_at
        then += timedelta(minutes=1)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE clock.shows SET at = %s", [then])
        with time_machine.travel(then):
            sending.send_due(now=then)
    print(sent.key)
finally:
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = public, pg_catalog")
        cursor.execute("DROP SCHEMA clock CASCADE")
    Mail.objects.filter(pk__in=kept).update(due_at=F("due_at") - ASIDE)
"""
