"""Who a client is: known once somebody has answered from behind a mailed link.

And confirmed: whether it is this person who signs in, which an address alone cannot say once the
desk has typed it.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.clients import merge_steps
from bookings.actions.clients.ways_in import change_the_lock
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import nudges
from bookings.actions.refusals import Refused, Stale
from bookings.actions.training import brought
from bookings.core.clients.addresses import compared
from bookings.core.clients.search_text import name_compared, same_name
from bookings.links import still_goes_to
from bookings.models import SETTLED, Appointment, Client, ClientEvent, Clinic, User
from bookings.queries.actors import logins_in
from bookings.queries.clients import strangers
from bookings.queries.logins import SETTLED_AFTER, is_settled

CONFIRMED = "person confirmed"
JOINED = "record joined"


class AnotherAddress(Refused):
    sentence = gettext_lazy("This link went to an address that is no longer the client’s.")


class CannotConfirm(Refused):
    sentence = gettext_lazy(
        "You have typed this address, joined the record or changed its login yourself. Somebody "
        "else must say that it is theirs: a therapist who treats them, or another owner."
    )


class TooNew(CannotConfirm):
    sentence = gettext_lazy(
        "This login was made, given its role, linked to a therapist or changed by somebody else "
        "less than 14 days before that, or since. Somebody whose login is older must say that it "
        "is theirs: a therapist who treats them, or another owner."
    )


class ClientErased(Refused):
    sentence = gettext_lazy("This client has been erased, and nothing is kept of them any more.")


def newcomer(*, name: str, email: str, phone: str = "", now: datetime) -> Client:
    """Whoever fills in a public form: a provisional client, not yet saved."""
    return Client(name=name, email=email, phone=phone, created_at=now, terms_agreed_at=now)


def write_down(client: Client) -> Client:
    """Save a newcomer, also one whose first try was rolled back; who is in the books stays so.

    Raises Erased.
    """
    known = client.pk and Client.objects.filter(pk=client.pk).values_list("erased_at").first()
    if known and known != (None,):
        raise ClientErased
    if client._state.adding or not known:
        client.pk = None
        client.save(force_insert=True)
    return client


@changes_the_diary
def prove(_clinic: Clinic, client: Client, *, mailed_to: str, by: str, now: datetime) -> Client:
    """Take the client's address as proved, and return who they turn out to be.

    `mailed_to` is what the link says of the address that it went to; raises AnotherAddress when
    that is not the client's. The same address and name as a known client join that one, which is
    not edited; the same address with another name stays a client of its own, shown to the desk.
    The races that they had entered when they booked are theirs now; a known client is asked
    first. Proving again changes nothing.
    """
    client.refresh_from_db()
    if client.erased_at or not still_goes_to(mailed_to, client):
        raise AnotherAddress
    if not client.is_provisional:
        return client
    client.appointments.update(vouched_for=True)
    _settle_what_was_booked_with(client, by=by, now=now)
    same = strangers.would_join(client)
    if same is not None and _joined(client, same, by=by, now=now):
        brought.leave_what_is_known(same)
        return same
    client.proved_at = now
    others = _known_at(client.email).exclude(pk=client.pk)
    client.same_address_as = others.order_by("proved_at", "pk").first()
    client.save(update_fields=["proved_at", "same_address_as"])
    brought.take(client, now=now)
    return client


def _settle_what_was_booked_with(client: Client, *, by: str, now: datetime) -> None:
    """In the same browser under the same address, for a family; another browser's still waits."""
    browsers = client.appointments.exclude(visitor="").values_list("visitor", flat=True)
    theirs = Appointment.objects.awaiting_proof().at_the_mailbox(client.email)
    settled = list(theirs.filter(visitor__in=list(browsers)))
    Appointment.objects.filter(pk__in=[visit.pk for visit in settled]).update(prove_by=None)
    for visit in settled:
        if visit.client_id != client.pk:
            visit.record(SETTLED, by=by, now=now)


@transaction.atomic
def confirm(
    client: Client,
    *,
    seen: datetime | None,
    user: User,
    reads_it_anyway: bool = False,
    by: str,
    now: datetime,
) -> None:
    """Somebody who knows the client says that the address is theirs: health data opens again.

    `seen` is since when that was open, as the page showed it; raises Stale when something has
    changed since. Raises CannotConfirm for the login (`user`) that has itself changed the lock,
    unless what opens is open to it already, for one that has not been what it is for 14 days, and
    for everybody while the address is the staff's.
    """
    known = Client.objects.living().select_for_update(no_key=True).filter(pk=client.pk).first()
    if known is None or seen is None or known.unconfirmed_since != seen:
        raise Stale(_("Something has changed since. Please look at the address once more."))
    if _is_the_staffs(known.email):
        raise CannotConfirm(
            _(
                "That is the address of somebody on the staff. Whoever signs in there must not "
                "see a client’s health data; please ask for another address."
            )
        )
    refuse_who_cannot_vouch(known, user, reads_it_anyway=reads_it_anyway)
    Client.objects.filter(pk=known.pk).update(unconfirmed_since=None, unconfirmed_by="")
    client.record_events.create(kind=CONFIRMED, by=by, at=now)


def refuse_who_cannot_vouch(client: Client, user: User, *, reads_it_anyway: bool = False) -> None:
    """Raises CannotConfirm for whoever has changed the lock, and for whoever might be theirs.

    A login that is new, or that somebody else has changed lately, may be a second one of whoever
    has changed the lock.
    """
    if client.unconfirmed_since is None:
        return
    if user.pk in logins_in(client.unconfirmed_by) and not reads_it_anyway:
        raise CannotConfirm
    if not is_settled(user, since=client.unconfirmed_since - SETTLED_AFTER):
        raise TooNew


def _is_the_staffs(address: str) -> bool:
    staff = User.objects.staff()
    theirs = EmailAddress.objects.filter(user__in=staff).values_list("email", flat=True)
    return compared(address) in {
        compared(one) for one in (*theirs, *staff.values_list("email", flat=True))
    }


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


def recognise(user: User, address: str, *, now: datetime) -> Client | None:
    """Join a login with the client whose address it has proved. Returns who that is.

    Whoever is known, or else whose address the desk has typed. Nobody, while people of different
    names share the address: whose login it is, is then the clinic's to say, for a login shows
    more than the mails that all of them can read. What anybody may have typed into a public form
    changes nothing; see `perhaps_theirs`.
    """
    mine = Client.objects.filter(user=user).first() or _only_person(address, user)
    if mine is not None:
        Client.objects.filter(pk=mine.pk, user=None).update(user=user)
        Client.objects.filter(pk=mine.pk, proved_at=None).update(proved_at=now)
        User.objects.filter(pk=user.pk, name="").update(name=mine.name)
    return mine


def know_by_booking(user: User, client: Client, *, now: datetime) -> None:
    """Who books while signed in, at their own proved address, is whom they say, if nobody is yet.

    They are asked about nothing that they have just booked themselves.
    """
    is_new = client.is_provisional and client.user_id is None
    if is_new and compared(client.email) in _proved_by(user):
        _know_if_nobody_is(user, client, now=now)


@changes_the_diary
def _know_if_nobody_is(_clinic: Clinic, user: User, client: Client, *, now: datetime) -> None:
    if not Client.objects.filter(user=user).exists() and not _known_at(client.email).exists():
        _known_as(user, client, now=now)


def _known_as(user: User, client: Client, *, now: datetime) -> None:
    client.appointments.update(vouched_for=True)
    client.user, client.proved_at = user, now
    client.save(update_fields=["user", "proved_at"])
    User.objects.filter(pk=user.pk, name="").update(name=client.name)
    brought.take(client, now=now)


def perhaps_theirs(user: User) -> list[Client]:
    """Who has booked under an address that the login has proved, which its owner is asked about.

    Of their own name, once it is known who they are.
    """
    addresses = _proved_by(user)
    there = Client.objects.at(*addresses).filter(proved_at=None, user=None, disowned=False)
    mine = Client.objects.filter(user=user).first()
    if mine is None:
        return [] if any(_known_at(one).exists() for one in addresses) else list(there)
    return [one for one in there if same_name(one.name, mine.name)]


def family_of(user: User) -> list[Client]:
    """Others whose mails go to an address that the login has proved.

    The same people as behind a mailed link to all appointments, since a code proves the mailbox
    as well as that link does; but for those whom the page asks about (`perhaps_theirs`).
    """
    others = Client.objects.at(*_proved_by(user)).exclude(user=user)
    return list(others.order_by("name", "pk"))


@changes_the_diary
def claim(_clinic: Clinic, user: User, client: Client, *, by: str, now: datetime) -> Client:
    """Whoever has signed in says that these bookings are theirs. Returns who they are.

    Raises Stale when that is no longer asked, Refused when they cannot be in two places at once.
    """
    if client not in perhaps_theirs(user):
        raise Stale
    mine = Client.objects.filter(user=user).first()
    if mine is None:
        _known_as(user, client, now=now)
        return recognise(user, client.email, now=now) or client
    client.appointments.update(vouched_for=True)
    if not _joined(client, mine, by=by, now=now):
        raise Refused(_("You have another appointment at that time. Please ring us."))
    brought.leave_what_is_known(mine)
    return mine


@transaction.atomic
def disown(user: User, client: Client, *, by: str, now: datetime) -> None:
    """Or that they are somebody else's whom they know: nobody is asked again. Raises Stale."""
    if client not in perhaps_theirs(user):
        raise Stale
    Client.objects.filter(pk=client.pk).update(disowned=True)
    client.record_events.create(kind="said not to be", by=by, at=now)


def _proved_by(user: User) -> list[str]:
    proved = EmailAddress.objects.filter(user=user, verified=True)
    return [compared(one) for one in proved.values_list("email", flat=True)]


def _only_person(address: str, user: User) -> Client | None:
    has_been = ClientEvent.objects.filter(client=OuterRef("pk"), kind=CONFIRMED)
    written_down = Client.objects.at(address).filter(
        Q(unconfirmed_since__isnull=False) | Q(Exists(has_been))
    )
    known = _known_at(address).order_by("proved_at", "pk")
    people = list(known) or list(written_down.order_by("pk"))
    if len({name_compared(client.name) for client in people}) != 1:
        return None
    return next((one for one in people if one.user_id in (None, user.pk)), None)


def _known_at(address: str) -> QuerySet[Client]:
    return Client.objects.at(address).filter(proved_at__isnull=False)


def _joined(client: Client, known: Client, *, by: str, now: datetime) -> bool:
    """Hand everything over; False when that would put one person in two places at once.

    What has only been booked holds nothing of anybody's. Where more hangs on the record that
    goes, whoever could open the known one must not open that as well.
    """
    holds_more = merge_steps.holds_more_than_bookings(client)
    login, before = known.user, _links_of(client, known)
    try:
        with transaction.atomic():
            merge_steps.appointments(client, known, by=by, now=now)
            client.mails.update(client=known)
            merge_steps.what_is_protected(client, known)
            merge_steps.what_was_told(client, known)
            merge_steps.what_the_desk_wrote(client, known)
            merge_steps.races(client, known)
            merge_steps.brought_plan(client, known)
            merge_steps.mail_consents(client, known)
            merge_steps.waiting_list(client, known, now=now)
            merge_steps.agreements(client, known)
            merge_steps.leave_to(client, known)
            known.record_events.create(kind=JOINED, by=by, at=now, facts=before)
            nudges.plan_for(known, now=now)
    except IntegrityError:
        return False
    if holds_more:
        those = f"{by}\n{client.unconfirmed_by}"
        change_the_lock(known, users=[login], addresses=[], by=those, now=now)
    return True


def _links_of(client: Client, known: Client) -> dict[str, int]:
    """So that a mail's links go on opening what they opened, until either's are ended."""
    return {
        "record": client.pk,
        "edition": client.links_edition,
        "into": known.pk,
        "since": known.links_edition,
    }
