"""The ways in to a client's record: its login, mailed links, and the calendar's address.

An address is a key. Whoever holds another one, after the desk has changed it or has put two
records together, comes in by what is mailed to it, and by nothing that was there before.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import F, ProtectedError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from bookings.actions import logins
from bookings.actions.logins import OF_USE_FOR
from bookings.actions.mail import outbox, sign_in_mails
from bookings.core.clients.addresses import compared
from bookings.models import Client, Clinic, MailKind, SignInEvent, User


@transaction.atomic
def withdraw_links(client: Client, *, here: str = "") -> None:
    """Every link to the client's appointments and plan made so far; the next mails bring new ones.

    The address of their calendar, too, and their sessions, but for the one that they do it in
    (`here`, its key). What can only stop mails goes on working, and colleagues stay signed in
    unless they do it themselves.
    """
    one_up = {"links_edition": F("links_edition") + 1}
    Client.objects.filter(pk=client.pk).update(**one_up)
    client.appointments.update(**one_up)
    login = User.objects.filter(client=client.pk).first()
    if login and (here or login.is_a_runner):
        logins.end_sessions(login, but=here)


def shut(client: Client, *, by: str, now: datetime) -> None:
    """Who signs in sees nothing of their health from before, until `identity.confirm`.

    `by` is a line for each who has brought it about, as events name them: none of them can be who
    confirms it.
    """
    known = Client.objects.get(pk=client.pk)
    those = dict.fromkeys([*known.unconfirmed_by.splitlines(), *by.splitlines()])
    Client.objects.filter(pk=client.pk).update(
        unconfirmed_since=now, unconfirmed_by="\n".join(those)
    )


@transaction.atomic
def change_the_lock(
    client: Client,
    *,
    users: Iterable[User | None],
    addresses: Sequence[str],
    by: str,
    now: datetime,
) -> None:
    """Nobody who could act as the client can any longer, and health data is shut.

    The logins of `users` go, and with them their sessions; links and the calendar's address end.
    What is booked goes to the client's address with new links, and the `addresses` that were
    theirs, the one that this record's mails went to first, are told that it has changed. What
    waited to be proved stays: whoever changes an address knows whose it is.
    """
    Client.objects.filter(pk=client.pk).update(user=None)
    client.appointments.update(prove_by=None)
    shut(client, by=by, now=now)
    for user in {user for user in users if user is not None}:
        _close(user, client)
    withdraw_links(client)
    client.refresh_from_db()
    has_another = any(compared(one) != compared(client.email) for one in addresses[:1])
    _mail_new_links(client, has_another, now)
    old = {compared(address): address for address in addresses if address}
    old.pop(compared(client.email), None)
    with translation.override(client.language_of_mails):
        for address in old.values():
            _tell_the_old_address(address, now)


def _close(login: User, client: Client) -> None:
    """A runner's login opens one record and is nothing without it; the staff keep theirs.

    Who has signed in with it stays on record, for the owner.
    """
    if not login.is_a_runner:
        return
    with suppress(ProtectedError), transaction.atomic():  # who has been a therapist has signed
        mark = logins.digest_of(login.email)
        SignInEvent.objects.filter(user=login).update(user=None, client=client, login=mark)
        login.delete()


def _mail_new_links(client: Client, has_another_address: bool, now: datetime) -> None:
    if not client.email:
        return
    edition = client.links_edition
    outbox.owe_about_their_data(
        MailKind.NEW_LINKS,
        client,
        key=str(edition),
        about={"edition": edition, "has_another_address": has_another_address},
        good_for=OF_USE_FOR,
        now=now,
    )


def _tell_the_old_address(address: str, now: datetime) -> None:
    """In words that say nothing to whoever should never have had a mail of ours."""
    clinic = Clinic.objects.the()
    body = render_to_string("account/email/to_the_old_address.txt", {"clinic": clinic})
    subject = _("Mails from {clinic}").format(clinic=clinic.name)
    sign_in_mails.owe(address, subject, body, good_for=OF_USE_FOR, now=now)
