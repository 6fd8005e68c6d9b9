"""Taking a client's answers, and lifting the hold that they may have led to."""

from datetime import datetime

from django.db import transaction

from bookings.actions.clients import health_hold
from bookings.models import Appointment, Client
from therapists import health_audit
from therapists.core.content import Answers
from therapists.health_audit import Reader
from therapists.models import Clearance, Form, HealthCheck
from therapists.models.sealed import Sealed


@transaction.atomic
def give(
    client: Client,
    answers: Answers,
    *,
    form: Form,
    visit: Appointment | None,
    reader: Reader,
    now: datetime,
) -> HealthCheck:
    """Keep the answers; a yes to a stop or clearance question puts the client on hold."""
    check = HealthCheck(
        client=client,
        appointment=visit,
        form=form,
        given_at=now,
        by=reader.who,
        content=Sealed.of(answers.as_data()),
    )
    health_audit.written(check, reader=reader, now=now)
    if answers.needs_a_person:
        health_hold.put(client, by=reader.who, now=now)
    return check


@transaction.atomic
def clear(client: Client, reason: str, *, reader: Reader, now: datetime) -> None:
    """A therapist lifts the hold; the reason is kept with the health data."""
    clearance = Clearance(
        client=client, by=reader.user, at=now, content=Sealed.of({"reason": reason})
    )
    health_audit.written(clearance, reader=reader, now=now)
    health_hold.lift(client, by=reader.who, now=now)


def newest_full(client: Client, *, reader: Reader, now: datetime) -> Answers | None:
    """What a client filled in last, for themselves, signed in."""
    check = HealthCheck.objects.shown_to(client).filter(form=Form.FULL).first()
    if check is None:
        return None
    return Answers.from_data(health_audit.opened([check], reader=reader, now=now)[0])
