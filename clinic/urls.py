"""The site map."""

from allauth.account.decorators import reauthentication_required
from allauth.account.views import password_set
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from bookings.web.access import EVERYONE, OWNER, SIGNED_IN, protected
from clinic.accounts import adapter, pages, still_you
from clinic.accounts.welcome import invitation, setup
from clinic.monitoring import health, metrics_page, outage

urlpatterns = [
    path("", include("bookings.api.urls")),  # asked most: looked for before all pages
    path("", include("bookings.runner.urls")),
    path("", include("therapists.urls")),
    path("desk/", include("bookings.desk.urls")),
    path("diary/", include("bookings.desk.diary_urls")),
    path("office/", include("bookings.office.urls")),
    *protected(
        SIGNED_IN,
        path("accounts/begin/", adapter.begin, name="begin"),
        path("accounts/code-again/", still_you.code_again, name="code_again"),
        path("accounts/sessions/", pages.signed_in, name="sessions"),
        path("accounts/email/", pages.address, name="account_email"),  # in allauth's place
    ),
    *protected(
        OWNER,
        # Asked again as well before anybody else's way in is changed.
        path(
            "desk/logins/<int:pk>/",
            reauthentication_required(pages.login, app="allauth.mfa"),
            name="login",
        ),
        path("desk/sign-ins/", pages.sign_ins, name="sign_ins"),
    ),
    path("", include("clinic.records.urls")),
    # allauth asks again before a factor changes; a first password is one more way in.
    path(
        "accounts/password/set/",
        reauthentication_required(password_set, app="allauth.mfa"),
        name="account_set_password",
    ),
    *protected(
        EVERYONE,
        path("setup/", setup.first_page, name="setup"),
        path("accounts/invitation/<str:token>/", invitation.invitation, name="invitation"),
    ),
    path("accounts/", include("allauth.urls")),
    *protected(
        EVERYONE,
        path("healthz", health.healthz, name="healthz"),
        path("readyz", health.readyz, name="readyz"),
        path("metrics", metrics_page.metrics, name="metrics"),  # asks for a token instead
    ),
]

handler500 = outage.server_error

if settings.ADMIN:
    urlpatterns.append(path("admin/", admin.site.urls))

if settings.DEMO:
    urlpatterns.append(path("demo/", include("clinic.demo.inbox")))
