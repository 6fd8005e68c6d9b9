"""Which mails a client wants."""

from datetime import datetime
from functools import partial

from django.db import transaction

from bookings.actions.mail import nudges
from bookings.mail.wake_worker import ring
from bookings.models import BroughtPlan, Client, MailGroup

LIST_IS_TENDED = "bookings.tasks.tend_waiting_list"


def address_takes_no_mail(address: str, *, now: datetime) -> None:
    """Nudges stop for everybody at that address, the desk sees why nothing arrives, and what the
    waiting list keeps for them goes on to the next.
    """
    known = Client.objects.at(address)
    known.filter(bounced_at=None).update(bounced_at=now)
    for client in known:
        choose(client, MailGroup.NUDGES, wanted=False, how="hard bounce", now=now)
    transaction.on_commit(partial(ring, LIST_IS_TENDED), robust=True)


def reader_complained(address: str, *, now: datetime) -> None:
    """Whoever calls a mail of ours unwanted gets no more that could be."""
    for client in Client.objects.at(address):
        choose(client, MailGroup.NUDGES, wanted=False, how="complaint", now=now)


@transaction.atomic
def choose(
    client: Client,
    group: MailGroup,
    *,
    wanted: bool,
    how: str,
    wording: str = "",
    now: datetime,
) -> None:
    """Note the client's choice and what it said; the same choice again changes nothing.

    Training mails that are wanted are owed from now on; what is due of others is not sent.
    """
    client = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    if group is MailGroup.NUDGES and not wanted:
        _drop_what_waits_for_a_proof(client)
    changed = note(client, group, wanted=wanted, how=how, wording=wording, now=now)
    if changed and group is MailGroup.NUDGES:
        nudges.plan_for(client, now=now)


def note(
    client: Client, group: MailGroup, *, wanted: bool, how: str, wording: str = "", now: datetime
) -> bool:
    """Whether it is another choice than before; the caller has locked the client."""
    if getattr(client, group.field) == wanted:
        return False
    setattr(client, group.field, wanted)
    client.save(update_fields=[group.field])
    client.mail_consents.create(group=group, wanted=wanted, at=now, how=how, wording=wording)
    return True


def _drop_what_waits_for_a_proof(client: Client) -> None:
    """A wish that came with a race, and that the client has not been asked about yet."""
    for brought in BroughtPlan.objects.filter(client=client):
        habits = {**brought.told.habits, "wants_nudges": False}
        BroughtPlan.objects.filter(pk=brought.pk).update(data=brought.told.with_habits(habits).data)
