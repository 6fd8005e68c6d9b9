"""Requests as views get them, for type checkers alone: what middleware has put on them."""

from django.http import HttpRequest
from django.urls import ResolverMatch
from django_htmx.middleware import HtmxDetails

from bookings.core.roles import Role
from bookings.models import Clinic, User


class PageRequest(HttpRequest):
    """Of a page of ours, by whomever."""

    htmx: HtmxDetails
    resolver_match: ResolverMatch
    roles: frozenset[Role]
    request_id: str
    lacks_a_factor: bool
    frame: str  # in the place of its roles' own; "" for none
    one_page: str  # all that is open in this browser; "" for no limit


class SignedInRequest(PageRequest):
    """`clinic` is as it was read for the zone of the page; None before there is one."""

    user: User
    clinic: Clinic | None


class StaffRequest(SignedInRequest):
    """The policy has asked for a role of the staff."""


class RunnerRequest(SignedInRequest):
    """Of somebody signed in, who need not be a client."""
