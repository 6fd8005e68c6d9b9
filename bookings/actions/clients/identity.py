"""Who a client is: known once somebody has answered from behind a mailed link."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from bookings.actions.clients import merge_steps
from bookings.actions.diary_lock import changes_the_diary
from bookings.core.clients.addresses import compared
from bookings.core.clients.search_text import name_compared, same_name
from bookings.models import Client, Clinic, User


def newcomer(*, name: str, email: str, phone: str = "", now: datetime) -> Client:
    """Whoever fills in a public form: a provisional client, not yet saved."""
    return Client(name=name, email=email, phone=phone, created_at=now, terms_agreed_at=now)


def write_down(client: Client) -> Client:
    """Save a newcomer, also one whose first try was rolled back; who is in the books stays so."""
    if client._state.adding or not Client.objects.filter(pk=client.pk).exists():
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
    same = next((other for other in known if same_name(other.name, client.name)), None)
    if same is not None and _joined(client, same, by=by, now=now):
        return same
    client.proved_at = now
    client.same_address_as = known[0] if known else None
    client.save(update_fields=["proved_at", "same_address_as"])
    return client


def keep_apart(client: Client) -> None:
    """What the desk says of "same e-mail, different name": they are two people."""
    Client.objects.filter(pk=client.pk).update(same_address_as=None)


@transaction.atomic
def login_for(address: str) -> User | None:
    """The login of an address in the clinic's books, made when it is first asked for.

    It opens nothing by itself: it has no password, and its address is not proved.
    """
    if not Client.objects.at(address).exists():
        return None
    fresh = {"password": make_password(None)}
    user, _ = User.objects.get_or_create(email=compared(address), defaults=fresh)
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})
    return user if user.is_active else None


def recognise(user: User, address: str, *, by: str, now: datetime) -> Client | None:
    """Join a login with the client whose address it has proved. Returns who that is.

    Nobody, while people of different names share the address: whose login it is, is then the
    clinic's to say, for a login shows more than the mails that all of them can read.
    """
    there = list(Client.objects.at(address).order_by("proved_at", "pk"))
    mine = Client.objects.filter(user=user).first() or _only_person(there, user)
    if mine is None:
        return None
    for other in there:
        if other.is_provisional and same_name(other.name, mine.name):
            proved = prove(other, by=by, now=now)
            mine = proved if other.pk == mine.pk else mine
    Client.objects.filter(pk=mine.pk, user=None).update(user=user)
    User.objects.filter(pk=user.pk, name="").update(name=mine.name)
    return mine


def all_of(client: Client) -> list[Client]:
    """The client, and who has booked since under the same name and address, not yet joined."""
    there = Client.objects.at(client.email).filter(proved_at=None)
    same = [one for one in there if client.email and same_name(one.name, client.name)]
    return [client, *(one for one in same if one.pk != client.pk)]


def _only_person(clients: list[Client], user: User) -> Client | None:
    """Known clients come first in the list."""
    if len({name_compared(client.name) for client in clients}) != 1:
        return None
    free = (client for client in clients if client.user_id in (None, user.pk))
    return next(free, None)


def _known_at(address: str):
    return Client.objects.at(address).filter(proved_at__isnull=False)


def _joined(client: Client, known: Client, *, by: str, now: datetime) -> bool:
    """Hand everything over; False when that would put one person in two places at once."""
    try:
        with transaction.atomic():
            merge_steps.appointments(client, known, by=by, now=now)
            client.mails.update(client=known)
            merge_steps.what_is_protected(client, known)
            merge_steps.hard_efforts(client, known)
            merge_steps.declined_sessions(client, known)
            merge_steps.what_the_desk_wrote(client, known)
            merge_steps.races(client, known, now)
            merge_steps.mail_consents(client, known)
            merge_steps.agreements(client, known)
            merge_steps.leave_to(client, known)
    except IntegrityError:
        return False
    return True
