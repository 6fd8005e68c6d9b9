"""A form that cannot be matched to the browser that sends it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.csrf import csrf_failure

from bookings import rejected_posts


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nothing is done, but what somebody keeps stands on its page again, to be sent anew.

    A form is refused, for one, when its sender has signed in again in another tab meanwhile.
    """
    if rejected_posts.keep(request):
        return redirect(request.get_full_path())
    return csrf_failure(request, reason)
