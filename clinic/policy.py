"""Who may see which page: the one table, and the middleware that keeps to it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect

from bookings.core.roles import Role

Roles = frozenset[Role] | None

EVERYONE: Roles = None
SIGNED_IN: Roles = frozenset(Role)
STAFF: Roles = frozenset({Role.THERAPIST, Role.DESK, Role.OWNER})
DESK: Roles = frozenset({Role.DESK, Role.OWNER})
OWNER = frozenset({Role.OWNER})
THERAPIST = frozenset({Role.THERAPIST})

WHO_MAY: Mapping[str, Roles] = MappingProxyType(
    {
        "online:home": EVERYONE,
        "online:terms": EVERYONE,
        "online:privacy": EVERYONE,
        "online:legal_version": EVERYONE,
        "online:protocol": EVERYONE,
        "online:times": EVERYONE,
        "online:account": SIGNED_IN,
        "online:plan": EVERYONE,
        "online:race": EVERYONE,
        "online:effort": EVERYONE,
        "online:session": EVERYONE,
        "online:keep": EVERYONE,
        "online:choose": EVERYONE,
        "online:plan_times": EVERYONE,
        "online:choose_time": EVERYONE,
        "online:basket": EVERYONE,
        "online:change_basket": EVERYONE,
        "online:hold": EVERYONE,
        "online:details": EVERYONE,
        # Behind an unguessable link, which is asked for its signature instead.
        "online:appointment": EVERYONE,
        "online:move": EVERYONE,
        "online:cancel": EVERYONE,
        "online:coming": EVERYONE,
        "online:offered": EVERYONE,
        "online:not_this_time": EVERYONE,
        "online:after_race": EVERYONE,
        "online:preferences": EVERYONE,
        "online:unsubscribe": EVERYONE,
        "online:calendar": EVERYONE,
        "online:my_plan": EVERYONE,
        "online:my_keep": EVERYONE,
        "online:my_choose": EVERYONE,
        "online:my_plan_times": EVERYONE,
        "online:my_choose_time": EVERYONE,
        "online:my_basket": EVERYONE,
        "online:my_change_basket": EVERYONE,
        "online:my_race": EVERYONE,
        "online:my_effort": EVERYONE,
        "online:my_session": EVERYONE,
        "online:prove": EVERYONE,
        "api_openings": EVERYONE,
        "healthz": EVERYONE,
        "mail_events": EVERYONE,  # asks for the mail service's signature instead
        "diary:home": STAFF,
        "diary:same_person": DESK,
        "diary:history": OWNER,
        "diary:texts": OWNER,
        "diary:text": OWNER,
        "privacy:account": SIGNED_IN,
        "privacy:account_json": SIGNED_IN,
        "privacy:wish": SIGNED_IN,
        "privacy:your_data": EVERYONE,  # a link of a mail
        "privacy:download": EVERYONE,  # a link of a mail, good for a day
        "privacy:download_json": EVERYONE,
        "privacy:requests": DESK,
        "privacy:request": DESK,
        "privacy:start": DESK,
        "planner:today": DESK,
        "planner:day": DESK,
        "planner:feed": DESK,
        "planner:week": DESK,
        "planner:appointment": DESK,
        "planner:change": DESK,
        "planner:put_back": DESK,
        "planner:tell": DESK,
        "planner:mark": DESK,
        "planner:cancel": DESK,
        "diary:protocol": STAFF,
        "diary:protocol_version": STAFF,
        "diary:protocol_file": STAFF,
        "diary:mails": DESK,
        "diary:mails_of_client": DESK,
        "diary:mails_of_appointment": DESK,
        "diary:mail": DESK,
        "diary:mail_body": DESK,
        "diary:decide_mail": DESK,
        "diary:mail_kinds": DESK,
        "diary:mail_kind": DESK,
        "diary:mail_kind_body": DESK,
        "diary:pause_mail": OWNER,
        "diary:protocol_phase": OWNER,
        "diary:protocol_session": OWNER,
        "diary:protocol_import": OWNER,
        "diary:protocol_reset": OWNER,
        # What each shows is further asked of the visit: who treats this client?
        "therapists:today": THERAPIST,
        "therapists:day": THERAPIST,
        "therapists:mark": THERAPIST,
        "therapists:brief": THERAPIST,
        "therapists:clear": THERAPIST,
        "therapists:note": THERAPIST | OWNER,
        "therapists:draft": THERAPIST,
        "therapists:history": THERAPIST | OWNER,
        "therapists:sheet": THERAPIST,
        "therapists:offline": THERAPIST,
        "therapists:worker": EVERYONE,  # a program, the same for all
        "therapists:own_time": THERAPIST,
        "therapists:habits": THERAPIST,
        "therapists:withdraw": THERAPIST,
        "therapists:times_off": DESK,
        "therapists:answer_time_off": DESK,
        "therapists:accesses": OWNER,
        "therapists:calendar": SIGNED_IN,
        "therapists:feed": EVERYONE,  # its address is the secret
        "therapists:health": SIGNED_IN,
        "therapists:health_by_link": EVERYONE,
        "account_login": EVERYONE,
        "account_logout": EVERYONE,
        "account_signup": EVERYONE,  # says that it is closed
        "account_inactive": EVERYONE,
        "account_reauthenticate": SIGNED_IN,
        "account_change_password": SIGNED_IN,
        "account_set_password": SIGNED_IN,
        "account_reset_password": EVERYONE,
        "account_reset_password_done": EVERYONE,
        "account_reset_password_from_key": EVERYONE,
        "account_reset_password_from_key_done": EVERYONE,
        "account_confirm_email": EVERYONE,
        "account_email_verification_sent": EVERYONE,
        "account_email": SIGNED_IN,
        "account_confirm_login_code": EVERYONE,
        "demo:inbox": EVERYONE,
        "demo:letter": EVERYONE,
        "demo:body": EVERYONE,
        "demo:part": EVERYONE,
    }
)
# The admin names its pages itself; which of them each role may use is each ModelAdmin's to say.
WHO_MAY_IN: Mapping[str, Roles] = MappingProxyType({"admin": DESK})
OPEN_IN_THE_ADMIN = frozenset({"admin:login", "admin:logout", "admin:jsi18n"})


class NoRule(LookupError):
    """A view that the table does not know; it is refused."""


def who_may(view_name: str) -> Roles:
    """The roles a view is for, or EVERYONE. Raises NoRule for a view without a line."""
    if view_name in WHO_MAY:
        return WHO_MAY[view_name]
    namespace, _, _ = view_name.partition(":")
    if view_name in OPEN_IN_THE_ADMIN:
        return EVERYONE
    if namespace in WHO_MAY_IN and namespace != view_name:
        return WHO_MAY_IN[namespace]
    raise NoRule(view_name)


class PolicyMiddleware:
    """Refuses a view before it runs, unless the table lets this person in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        return response

    def process_view(self, request: HttpRequest, _view, _args, _kwargs) -> HttpResponse | None:
        try:
            roles = who_may(request.resolver_match.view_name)
        except NoRule as missing:
            raise PermissionDenied(f"{missing} has no rule") from missing
        if roles is EVERYONE:
            return None
        if not request.user.is_authenticated:
            return _sign_in_first(request)
        if not request.user.roles() & roles:
            raise PermissionDenied
        return None


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.htmx:  # A sign-in page inside a part of another page would be no use.
        return HttpResponseClientRedirect(resolve_url("account_login"))
    return redirect_to_login(request.get_full_path(), resolve_url("account_login"))
