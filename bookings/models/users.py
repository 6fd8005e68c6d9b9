"""Logins, and the sessions of those who have signed in."""

from hashlib import sha256
from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from bookings.core.clients.addresses import compared
from bookings.core.roles import Role, who_changes
from bookings.models.clients.addresses import AddressField
from bookings.models.named import Named

ROLE_NAMES = {
    Role.RUNNER: gettext_lazy("Runner"),
    Role.DESK: gettext_lazy("Front desk"),
    Role.OWNER: gettext_lazy("Owner"),
}
TREATS, HAS_TREATED = gettext_lazy("Therapist"), gettext_lazy("Former therapist")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=compared(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, role=Role.OWNER, is_superuser=True, **fields)

    def staff(self) -> models.QuerySet["User"]:
        """Every login that is or was the staff's."""
        return (self.exclude(role=Role.RUNNER) | self.exclude(therapist=None)).distinct()

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=compared(email or ""))


class User(Named, AbstractBaseUser, PermissionsMixin):
    """A login. Addresses are kept in lower case, so that one is unique whatever its case."""

    email = AddressField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(
        max_length=10,
        choices=[(role.value, name) for role, name in ROLE_NAMES.items()],
        default=Role.RUNNER,
        help_text=gettext_lazy(
            "Therapists are those whose login is linked on their therapist page."
        ),
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    keys_edition = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text=gettext_lazy(
            "Raised when the login is switched off or on, signed out by the owner, or handed to "
            "somebody else: links to a new password and calendar addresses made before are over."
        ),
    )

    invited_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=gettext_lazy("When the last invitation was mailed that an owner wrote."),
    )
    leaves_on = models.DateField(
        null=True,
        blank=True,
        editable=False,
        help_text=gettext_lazy("The last day at work; the login ends after it."),
    )

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="login_address_in_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_a_runner(self) -> bool:
        """And has never been a therapist, whose login's own role is the runner's too."""
        return self.role == Role.RUNNER and not hasattr(self, "therapist")

    @property
    def is_unused(self) -> bool:
        """Made, and perhaps invited, but nobody has chosen a password or signed in so far."""
        return self.last_login is None and not self.has_usable_password()

    @property
    def is_invited(self) -> bool:
        """By an owner, and has not chosen a password so far."""
        return self.is_active and self.invited_at is not None and not self.has_usable_password()

    @property
    def is_in_charge(self) -> bool:
        """An owner who can look after the logins: who is only invited cannot yet."""
        return self.role == Role.OWNER and self.is_active and not self.is_invited

    @property
    def as_shown(self) -> str:
        """For a form that changes it, to know whether somebody else has done so meanwhile."""
        shown = f"{self.name}\n{self.email}\n{self.role}"
        return sha256(shown.encode()).hexdigest()[:24]

    @property
    def role_in_words(self) -> str:
        """As people say it: Therapist; Owner, Therapist."""
        known = [] if self.role == Role.RUNNER else [ROLE_NAMES[Role(self.role)]]
        if hasattr(self, "therapist"):
            known.append(TREATS if self.therapist.active else HAS_TREATED)
        return ", ".join(map(str, known or [ROLE_NAMES[Role.RUNNER]]))

    def take_password_away(self) -> None:
        """It opens nothing; its hash stays behind Django's mark for none, so that `had` knows it.

        To be saved by the caller. A new password takes its place.
        """
        if self.has_usable_password():
            self.password = UNUSABLE_PASSWORD_PREFIX + self.password

    def had(self, password: str) -> bool:
        """Whether it is the one they have, or the one that was taken away."""
        return check_password(password, self.password.removeprefix(UNUSABLE_PASSWORD_PREFIX))

    @property
    def is_staff(self) -> bool:
        """May open Django's admin."""
        return self.role in (Role.DESK, Role.OWNER)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """The owner may do everything; the desk what its own pages do."""
        app, _, codename = perm.partition(".")
        theirs = app == "bookings" and self.role in who_changes(codename.rpartition("_")[2])
        return self.has_module_perms(app) and (self.role == Role.OWNER or theirs)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and (
            self.role == Role.OWNER or (self.role == Role.DESK and app_label == "bookings")
        )

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What each session keeps and is held against: any change of these ends them all.

        Whoever changes them, by a page, a command or SQL. Django takes the password alone.
        """
        lock = f"{self.password}\n{self.email}\n{self.role}\n{self.is_active}"
        return salted_hmac("bookings.User.session", lock, secret, algorithm="sha256").hexdigest()

    @cached_property
    def roles_asked(self) -> frozenset[Role]:
        """The same as they were first asked: for as long as a request, which is let in by them."""
        treats = hasattr(self, "therapist") and self.therapist.active
        return frozenset({Role(self.role)} | ({Role.THERAPIST} if treats else set()))

    def roles(self) -> frozenset[Role]:
        """Everything this login may act as; a therapist may well be an owner too."""
        treats = User.objects.filter(pk=self.pk, therapist__active=True).exists()
        return frozenset({Role(self.role)} | ({Role.THERAPIST} if treats else set()))


class BrowserSession(AbstractBaseSession):
    """What the site remembers of one browser. With its login, so that both can end together."""

    user = models.ForeignKey(
        User,
        null=True,
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,  # a session is written with each answer, and never stops one
        related_name="sessions",
    )

    class Meta(AbstractBaseSession.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["user"],
                condition=models.Q(user__isnull=False),
                name="sessions_of_logins",
            )
        ]

    @classmethod
    def get_session_store_class(cls):
        return import_module(settings.SESSION_ENGINE).SessionStore
