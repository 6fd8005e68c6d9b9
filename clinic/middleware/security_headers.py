"""What every answer tells the browser besides Django's own security headers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# What no page of ours uses, no page may use, whatever may get into it.
PERMISSIONS = ", ".join(
    [
        *(
            f"{feature}=()"
            for feature in (
                "accelerometer", "camera", "display-capture", "geolocation", "gyroscope",
                "magnetometer", "microphone", "midi", "payment", "usb",
            )
        ),
        "publickey-credentials-get=(self)",
        "publickey-credentials-create=(self)",
    ]
)  # fmt: skip
SECONDS_TO_WAIT = "300"


class HeadersMiddleware:
    """Permissions, and when to come back for whoever has asked too often."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if response.status_code == 429:
            response.headers.setdefault("Retry-After", SECONDS_TO_WAIT)
        return response
