"""How people sign in: by a login that the clinic has made."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.shortcuts import resolve_url

from bookings.core.roles import Role


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and everybody lands where their day begins."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        roles = request.user.roles()
        if roles & {Role.DESK, Role.OWNER}:
            return resolve_url("diary:home")
        if Role.THERAPIST in roles:
            return resolve_url("therapists:today")
        return resolve_url("online:account")
