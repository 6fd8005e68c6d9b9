"""Rows of the registry for the tables of Django and allauth, and what goes with a login."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from bookings.models import BrowserSession, User
from clinic.records.registry.record import (
    REMEMBERED,
    Export,
    Fate,
    NotRemembered,
    Record,
    Remembered,
)

THIRD_PARTY = (
    Record(
        model=EmailAddress,
        name="Addresses of a login",
        on_erase=Fate.STAYS,
        with_login="go",
        history=REMEMBERED,
    ),
    Record(
        model=EmailConfirmation,
        name="Proofs of an address",
        on_erase=Fate.STAYS,
        export=Export(left_out="secrets of mailed links"),
        history=NotRemembered("secrets of mailed links"),
    ),
    Record(
        model=Authenticator,
        name="Second factors",
        on_erase=Fate.STAYS,
        with_login="go",
        export=Export(left_out="secrets of second factors"),
        history=Remembered(  # how often it is used is nobody's business
            no_news=frozenset({"created_at", "last_used_at"}),
            secret=frozenset({"data"}),
            on=frozenset({"INSERT", "DELETE"}),
        ),
    ),
    Record(
        model=BrowserSession,
        name="Sessions in browsers",
        on_erase=Fate.STAYS,
        with_login="go",
        export=Export(left_out="who was signed in just then"),
        history=NotRemembered("who was signed in just then"),
    ),
    Record(
        model=LogEntry,
        name="Django's log of the admin",
        on_erase=Fate.STAYS,
        with_login="go; a runner has none, and those about a client go with the client",
        export=Export(left_out="what was done in the admin stands in the history, bookings.Change"),
        history=NotRemembered("a log itself"),
    ),
    Record(
        model=ContentType,
        name="Names of models",
        on_erase=Fate.STAYS,
        export=Export(left_out="Django's own"),
        history=NotRemembered("Django's own"),
    ),
    Record(
        model=Permission,
        name="Permissions",
        on_erase=Fate.STAYS,
        export=Export(left_out="Django's own"),
        history=NotRemembered("Django's own"),
    ),
    *(
        Record(
            model=model,
            name="Groups and rights",
            on_erase=Fate.STAYS,
            with_login="go; nobody has any",
            export=Export(left_out="not used"),
            history=NotRemembered("rights come from the role alone"),
        )
        for model in (
            Group,
            Group.permissions.through,
            User.groups.through,
            User.user_permissions.through,
        )
    ),
)
