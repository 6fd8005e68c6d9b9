"""Who a client is: known once somebody has answered from behind a mailed link."""

from datetime import datetime
from unicodedata import normalize

from django.db import IntegrityError, models, transaction

from bookings.actions import nudging
from bookings.actions.refusals import ClientBusy
from bookings.actions.writing import changes_the_diary
from bookings.models import Change, Client, Clinic


def newcomer(*, name: str, email: str, phone: str = "", now: datetime) -> Client:
    """Whoever fills in a public form: a provisional client, not yet saved."""
    return Client(name=name, email=email, phone=phone, created_at=now, terms_agreed_at=now)


def write_down(client: Client) -> Client:
    """Save a newcomer, also one whose first try was rolled back; a known client stays as is."""
    if client._state.adding or client.is_provisional:
        client.pk = None
        client.save(force_insert=True)
    return client


@changes_the_diary
def prove(_clinic: Clinic, client: Client, *, by: str, now: datetime) -> Client:
    """Take the client's address as proved, and return who they turn out to be.

    The same address and name as a known client join that one, which is not edited; the same
    address with another name stays a client of its own, shown to the desk. Proving again
    changes nothing.
    """
    client.refresh_from_db()
    if not client.is_provisional:
        return client
    known = list(_known_at(client.email).exclude(pk=client.pk).order_by("proved_at", "pk"))
    same = next((other for other in known if _same_name(other.name, client.name)), None)
    if same is not None and _joined(client, same, by=by, now=now):
        return same
    client.proved_at = now
    client.same_address_as = known[0] if known else None
    client.save(update_fields=["proved_at", "same_address_as"])
    return client


@changes_the_diary
def decide(_clinic: Clinic, client: Client, *, same: bool, by: str, now: datetime) -> Client:
    """What the desk says of "same e-mail, different name". Returns who the client now is.

    Raises ClientBusy when joining would put one person in two places at once.
    """
    client.refresh_from_db()
    other = client.same_address_as
    if same and other is not None:
        if not _joined(client, other, by=by, now=now):
            raise ClientBusy("Both have an appointment at the same time; move one first.")
        return other
    client.same_address_as = None
    client.save(update_fields=["same_address_as"])
    return client


def _known_at(address: str):
    return Client.objects.filter(email__iexact=address, proved_at__isnull=False)


def _same_name(one: str, other: str) -> bool:
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(normalize("NFKC", name).casefold().split())


def _joined(client: Client, known: Client, *, by: str, now: datetime) -> bool:
    """Hand everything over; False when that would put one person in two places at once."""
    try:
        with transaction.atomic():
            for appointment in client.appointments.all():
                appointment.record("joined", by=by, now=now, facts=_what_was_typed(client))
            client.mails.update(client=known)
            _hand_over_what_is_protected(client, known)
            _hand_over_what_was_told(client, known)
            _hand_over_races(client, known, now)
            _hand_over_what_was_agreed(client, known)
            _hand_over_history(client, known)
    except IntegrityError:
        return False
    return True


def _hand_over_what_is_protected(client: Client, known: Client) -> None:
    """What may not go when a client goes, whichever app it belongs to: appointments and more."""
    for relation in Client._meta.related_objects:
        if relation.on_delete is models.PROTECT:
            of_client = {relation.field.name: client}
            rows = relation.related_model._default_manager.filter(**of_client)
            rows.update(**{relation.field.name: known})


def _hand_over_what_was_told(client: Client, known: Client) -> None:
    """Hard efforts and declined sessions, but for those that the known client has told too."""
    told = known.hard_efforts.values("day")
    client.hard_efforts.exclude(day__in=told).update(client=known)
    for declined in client.declined_sessions.all():
        known.declined_sessions.get_or_create(kind=declined.kind, ideal=declined.ideal)


def _hand_over_races(client: Client, known: Client, now: datetime) -> None:
    """The races of dates on which the known client has none."""
    taken = known.races.values("race_date")
    if client.races.exclude(race_date__in=taken).update(client=known):
        known.plan_revision += 1
        known.save(update_fields=["plan_revision"])
        nudging.plan_for(known, now=now)


def _hand_over_what_was_agreed(client: Client, known: Client) -> None:
    client.mail_consents.update(client=known)
    agreed = known.agreements.values("text")
    client.agreements.exclude(text__in=agreed).update(client=known)


def _hand_over_history(client: Client, known: Client) -> None:
    """Also that the client is gone: what is said of one of them must be found with the other."""
    pk = client.pk
    client.delete()
    Change.objects.filter(client=pk).update(client=known.pk)


def _what_was_typed(client: Client) -> dict:
    return {"name": client.name, "phone": client.phone}
