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
from therapists.pages import draft_recovery

Roles = frozenset[Role] | None

EVERYONE: Roles = None
SIGNED_IN: Roles = frozenset(Role)
STAFF: Roles = frozenset({Role.THERAPIST, Role.DESK, Role.OWNER})
DESK: Roles = frozenset({Role.DESK, Role.OWNER})
OWNER = frozenset({Role.OWNER})
THERAPIST = frozenset({Role.THERAPIST})
NOBODY: Roles = frozenset()

WHO_MAY: Mapping[str, Roles] = MappingProxyType(
    {
        "runner:home": EVERYONE,
        "runner:terms": EVERYONE,
        "runner:privacy": EVERYONE,
        "runner:legal_version": EVERYONE,
        "runner:protocol": EVERYONE,
        "runner:times": EVERYONE,
        "runner:account": SIGNED_IN,
        "runner:my_age": SIGNED_IN,
        "runner:withdraw_links": SIGNED_IN,
        "runner:embed": EVERYONE,  # in a frame of the web sites that the owner names
        "runner:plan": EVERYONE,
        "runner:race": EVERYONE,
        "runner:habits": EVERYONE,
        "runner:effort": EVERYONE,
        "runner:session": EVERYONE,
        "runner:keep": EVERYONE,
        "runner:choose": EVERYONE,
        "runner:plan_times": EVERYONE,
        "runner:choose_time": EVERYONE,
        "runner:basket": EVERYONE,
        "runner:change_basket": EVERYONE,
        "runner:hold": EVERYONE,
        "runner:details": EVERYONE,
        # Behind an unguessable link, which is asked for its signature instead.
        "runner:appointment": EVERYONE,
        "runner:move": EVERYONE,
        "runner:cancel": EVERYONE,
        "runner:coming": EVERYONE,
        "runner:age": EVERYONE,
        "runner:offered": EVERYONE,
        "runner:not_this_time": EVERYONE,
        "runner:after_race": EVERYONE,
        "runner:preferences": EVERYONE,
        "runner:unsubscribe": EVERYONE,
        "runner:calendar": EVERYONE,
        "runner:my_plan": EVERYONE,
        "runner:my_keep": EVERYONE,
        "runner:my_choose": EVERYONE,
        "runner:my_plan_times": EVERYONE,
        "runner:my_choose_time": EVERYONE,
        "runner:my_basket": EVERYONE,
        "runner:my_change_basket": EVERYONE,
        "runner:my_race": EVERYONE,
        "runner:my_habits": EVERYONE,
        "runner:my_effort": EVERYONE,
        "runner:my_session": EVERYONE,
        "runner:prove": EVERYONE,
        "api:openings": EVERYONE,
        "healthz": EVERYONE,
        "readyz": EVERYONE,
        "metrics": EVERYONE,  # asks for a token instead
        "api:mail_events": EVERYONE,  # asks for the mail service's signature instead
        "desk:home": STAFF,
        "desk:two_people": DESK,
        "desk:client_plan": DESK,
        "desk:client_habits": DESK,
        "desk:client_effort": DESK,
        "desk:client_session": DESK,
        "desk:client_race": DESK,
        "desk:client_choose": DESK,
        "desk:client_basket": DESK,
        "desk:client_change_basket": DESK,
        "desk:client_plan_times": DESK,
        "desk:client_choose_time": DESK,
        "desk:clients": DESK,
        "desk:new_client": DESK,
        "desk:client": DESK,
        "desk:edit_client": DESK,
        "desk:client_preferences": DESK,
        "records:merge_choose": DESK,
        "records:merge": DESK,
        "desk:history": OWNER,
        "desk:texts": OWNER,
        "desk:text": OWNER,
        "records:account": SIGNED_IN,
        "records:account_json": SIGNED_IN,
        "records:wish": SIGNED_IN,
        "records:your_data": EVERYONE,  # a link of a mail
        "records:download": EVERYONE,  # a link of a mail, good for a day
        "records:download_json": EVERYONE,
        "records:requests": DESK,
        "records:request": DESK,
        "records:start": DESK,
        "diary:today": DESK,
        "diary:new": DESK,
        "diary:day": DESK,
        "diary:feed": DESK,
        "diary:week": DESK,
        "diary:appointment": DESK,
        "diary:change": DESK,
        "diary:put_back": DESK,
        "diary:keep": DESK,
        "diary:tell": DESK,
        "diary:mark": DESK,
        "diary:cancel": DESK,
        "diary:late": DESK,
        "diary:note": DESK,
        "diary:price": DESK,
        "diary:pay": DESK,
        "diary:take_back": DESK,
        "diary:receipt": DESK,
        "diary:takings": DESK,
        "diary:takings_file": DESK,
        "diary:blocks": DESK,
        "diary:new_block": DESK,
        "diary:block": DESK,
        "diary:remove_block": DESK,
        "desk:protocol": STAFF,
        "desk:protocol_version": STAFF,
        "desk:protocol_file": STAFF,
        "desk:mails": DESK,
        "desk:mails_of_client": DESK,
        "desk:withdraw_links": DESK,
        "desk:mails_of_appointment": DESK,
        "desk:mail": DESK,
        "desk:mail_body": DESK,
        "desk:decide_mail": DESK,
        "desk:mail_kinds": DESK,
        "desk:mail_kind": DESK,
        "desk:mail_kind_body": DESK,
        "desk:pause_mail": OWNER,
        "desk:protocol_phase": OWNER,
        "desk:protocol_session": OWNER,
        "desk:protocol_import": OWNER,
        "desk:protocol_reset": OWNER,
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
        "therapists:kept_records": OWNER,
        "therapists:kept_record": OWNER,
        "therapists:calendar": SIGNED_IN,
        "therapists:feed": EVERYONE,  # its address is the secret
        "therapists:health": SIGNED_IN,
        "therapists:health_by_link": EVERYONE,
        "begin": SIGNED_IN,
        "account_login": EVERYONE,
        "account_request_login_code": EVERYONE,
        "account_confirm_login_code": EVERYONE,
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
        # A login's address is the clinic's to change, since bookings hang on it.
        "account_email": NOBODY,
        "account_confirm_email": NOBODY,
        "account_email_verification_sent": NOBODY,
        "mfa_index": SIGNED_IN,
        "mfa_authenticate": EVERYONE,  # asks for the sign-in that has been begun
        "mfa_reauthenticate": SIGNED_IN,
        "mfa_login_webauthn": EVERYONE,
        "mfa_activate_totp": SIGNED_IN,
        "mfa_deactivate_totp": SIGNED_IN,
        "mfa_list_webauthn": SIGNED_IN,
        "mfa_add_webauthn": SIGNED_IN,
        "mfa_edit_webauthn": SIGNED_IN,
        "mfa_remove_webauthn": SIGNED_IN,
        "mfa_reauthenticate_webauthn": SIGNED_IN,
        "mfa_view_recovery_codes": SIGNED_IN,
        "mfa_generate_recovery_codes": SIGNED_IN,
        "mfa_download_recovery_codes": SIGNED_IN,
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
            return sign_in_first(request)
        if not roles_of(request) & roles:
            raise PermissionDenied
        return None


def roles_of(request: HttpRequest) -> frozenset[Role]:
    """What whoever has signed in may act as, asked once for each request."""
    if not hasattr(request, "roles"):
        request.roles = request.user.roles()
    return request.roles


def sign_in_first(request: HttpRequest) -> HttpResponse:
    draft_recovery.keep(request)
    if request.htmx:  # A sign-in page inside a part of another page would be no use.
        return HttpResponseClientRedirect(resolve_url("account_login"))
    return redirect_to_login(request.get_full_path(), resolve_url("account_login"))
