"""How every page with health data is answered: kept nowhere, and never in an error report."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from bookings.models import Client, Therapist
from bookings.web.requests import StaffRequest
from bookings.web.responses import private
from therapists.queries.care_access import therapist_of, treats

View = Callable[..., HttpResponse]


def careful(view: View) -> View:
    """For health data: no-store, and error reports leave out what was typed and computed."""
    return private(sensitive_post_parameters()(sensitive_variables()(view)))


def of_a_therapist(view: View) -> View:
    """Calls view(request, therapist, ...); the policy has asked for the role already."""

    @careful
    @wraps(view)
    def run(request: StaffRequest, **asked: Any) -> HttpResponse:
        return view(request, signed_in(request), **asked)

    return run


def signed_in(request: StaffRequest) -> Therapist:
    therapist = therapist_of(request.user)
    if therapist is None:
        raise PermissionDenied
    return therapist


def refuse_unless_treated(therapist: Therapist, client: Client) -> None:
    if not treats(therapist, client, now=timezone.now()):
        raise PermissionDenied(_("Only those who treat a client see their health data."))
