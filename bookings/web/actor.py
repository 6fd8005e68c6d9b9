"""Who is at the desk, as events and mails record it."""

from django.http import HttpRequest


def who(request: HttpRequest) -> str:
    return f"{request.user.role}: {request.user.email}"
