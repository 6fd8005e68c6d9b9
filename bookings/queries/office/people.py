"""Everybody who works here, has worked here, or is to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet

from bookings.core.roles import Role
from bookings.models import Appointment, Therapist, User
from bookings.queries.office import offers


@dataclass(frozen=True)
class Colleague:
    """A login, somebody who treats, or both in one."""

    login: User | None
    therapist: Therapist | None
    has_a_factor: bool = False

    @property
    def name(self) -> str:
        return called(self.login) if self.login else str(self.therapist)

    @property
    def works_here(self) -> bool:
        return (
            self.login.is_active if self.login else bool(self.therapist and self.therapist.active)
        )

    @property
    def is_invited(self) -> bool:
        return self.login is not None and self.login.is_invited

    @property
    def treats(self) -> bool:
        return self.therapist is not None and self.therapist.active


def called(login: User) -> str:
    """By the name of their login, else by that in the diary, else by their address."""
    in_the_diary = login.therapist.name if hasattr(login, "therapist") else ""
    return login.name or in_the_diary or login.email


def everybody(today: date) -> list[Colleague]:
    """Who works here first; three queries."""
    return sorted(_people(today), key=lambda one: (not one.works_here, one.name.casefold()))


def _people(today: date) -> Iterator[Colleague]:
    therapists = offers.therapists(today).prefetch_related("treatments")
    without_login, by_login = [], {}
    for one in therapists:
        if one.user_id:
            by_login[one.user_id] = one
        else:
            without_login.append(one)
    factor = Authenticator.objects.filter(user=OuterRef("pk"))
    logins: QuerySet = User.objects.staff().select_related("therapist")
    for login in logins.annotate(has_a_factor=Exists(factor)):
        yield Colleague(login, by_login.get(login.pk), login.has_a_factor)
    for one in without_login:
        yield Colleague(None, one)


def is_the_last_owner(user: User) -> bool:
    others = User.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=user.pk)
    return user.role == Role.OWNER and not any(other.is_in_charge for other in others)


def coming_with(user: User, *, now: datetime) -> QuerySet[Appointment]:
    """What is booked with them, in order of time."""
    return Appointment.objects.upcoming(now).filter(therapist__user=user).with_everything()
