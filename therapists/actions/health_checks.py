"""Taking a client's answers, and deciding about the hold that they may have led to."""

from datetime import datetime

from django.db import transaction

from bookings.actions.clients import health_hold
from bookings.models import Appointment, Client
from therapists import health_audit
from therapists.core.content import Answers
from therapists.health_audit import Reader
from therapists.models import Clearance, Decision, Form, HealthCheck, HowAsked
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
    asked: HowAsked | None = None,
) -> HealthCheck:
    """Keep the answers; a yes to a stop or clearance question puts the client on hold."""
    check = HealthCheck(
        client=client,
        appointment=visit,
        form=form,
        given_at=now,
        by=reader.who,
        asked=asked or "",
        content=Sealed.of(answers.as_data()),
    )
    health_audit.written(check, reader=reader, now=now)
    if answers.needs_a_person:
        health_hold.put(client, by=reader.who, now=now)
    return check


@transaction.atomic
def decide(
    visit: Appointment, decision: Decision, reason: str, *, reader: Reader, now: datetime
) -> None:
    """Lift the client's hold, or let this one visit go on under it, or not; the reason is sealed.

    The diary learns that somebody has decided and whether the visit still waits, never why.
    """
    said = Sealed.of({"decision": decision, "reason": reason})
    clearance = Clearance(client=visit.whose, by=reader.user, at=now, content=said)
    health_audit.written(clearance, reader=reader, now=now)
    if decision == Decision.LIFT:
        health_hold.lift(visit.whose, by=reader.who, now=now)
    elif decision == Decision.NOT_TODAY:
        health_hold.refuse(visit, by=reader.who, now=now)
    else:
        health_hold.decide(visit, by=reader.who, now=now)


def newest_full(client: Client, *, reader: Reader, now: datetime) -> Answers | None:
    """What a client filled in last, for themselves, signed in."""
    check = HealthCheck.objects.shown_to(client).filter(form=Form.FULL).first()
    if check is None:
        return None
    return Answers.from_data(health_audit.opened([check], reader=reader, now=now)[0])
