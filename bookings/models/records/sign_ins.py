"""What happened about signing in: for the owner, and for whom it is about; never what was typed."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.clients.clients import Client
from bookings.models.records.history import LONGEST_WHO
from bookings.models.sweeping import NO_END, in_batches
from bookings.models.users import User

LONGEST_DIGEST = 16


class SignInKind(models.TextChoices):
    SIGNED_IN = "signed_in", _("signed in")
    NEW_DEVICE = "new_device", _("signed in from a new browser")
    WRONG_PASSWORD = "wrong_password", _("wrong password")
    WRONG_CODE = "wrong_code", _("wrong mailed code")
    WRONG_FACTOR = "wrong_factor", _("wrong second factor")
    LOCKED_OUT = "locked_out", _("tried too often, and must wait")
    CODE_MAILED = "code_mailed", _("a code was mailed")
    LINK_MAILED = "link_mailed", _("a link to a new password was mailed")
    INVITED = "invited", _("an invitation was mailed")
    NOBODYS = "nobodys", _("asked for a code or link, and can have none")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    PASSWORD_RESET = "password_reset", _("password taken away")
    FACTOR_ADDED = "factor_added", _("second factor set up")
    FACTOR_REMOVED = "factor_removed", _("second factor removed")
    FACTORS_RESET = "factors_reset", _("second factors taken away")
    LOGIN_CHANGED = "login_changed", _("address, role or state changed")
    SESSIONS_ENDED = "sessions_ended", _("signed out elsewhere")


# Whoever knows no password can cause these, as many as they like.
BY_ANYBODY = (
    SignInKind.WRONG_PASSWORD,
    SignInKind.WRONG_CODE,
    SignInKind.WRONG_FACTOR,
    SignInKind.LOCKED_OUT,
    SignInKind.CODE_MAILED,
    SignInKind.LINK_MAILED,
    SignInKind.NOBODYS,
)


class SignInEventManager(models.Manager["SignInEvent"]):
    def sweep(self, *, before: datetime, until: float = NO_END) -> None:
        """By age; and of what anybody can cause, all but the newest."""
        in_batches(self.filter(at__lt=before).order_by("at"), until=until)
        tries = self.filter(kind__in=BY_ANYBODY)
        oldest = tries.order_by("-pk").values_list("pk", flat=True)[SignInEvent.MOST_TRIES :][:1]
        for pk in oldest:
            in_batches(tries.filter(pk__lte=pk).order_by("pk"), until=until)


class SignInEvent(models.Model):
    """`login` is a digest of what was typed where that is nobody's, `network` of where from.

    Once a client's login has gone, `client` says whose it was and `login` which: whoever can end
    a login must not clear the trail of what was done with it.
    """

    MOST_TRIES = 10_000

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=20, choices=SignInKind)
    user = models.ForeignKey(
        User,
        null=True,
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,  # it stops nobody from being deleted meanwhile
        related_name="sign_in_events",
    )
    client = models.ForeignKey(
        Client,
        null=True,
        on_delete=models.PROTECT,  # handed over when one client joins another
        db_index=False,
        related_name="sign_in_events",
    )
    login = models.CharField(max_length=LONGEST_DIGEST, blank=True)
    network = models.CharField(max_length=LONGEST_DIGEST, blank=True)
    how = models.CharField(max_length=60, blank=True, help_text=_("Password, code, app, passkey."))
    browser = models.CharField(max_length=60, blank=True)
    by = models.CharField(max_length=LONGEST_WHO, blank=True, help_text=_("If somebody else did."))

    objects: ClassVar[SignInEventManager] = SignInEventManager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-id"], name="sign_ins_by_login"),
            models.Index(
                fields=["client"],
                condition=models.Q(client__isnull=False),
                name="sign_ins_of_ended_logins",
            ),
            models.Index(fields=["kind", "-id"], name="sign_ins_by_kind"),
            models.Index(
                fields=["login"], condition=~models.Q(login=""), name="sign_ins_of_nobody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at:%Y-%m-%d %H:%M}"
