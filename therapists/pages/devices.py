"""The clinic on a phone's home screen, and which of somebody's devices are told of what happens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.refusals import Refused
from bookings.models import THE_CLINIC, Clinic
from bookings.web.requests import StaffRequest
from bookings.web.responses import private
from therapists.actions import push_devices

AT_SIGN_IN = "browser"  # what a session calls the browser it began in
GROUND, PAPER = "#0b6b57", "#f6f7f4"


@require_safe
@cache_control(max_age=3600)
def manifest(_request: HttpRequest) -> JsonResponse:
    """Opens at the sign-in, which leads everybody to their own first page."""
    clinic = Clinic.objects.filter(pk=THE_CLINIC).first()
    icons = [
        {"src": static(f"img/mark-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png",
         "purpose": purpose}
        for size, purpose in ((192, "any"), (512, "any"), (512, "maskable"))
    ]  # fmt: skip
    told = {
        "name": _("{clinic}, staff").format(clinic=clinic.name) if clinic else "Taper",
        "short_name": "Taper",
        "id": "/staff",
        "start_url": reverse("account_login"),
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": GROUND,
        "icons": icons,
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_POST
@private
def add(request: StaffRequest) -> HttpResponse:
    """What the browser was given by its push service; a first message shows that it works."""
    typed = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    browser, now = request.session.get(AT_SIGN_IN, ""), timezone.now()
    try:
        push_devices.add(request.user, **typed, browser=browser, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        told = _("This device is told from now on. A first message comes within a minute.")
        messages.success(request, told)
    return redirect("therapists:notices")


@require_POST
@private
def end(request: StaffRequest, pk: int) -> HttpResponse:
    get_object_or_404(request.user.push_devices, pk=pk).delete()
    messages.success(request, _("That device is told nothing any more."))
    return redirect("therapists:notices")
