"""Whoever has just chosen a password is in, and led to their second factor."""

from allauth.account.internal.flows.login import perform_password_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from bookings.models import User


def sign_in(request: HttpRequest, user: User, password: str, *, to: str = "") -> HttpResponse:
    """In a session of its own, whoever was signed in before; then `to`, or where they begin."""
    logout(request)
    login = Login(user=user, email=user.email, redirect_url=to or None)
    response = perform_password_login(request, {"email": user.email, "password": password}, login)
    if request.user.is_authenticated:  # asked for no password again, to set up the factor
        record_authentication(request, user, "password", reauthenticated=True)
    return response
