"""Prints what the world holds of us, made with a key that is always the same: see test_outside."""

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import django
import time_machine

django.setup()

from django.urls import get_resolver  # noqa: E402
from django.urls.resolvers import URLPattern  # noqa: E402

from bookings import links  # noqa: E402
from bookings.models import Appointment, Client, MailKind  # noqa: E402
from clinic.celery import app  # noqa: E402 - models and tasks need Django set up
from therapists import feeds  # noqa: E402
from therapists.models import Feed  # noqa: E402

PINNED = json.loads(Path(__file__).with_name("outside.json").read_text())
OTHERS = ("accounts/", "admin/")
WEDNESDAY = datetime(2026, 12, 2, 9, tzinfo=UTC)


def paths(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if path.startswith(OTHERS):
            continue
        if isinstance(pattern, URLPattern):
            yield re.sub(r"<\w+:", "<", f"/{path}")
        else:
            yield from paths(pattern.url_patterns, path)


def tokens():
    client = Client(pk=7, links_edition=3, email="ana@example.com")
    appointment = Appointment(public_id="pinned0123456789", links_edition=2, client=client)
    return {
        "page": links.page_token(appointment),
        "mail": links.mail_token(appointment),
        "feed": feeds.url_of(Feed(pk=5, edition=4)),
        **{str(one): links.client_url(one, client) for one in links.Purpose},
    }


def of_long_ago():
    """What the pinned tokens of before November's end say; they do not name their address."""
    pinned = PINNED["tokens"]
    read = {name: links.read(pinned[name]) for name in ("page", "mail")}
    return {
        **{name: [link.public_id, link.edition, link.from_mail] for name, link in read.items()},
        **{
            str(one): links.read_client_token(one, pinned[one].split("/")[4])
            for one in links.Purpose
            if str(one) in pinned
        },
    }


app.loader.import_default_modules()
json.dump(
    {
        "paths": sorted(set(paths(get_resolver().url_patterns))),
        "tokens_with_an_address": time_machine.travel(WEDNESDAY, tick=False)(tokens)(),
        "of_long_ago": time_machine.travel(WEDNESDAY, tick=False)(of_long_ago)(),
        "tasks": sorted(name for name in app.tasks if not name.startswith("celery.")),
        "mails": sorted(MailKind.values),
    },
    sys.stdout,
    indent=1,
)
