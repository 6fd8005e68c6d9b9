"""Django's admin, whose doors are the site's own."""

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse

NOT_HERE = {"password_change", "password_change_done"}


class ClinicAdminSite(AdminSite):
    def get_urls(self) -> list:
        """Without its pages for passwords, which ask for less and tell nobody."""
        return [route for route in super().get_urls() if getattr(route, "name", "") not in NOT_HERE]

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Its own form would ask for no second factor."""
        return secure_admin_login(super().login)(request, extra_context)
